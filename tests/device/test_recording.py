import json
import math

import msgspec
import numpy as np
import pytest
from support.scripted_board import ScriptedBoard
from support.served_board import served

from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.registry import open_board
from emg_edge.device.recording import record
from emg_edge.errors import BoardError, EmgEdgeError
from emg_edge.firmware_bridge.faults import script as kinds
from emg_edge.recordings.open import open_recording
from emg_edge.sampleblock import SampleBlock
from emg_edge.signal.source import Source

SOURCE = Source("raw", 250.0, "uV", "ring8")


def blocks(count, length=25, lost=()):
    rng = np.random.default_rng(count)
    losses = [*lost, *[0] * count]
    return [SampleBlock(rng.normal(0, 50, (length, 8)).astype(np.float32), 0.0, losses[k]) for k in range(count)]


class Kept:
    """What a recording says and how far it gets."""

    def __init__(self):
        self.said, self.seconds = [], 0.0

    def record(self, board, path, **how):
        options = {"wearer": None, "label": None, "duration_s": math.inf, "stopped": lambda: False} | how
        return record(board, path, say=self.said.append, progress=self.advance, **options)

    def advance(self, seconds):
        self.seconds += seconds


def test_what_a_board_delivers_is_in_the_file(tmp_path):
    """Sample for sample, with the lost ones counted and the movement that was named."""
    script, kept = blocks(40, lost=[0, 7, 0, 3]), Kept()
    take = kept.record(ScriptedBoard(SOURCE, script), tmp_path / "x.tsv", label=6, wearer="ann")
    recording = open_recording(tmp_path / "x.tsv")
    assert (take.samples, take.lost, take.seconds) == (1000, 10, 4.0)
    assert (recording.samples == np.concatenate([block.samples for block in script])).all()
    assert recording.lost.sum() == 10
    assert set(recording.movement.tolist()) == {6}
    assert recording.wearer == "ann"
    assert kept.seconds == pytest.approx(4.0)
    assert any("10 samples" in sentence or "7 samples" in sentence for sentence in kept.said)


def test_a_duration_is_kept_to_the_sample(tmp_path):
    """Whatever the blocks."""
    take = Kept().record(ScriptedBoard(SOURCE, blocks(40, 33)), tmp_path / "x.tsv", duration_s=2.002)
    assert take.samples == 501
    assert len(open_recording(tmp_path / "x.tsv").samples) == 501


def test_the_label_does_not_overrule_a_board_that_knows(tmp_path):
    """What the board says of its samples is the truth; that is said, once."""
    kept = Kept()
    known = [msgspec.structs.replace(block, movement=np.full(25, 3, np.int16)) for block in blocks(10)]
    kept.record(ScriptedBoard(SOURCE, known), tmp_path / "x.tsv", label=6)
    assert sum("its labels are written, and --label is not" in sentence for sentence in kept.said) == 1
    assert set(open_recording(tmp_path / "x.tsv").movement.tolist()) == {3}


def test_it_ends_when_asked(tmp_path):
    """Between two blocks, and what was written is there."""
    board, asked = ScriptedBoard(SOURCE, blocks(40)), iter([False] * 5 + [True])
    take = Kept().record(board, tmp_path / "x.tsv", stopped=lambda: next(asked))
    assert take.samples == 125
    assert board.stops == 1


def test_a_board_that_fails_leaves_what_was_written(tmp_path):
    """The error comes through; the file is whole."""
    board = ScriptedBoard(SOURCE, [*blocks(10), BoardError("unplugged")])
    with pytest.raises(BoardError, match="unplugged"):
        Kept().record(board, tmp_path / "x.tsv")
    assert len(open_recording(tmp_path / "x.tsv").samples) == 250
    assert board.stops == 1


def test_nothing_is_overwritten(tmp_path):
    """An existing file ends the recording before the board is started."""
    path = tmp_path / "x.tsv"
    path.write_text("precious")
    board = ScriptedBoard(SOURCE, blocks(3))
    with pytest.raises(EmgEdgeError, match="never overwritten"):
        Kept().record(board, path)
    assert path.read_text() == "precious"
    assert board.stops == 0  # the place is looked at before it is started


def test_silence_is_said_once(tmp_path, monkeypatch):
    """And the recording goes on when samples come again."""
    monkeypatch.setattr("emg_edge.device.recording.SILENT_S", 0.1)
    kept = Kept()
    take = kept.record(ScriptedBoard(SOURCE, [*blocks(4), 0.7, *blocks(4)]), tmp_path / "x.tsv")
    assert take.samples == 200
    assert sum("no samples" in sentence for sentence in kept.said) == 1


def test_a_board_that_never_delivers_is_given_up(tmp_path, monkeypatch):
    """One sentence, in bounded time."""
    monkeypatch.setattr("emg_edge.device.recording.FIRST_SAMPLE_S", 0.1)
    with pytest.raises(BoardError, match="delivered nothing"):
        Kept().record(ScriptedBoard(SOURCE, [30.0]), tmp_path / "x.tsv")


def test_a_cyton_on_its_wire_is_recorded_to_the_count(tmp_path):
    """Through simulation, port, driver and file, with a loss: every value is exact, and the missing are counted."""
    with served("cyton", kinds.Burst(at_s=0.3, packets=20)) as (path, _):
        board = open_board("cyton", BoardOptions(serial_port=str(path)))
        take = Kept().record(board, tmp_path / "x.tsv", duration_s=0.8)
    recording = open_recording(tmp_path / "x.tsv")
    described = json.loads((tmp_path / "x.tsv.json").read_text())
    counts = np.rint(recording.samples / board.per_count).astype(int)
    numbers = np.arange(take.samples) + np.cumsum(recording.lost)
    assert take.lost == 20
    assert (counts[:, 0] - counts[0, 0] == numbers).all()
    assert (counts - counts[:, :1] == 1000 * np.arange(8)).all()
    assert described["board"] == "cyton"
