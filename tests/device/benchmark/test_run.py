"""A benchmark that is interrupted: what was measured is told as such, or not at all."""

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from emg_edge.decoding.modelfile import ModelFile
from emg_edge.decoding.placement import Placement, on_cpu
from emg_edge.device.benchmark import run, stages, text
from emg_edge.device.benchmark.document import Document
from emg_edge.device.benchmark.live import Watched
from emg_edge.device.benchmark.stages import STAGES
from emg_edge.errors import EmgEdgeError

SUMMARY = {
    "runtime": "litert",
    "decisions": 4,
    "cpu_share": 0.03,
    "rss_mb": 61.0,
    "first_decision_s": 0.9,
    "samples_lost": 0,
}


def after(asked: int) -> Callable[[], bool]:
    """Stopped from the so-manieth question on."""
    questions = itertools.count()
    return lambda: next(questions) >= asked


@pytest.fixture
def benched(model: ModelFile, monkeypatch: pytest.MonkeyPatch) -> Callable[[Watched, Callable[[], bool]], Document]:
    """A benchmark whose stages take no time and whose run in real time saw what it is given."""

    def bench(watched: Watched, stopped: Callable[[], bool]) -> Document:
        monkeypatch.setattr(run.stages, "measure", lambda *_: np.full((20, len(STAGES)), 0.1))
        monkeypatch.setattr(run.bare, "measure", lambda *_: np.full(20, 0.1))
        monkeypatch.setattr(run.live, "watch", lambda *_: watched)
        options = run.Options("myo", 20, 0, (1,), 20.0)
        return run.bench(Placement(model, Path("m.tflite")), options, stopped, lambda _: None)

    return bench


def seen(seconds: float) -> Watched:
    return Watched([1.0, 1.05, 1.1], [1.0, 1.0, 1.0], summary=SUMMARY | {"seconds": seconds})


@pytest.mark.parametrize("watched", [Watched(), seen(2.9)], ids=["no decision", "too short"])
def test_too_little_to_tell_anything_is_refused(
    watched: Watched, benched: Callable[[Watched, Callable[[], bool]], Document]
) -> None:
    with pytest.raises(EmgEdgeError, match=r"interrupted before 3 s of the run in real time: .* nothing was written"):
        benched(watched, after(run.ROUNDS))


def test_the_stages_end_when_they_are_asked_to(model: ModelFile) -> None:
    """Within a round, while the board's bytes are made as while they are decoded: of 20 000 decisions hardly any is."""
    for asked in (5, 3000):
        assert len(stages.measure(on_cpu(model), "myo", 20_000, 0, 1, after(asked))) < 2000


def test_stopped_among_the_stages_there_is_no_run_in_real_time(
    benched: Callable[[Watched, Callable[[], bool]], Document],
) -> None:
    with pytest.raises(EmgEdgeError, match="nothing was written"):
        benched(seen(20.0), after(0))


def test_a_run_that_only_said_stale_is_refused(benched: Callable[[Watched, Callable[[], bool]], Document]) -> None:
    """There is no delay to tell of."""
    stale = Watched([1.0, 2.0], [], summary=SUMMARY | {"seconds": 20.0})
    with pytest.raises(EmgEdgeError, match="gave 2 lines and decided nothing"):
        benched(stale, after(99))


@pytest.mark.parametrize("interrupted", [True, False])
def test_a_run_that_was_cut_short_says_so(
    interrupted: bool, benched: Callable[[Watched, Callable[[], bool]], Document]
) -> None:
    found = benched(seen(12.0), after(run.ROUNDS if interrupted else 99))
    assert found.interrupted is interrupted
    assert ("12 s in real time, interrupted, ms" in text.as_text(found)) is interrupted
