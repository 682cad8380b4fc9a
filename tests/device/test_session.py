import math

import msgspec
import pytest
from support.scripted_board import Kept

from emg_edge.decoding.modelfile import ModelFile
from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.session import RunOptions, Session, movements_asked
from emg_edge.device.sinks import OutputClosed
from emg_edge.errors import BoardError, SpecError
from emg_edge.signal.spec import default_spec

FAST = BoardOptions(speed=math.inf)


def with_spec(model: ModelFile, spec) -> ModelFile:
    return ModelFile(model.flatbuffer, msgspec.structs.replace(model.description, signal=spec))


def test_all_movements_of_the_model_but_rest_are_made(model):
    """Rest comes between the movements: it is none of them."""
    numbers = movements_asked(model.description, ())
    assert set(numbers) == set(model.description.movements) - {0}


def test_movements_are_asked_for_by_name_or_number(model):
    """Either word will do, in any case, and twice is once."""
    assert movements_asked(model.description, ("Index Flexion", "3", "1")) == (1, 3)


@pytest.mark.parametrize("word", ["indx flexion", "61", "rest", ""])
def test_an_unknown_movement_is_refused_with_those_there_are(model, word):
    """The sentence names the unknown word and what the model has."""
    with pytest.raises(BoardError, match=f"no movement '{word}'.*1 index flexion"):
        movements_asked(model.description, (word,))


def test_a_run_goes_through(model):
    """Ten seconds of the simulated forearm, decoded and counted, with the settings on record."""
    kept = Kept()
    options = RunOptions("synthetic", FAST, movements=("2",), duration_s=10.0)
    session = Session(model, "m.tflite", options, lambda text: None)
    session.run([kept], lambda: False)
    summary = session.summary()
    assert summary.samples == 2000
    assert summary.decisions == len(kept.decisions) > 150
    assert {decision.truth for decision in kept.decisions} == {0, 2}
    assert (summary.board, summary.model) == ("synthetic", "m.tflite")
    assert summary.runtime in {"litert", "tflite-runtime", "tensorflow"}


def test_a_model_that_the_board_cannot_meet_is_refused(model):
    """Channels of the board and of the model are named before anything is started."""
    spec = default_spec("raw", 15, montage="ring16")
    with pytest.raises(SpecError, match=r"8 channels.*16-channel"):
        Session(with_spec(model, spec), "m", RunOptions("synthetic", FAST), lambda text: None)


def test_a_reader_that_goes_ends_the_run_quietly(model):
    """`emg-edge run | head` is no error, and has a summary."""

    class Head(Kept):
        def write(self, decision):
            if len(self.decisions) == 5:
                raise OutputClosed
            super().write(decision)

    session = Session(model, "m", RunOptions("synthetic", FAST), lambda text: None)
    session.run([Head()], lambda: False)
    assert session.summary().decisions == 5
