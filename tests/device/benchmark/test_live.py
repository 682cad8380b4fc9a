"""The run in real time: watched from outside, and asked to stop once."""

import itertools
import os
import signal
from pathlib import Path

import pytest

from emg_edge.decoding.placement import Placement, place
from emg_edge.device.benchmark import live
from emg_edge.device.benchmark.live import watch
from emg_edge.errors import EmgEdgeError
from emg_edge.models import shipped


@pytest.fixture
def placement() -> Placement:
    from emg_edge.decoding import modelfile  # noqa: PLC0415

    return place(modelfile.read(shipped()), shipped())


def runs() -> list[int]:
    """Children of this process that decode."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(child) for child in children if b"emg_edge\0run" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_a_run_that_is_asked_to_stop_tells_what_it_did(placement: Placement) -> None:
    """A terminal's Ctrl-C goes to this process alone, which asks the run; twice would end it without its summary."""
    questions, sessions = itertools.count(), set()

    def stopped() -> bool:
        sessions.update(map(os.getsid, runs()))
        return next(questions) >= 5

    found = watch(placement, "myo", 60.0, 1, stopped)
    assert 5 < found.summary["decisions"] < 100
    assert len(found.arrived_s) == found.summary["decisions"]
    assert sessions
    assert os.getsid(0) not in sessions


def test_a_second_interruption_leaves_no_run_behind(placement: Placement) -> None:
    """What ends this process in the middle ends the run, too."""
    seen = []

    def stopped() -> bool:
        seen.extend(runs())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch(placement, "myo", 60.0, 1, stopped)
    assert seen
    assert not any(Path(f"/proc/{one}").exists() for one in seen)


def test_a_run_that_dies_is_told_with_its_status(placement: Placement) -> None:
    """What it said last, after how many decisions, and how to look at it alone."""

    def stopped() -> bool:
        for one in runs():
            os.kill(one, signal.SIGKILL)
        return False

    with pytest.raises(EmgEdgeError, match=r"ended after \d+ decisions, with exit status -9; .* --via myo"):
        watch(placement, "myo", 60.0, 1, stopped)


def test_memory_is_looked_at(placement: Placement, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the run, not of this process, and beside it how the machine stands."""
    monkeypatch.setattr(live, "SAMPLED_S", 0.1)
    questions = itertools.count()
    found = watch(placement, "myo", 60.0, 1, lambda: next(questions) >= 20)
    assert found.resident_mb
    assert all(10 < one < found.summary["rss_mb"] + 5 for one in found.resident_mb)
    assert len(found.conditions) >= len(found.resident_mb)
