import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
from support.board_conformance import BoardConformance, read_for
from support.board_files import write_tsv
from support.recorded import description, random_blocks, record, with_more

from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.replay import ReplayBoard
from emg_edge.errors import BoardError, RecordingError
from emg_edge.recordings.open import open_recording
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


def with_losses() -> Recording:
    """Half a second at 200 Hz, of which 60 samples are missing after 20, 5 after 30, and 3 before the first."""
    lost = np.zeros(35, np.int32)
    lost[[0, 20, 30]] = 3, 60, 5
    samples = np.repeat(np.arange(35, dtype=np.float32)[:, None], 8, axis=1)
    nothing = np.zeros(35, np.int16)
    return Recording(samples, nothing, nothing, Source("raw", 200.0, "uV", "ring8"), "own", 1, lost=lost)


class TestReplayWithLosses(BoardConformance):
    def opened(self):
        recording = numbered()
        lost = np.zeros(len(recording.samples), np.int32)
        lost[::50] = 1
        return ReplayBoard(dataclasses.replace(recording, lost=lost))


@pytest.mark.parametrize("block", [None, 1, 7, 10_000])
def test_losses_come_before_the_sample_that_they_were_before(block):
    """Blocks are cut where samples are missing, and each loss is said once."""
    board = ReplayBoard(with_losses(), math.inf, block)
    with board:
        blocks = read_for(board, 10)
    assert np.concatenate([b.samples for b in blocks])[:, 0].tolist() == list(range(35))
    assert {int(b.samples[0, 0]): b.lost for b in blocks if b.lost} == {0: 3, 20: 60, 30: 5}
    assert board.finished


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def test_a_loss_takes_the_time_that_it_took(monkeypatch):
    """Silence as long as what is missing, in which reads time out and the board is not finished."""
    clock = Clock()
    monkeypatch.setattr("emg_edge.device.boards.pace.time", clock)
    board = ReplayBoard(with_losses(), block=5)
    came_s, silent = [], 0
    with board:
        while not board.finished:
            block = board.read(0.05)
            silent += block is None
            came_s += [] if block is None else [block.arrived_s - 100.0]
    assert came_s == pytest.approx([(3 + 5) / 200, 0.065, 0.09, 0.115, 0.44, 0.465, 0.515])
    assert silent == 6
    assert clock.now_s == pytest.approx(100 + (3 + 60 + 5 + 35) / 200)


@pytest.mark.parametrize("block", [None, 1, 9])
def test_what_record_wrote_is_played_sample_for_sample(tmp_path: Path, block):
    """Values, losses, movements where they are known, acceleration, wearer: as the board delivered them."""
    one, two, three = random_blocks(1, [30, 20, 40])
    moved = np.random.default_rng(1).normal(size=(90, 3)).astype(np.float32)
    delivered = [
        with_more(one, lost=2, movement=np.arange(30, dtype=np.int16) // 10, acceleration=moved[:30]),
        with_more(two, lost=700, acceleration=moved[30:50]),
        with_more(three, movement=np.zeros(40, np.int16), acceleration=moved[50:]),
    ]
    path = record(tmp_path / "x.tsv", delivered, description(wearer="anna"))
    board = ReplayBoard(open_recording(path), math.inf, block)
    assert board.wearer == "anna"
    for _ in range(2):  # once more from the beginning
        with board:
            played = read_for(board, 10)
        assert (
            np.concatenate([b.samples for b in played]).tobytes()
            == np.concatenate([b.samples for b in delivered]).tobytes()
        )
        assert np.concatenate([b.acceleration for b in played]).tobytes() == moved.tobytes()
        assert [b.lost for b in played if b.lost] == [2, 700]
        truth = [m for b in played for m in ([None] * len(b.samples) if b.movement is None else b.movement.tolist())]
        assert truth == [*(np.arange(30) // 10).tolist(), *[None] * 20, *[0] * 40]


def test_the_user_may_say_which_board_recorded(tmp_path: Path):
    """BrainFlow's own word, as for its playback board."""
    path = write_tsv(tmp_path / "x.tsv", "CYTON_BOARD", range(100), range(100), 600.0)
    with pytest.raises(RecordingError, match="--master-board"):
        ReplayBoard.open(BoardOptions(file=str(path)))
    board = ReplayBoard.open(BoardOptions(file=str(path), master_board="CYTON_WIFI_BOARD", speed=math.inf))
    assert board.source.rate_hz == 1000.0
    with board:
        assert all(block.movement is None for block in read_for(board, 10))


def test_it_waits_for_a_slow_reader():
    """A recording is not live: its decisions are all wanted, and its rate is not measured by this machine's clock."""
    assert ReplayBoard(numbered()).live is False
