import numpy as np
import pytest

from emg_edge.decoding import modelfile
from emg_edge.decoding.interpreter import Network
from emg_edge.decoding.placement import on_cpu
from emg_edge.device.benchmark import bare
from emg_edge.device.benchmark.stages import STAGES, measure
from emg_edge.errors import SpecError
from emg_edge.models import shipped

RUNS = 30


@pytest.mark.parametrize("board", ["myo", "cyton", "framed"])
def test_every_stage_of_every_decision_takes_some_time(board: str) -> None:
    """From the wire of any board whose channels the model has: none is missing, and none holds the wait."""
    found = measure(on_cpu(modelfile.read(shipped())), board, RUNS, 5, 1)
    assert found.shape == (RUNS, len(STAGES))
    assert (found > 0).all()
    assert np.median(found.sum(axis=1)) < 50  # the hop; a stage that waited would have all of it


def test_the_loop_runs_what_it_is_said_to_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A front end that takes its time shows in its own stage, and in no other."""
    from emg_edge.device.decoder import Decoder  # noqa: PLC0415

    slow_s = 0.02
    push = Decoder.push

    def slowly(self: Decoder, samples: object) -> object:
        import time  # noqa: PLC0415

        time.sleep(slow_s)
        return push(self, samples)  # type: ignore[arg-type]

    monkeypatch.setattr(Decoder, "push", slowly)
    found = np.median(measure(on_cpu(modelfile.read(shipped())), "myo", RUNS, 5, 1), axis=0)
    assert STAGES[int(found.argmax())] == "front_end"
    assert found[STAGES.index("front_end")] >= 1000 * slow_s


def test_a_board_of_other_channels_is_refused() -> None:
    """In the sentence that `run` has for it."""
    with pytest.raises(SpecError, match="channels"):
        measure(on_cpu(modelfile.read(shipped())), "ganglion", RUNS, 5, 1)


def test_the_bare_interpreter_does_nothing_but_invoke(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many runs as asked for, and those that warm it up before them; one window is put for all."""
    called = []
    for name in ("put", "invoke", "get"):
        method = getattr(Network, name)
        monkeypatch.setattr(Network, name, lambda *given, m=method, n=name: (called.append(n), m(*given))[1])
    alone = bare.measure(on_cpu(modelfile.read(shipped())), RUNS, 5, 1)
    assert called == ["put", *["invoke"] * (RUNS + 5)]
    assert alone.shape == (RUNS,)
    assert (alone > 0).all()
