import importlib
import threading
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
from support.board_conformance import BoardConformance, read_for
from support.scripted_board import Kept

from emg_edge.decoding.modelfile import ModelFile
from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.registry import open_board
from emg_edge.device.session import RunOptions, Session
from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.pseudo_terminal import PseudoTerminal
from emg_edge.device.simulator.serve import serve
from emg_edge.device.simulator.simulated import simulated
from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.faults.script import Unplug
from emg_edge.signal.biquad import highpass

# Not importorskip: on another processor than x86-64 it is installed and its library does not load.
brainflow_missing = importlib.import_module("emg_edge.device.boards.brainflow").BrainFlowBoard.unavailable()
pytestmark = pytest.mark.skipif(brainflow_missing is not None, reason=str(brainflow_missing))


class TestBrainFlowSynthetic(BoardConformance):
    def opened(self):
        return open_board("brainflow:SYNTHETIC_BOARD", BoardOptions())


def test_it_declares_what_brainflow_says():
    """Rate, unit and ring come from BrainFlow's description; the choice of eight out of sixteen is said."""
    board = open_board("brainflow:synthetic", BoardOptions())
    assert board.name == "brainflow:SYNTHETIC_BOARD"
    assert (board.source.rate_hz, board.source.unit, board.source.channels) == (250.0, "uV", 8)
    assert any("first 8" in note for note in board.notes)


def test_a_board_of_four_channels_is_a_ring_of_four():
    """A Ganglion, for models of the montage ring4."""
    board = open_board("brainflow:GANGLION_BOARD", BoardOptions(serial_port="/dev/no-such-port"))
    assert (board.source.rate_hz, board.source.layout) == (200.0, "ring4")


def test_nothing_is_lost_while_it_is_read():
    """BrainFlow's own counter, followed over its wrap, finds every sample.

    Its thread keeps no time of its own: where this machine holds it up for half a second, it looks like a whole turn.
    """
    with open_board("brainflow:SYNTHETIC_BOARD", BoardOptions()) as board:
        assert sum(block.lost for block in read_for(board, 1.5)) % 256 == 0


def test_channels_can_be_chosen():
    """Channels are counted from 1, in the order given; BrainFlow's synthetic ones grow in amplitude."""
    chosen = (16, 14, 12, 10, 8, 6, 4, 2)
    with open_board("brainflow:SYNTHETIC_BOARD", BoardOptions(channels=chosen)) as board:
        samples = np.concatenate([block.samples for block in read_for(board, 0.8)])
    rms = np.sqrt((samples**2).mean(axis=0))
    assert (np.diff(rms) < 0).all()


@pytest.mark.parametrize(
    ("channels", "said"), [((1, 2), "takes 8"), ((1, 1, 2, 3, 4, 5, 6, 7), "different"), ((10,) * 7 + (17,), "16")]
)
def test_channels_that_make_no_ring_are_refused(channels, said):
    """Too few, doubled or absent channels are refused with what there is."""
    with pytest.raises(BoardError, match=said):
        open_board("brainflow:SYNTHETIC_BOARD", BoardOptions(channels=channels))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("brainflow:CYTONN_BOARD", "no board 'CYTONN_BOARD': near it are CYTON_BOARD"),
        ("brainflow", "say which BrainFlow board"),
        ("brainflow:GFORCE_DUAL_BOARD", "GFORCE_DUAL_BOARD has 2 EMG channels"),
        ("brainflow:PLAYBACK_FILE_BOARD", "--master-board"),
    ],
)
def test_a_board_that_cannot_serve_is_refused(name, said):
    """Unknown, unnamed, too small or incomplete: one sentence each."""
    with pytest.raises(BoardError, match=said):
        open_board(name, BoardOptions())


def test_a_board_that_is_not_there_is_one_sentence():
    """A serial port that does not exist is BrainFlow's error in our words, when the board is started."""
    board = open_board("brainflow:CYTON_BOARD", BoardOptions(serial_port="/dev/no-such-port"))
    with pytest.raises(BoardError, match=r"brainflow:CYTON_BOARD does not start.*--serial-port"):
        board.start()
    board.stop()


def test_a_board_of_another_rate_and_unit_is_adapted_which_is_said(model: ModelFile):
    """250 Hz in microvolts fit a model of 200 Hz in Myo counts; what that takes is told before the run."""
    said: list[str] = []
    options = RunOptions(board="brainflow:SYNTHETIC_BOARD", duration_s=1.0)
    session = Session(model, "m", options, said.append)
    assert any("250 to 200 Hz" in text for text in said)
    assert any("microvolts" in text for text in said)
    session.run([], lambda: False)
    assert session.summary().decisions > 5


def in_microvolts(model: ModelFile, rate_hz: float) -> ModelFile:
    """The same network, said to be for microvolts at another rate: what it decides is noise, how is the test."""
    told = model.description
    signal = msgspec.structs.replace(told.signal, rate_hz=rate_hz, sections=(highpass(20, rate_hz),))
    scales = msgspec.structs.replace(told.scales, units={"uV": told.scales.units["myo-count"]})
    return ModelFile(model.flatbuffer, msgspec.structs.replace(told, signal=signal, scales=scales, probe=()))


def test_a_run_on_brainflows_synthetic_board(model: ModelFile):
    """From BrainFlow's own thread to decisions: as many as the signal has hops, none stale, nothing lost."""
    kept = Kept()
    told = in_microvolts(model, 250.0)
    session = Session(told, "m", RunOptions(board="brainflow:SYNTHETIC_BOARD", duration_s=2.0), lambda text: None)
    session.run([kept], lambda: False)
    summary = session.summary()
    spec = told.description.signal
    first = spec.frame.length + (spec.context - 1) * spec.frame.step  # samples
    expected = (summary.samples - first) // (spec.hop * spec.frame.step) + 1
    assert summary.samples == 500
    assert summary.decisions == len(kept.decisions) == expected
    assert summary.samples_lost == 0
    assert summary.accuracy is None
    assert {decision.truth for decision in kept.decisions} == {None}


def test_a_playback_through_brainflow_is_decimated_to_the_model(model: ModelFile, tmp_path: Path):
    """A 1000 Hz recording in BrainFlow's file format, played by BrainFlow, reaches a 200 Hz model."""
    rows, rate_hz, n = 24, 1000, 2000  # of a Cyton with WiFi shield, as BrainFlow describes it
    data = np.zeros((n, rows))
    data[:, 0] = np.arange(n) % 256
    data[:, 1:9] = np.random.default_rng(0).normal(0, 50, (n, 8))
    data[:, 22] = 1.7e9 + np.arange(n) / rate_hz
    path = tmp_path / "brainflow.csv"
    np.savetxt(path, data, fmt="%.6f", delimiter="\t")
    said: list[str] = []
    options = RunOptions(
        board="brainflow:PLAYBACK_FILE_BOARD",
        board_options=BoardOptions(file=str(path), master_board="CYTON_WIFI_BOARD"),
        duration_s=1.5,
    )
    session = Session(in_microvolts(model, 200.0), "m", options, said.append)
    session.run([], lambda: False)
    assert session.summary().samples >= 0.8 * 1.5 * rate_hz
    assert session.summary().decisions > 10
    assert any("cannot be counted" in note for note in said)


def test_reading_does_not_spin():
    """Two seconds of reading take a small part of a core."""
    with open_board("brainflow:SYNTHETIC_BOARD", BoardOptions()) as board:
        before_s = time.process_time()
        read_for(board, 2.0)
        assert time.process_time() - before_s < 0.5


def test_a_board_that_vanishes_is_connected_again():
    """BrainFlow says nothing and spins: our watchdog ends the session, and begins another when the port is back."""
    faults = [Unplug(at_s=0.7, for_s=1.2)]
    simulation = simulated(SIMULATED["cyton"], "counter", faults=faults)
    over = threading.Event()
    with PseudoTerminal("cyton") as terminal:
        server = threading.Thread(target=serve, args=(simulation, terminal, over.is_set, lambda text: None))
        server.start()
        try:
            with open_board("brainflow:CYTON_BOARD", BoardOptions(serial_port=str(terminal.path))) as board:
                give_up_s = time.monotonic() + 25
                told: list[str] = []
                while not board.reconnects and time.monotonic() < give_up_s:
                    board.read(0.15)
                    told += board.news()
                after = board.read(1.0)
        finally:
            over.set()
            server.join()
    assert board.reconnects == 1
    assert after is not None
    assert "no samples" in told[0]
    assert "connected again" in told[1]
