import numpy as np
import pytest
from support.board_conformance import read_for

from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.registry import open_board
from emg_edge.device.session import RunOptions, Session
from emg_edge.errors import BoardError


def options(via: str, **more) -> BoardOptions:
    return BoardOptions(via=via, movements=(2, 9), **more)


def test_the_truth_of_received_samples_is_known():
    """Samples come through the Cyton's own bytes, in microvolts, with the movement that was made at each."""
    with open_board("synthetic", options("cyton")) as board:
        blocks = read_for(board, 4.0)
    movement = np.concatenate([block.movement for block in blocks])
    samples = np.concatenate([block.samples for block in blocks])
    assert (board.source.rate_hz, board.source.unit, board.wearer) == (250.0, "uV", "SIM-S1")
    assert set(movement.tolist()) == {0, movement.max()} <= {0, 2, 9}
    assert len(movement) == len(samples) >= 1000
    quiet, busy = samples[movement == 0].std(axis=0), samples[movement > 0].std(axis=0)
    assert busy.max() > 2 * quiet.max()


def test_it_is_decoded_as_well_as_without_a_wire(model):
    """Firmware, packets, driver, resampling and units cost little: most decisions that can be judged are right."""
    session = Session(model, "m", RunOptions("synthetic", options("cyton", seed=3), duration_s=8.0), lambda text: None)
    session.run([], lambda: False)
    summary = session.summary()
    assert summary.board == "synthetic via cyton"
    assert summary.samples_lost == 0
    assert summary.judged > 80
    assert summary.accuracy is not None
    assert summary.accuracy > 0.7


@pytest.mark.parametrize(
    ("given", "said"),
    [(options("tractor"), "tractor"), (options("cyton", speed=2.0), "--speed")],
)
def test_what_cannot_be_is_refused(given, said):
    """A board that is not simulated, or another speed than a wire's own: one sentence."""
    with pytest.raises(BoardError, match=said):
        open_board("synthetic", given)
