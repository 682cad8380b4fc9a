import math
from pathlib import Path

import numpy as np
import pytest
from support.board_conformance import BoardConformance, read_for

from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.replay import ReplayBoard
from emg_edge.errors import BoardError, RecordingError
from emg_edge.recordings.recording import Recording
from emg_edge.signal.source import Source


def numbered(seconds: float = 3.0, rate_hz: float = 200.0) -> Recording:
    """A recording whose channel 0 is the sample's number, so that loss, doubling and reordering show."""
    n = round(seconds * rate_hz)
    samples = np.zeros((n, 8), np.float32)
    samples[:, 0] = np.arange(n) % 128
    movement = (np.arange(n) // 100 % 3).astype(np.int16)
    return Recording(samples, movement, movement, Source("raw", rate_hz, "myo-count", "ring8"), "DB5", 3)


class TestReplay(BoardConformance):
    def opened(self):
        return ReplayBoard(numbered())


@pytest.mark.parametrize("speed", [20.0, math.inf])
@pytest.mark.parametrize("block", [None, 1, 7, 10_000])
def test_every_sample_comes_once_and_in_order(speed, block):
    """Whatever the speed and the block, the recording is played whole, with its truth, and then finished."""
    recording = numbered(1.0)
    board = ReplayBoard(recording, speed, block)
    with board:
        blocks = read_for(board, 10)
        assert board.finished
        assert board.read(0.0) is None
    np.testing.assert_array_equal(np.concatenate([b.samples for b in blocks]), recording.samples)
    np.testing.assert_array_equal(np.concatenate([b.movement for b in blocks]), recording.movement)


def test_it_knows_who_wore_it():
    """The wearer is the recording's, by which the model's scale is chosen."""
    assert ReplayBoard(numbered()).wearer == "DB5-S3"


def test_an_unlabelled_recording_has_no_truth(tmp_path: Path):
    """Zeros that mean 'unknown' are not handed on as rest."""
    table = tmp_path / "own.csv"
    np.savetxt(table, np.arange(1600).reshape(200, 8) % 50, fmt="%d", delimiter=",")
    board = ReplayBoard.open(BoardOptions(file=str(table), rate_hz=200.0, unit="myo-count", speed=math.inf))
    with board:
        assert all(block.movement is None for block in read_for(board, 10))


def test_without_a_file_it_says_what_to_say():
    """No file is one sentence that names the option."""
    with pytest.raises(BoardError, match="--file"):
        ReplayBoard.open(BoardOptions())


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    """The reader's own sentence reaches the user."""
    with pytest.raises(RecordingError, match=r"nothing\.mat"):
        ReplayBoard.open(BoardOptions(file=str(tmp_path / "nothing.mat")))
