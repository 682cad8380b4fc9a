"""BrainFlow itself reads what we write, and describes its boards as our readers believe."""

import importlib
import time

import numpy as np
import pytest
from support.recorded import description, random_blocks, record, with_more

from emg_edge.errors import MissingDependency
from emg_edge.recordings.boardcolumns import BOARDS
from emg_edge.recordings.open import open_recording
from emg_edge.signal.source import Source

library = importlib.import_module("emg_edge.device.boards.brainflow_library")
try:
    brainflow = library.load()
except MissingDependency as missing:  # not installed, or its library is of another processor
    pytest.skip(str(missing), allow_module_level=True)


def played(path, board: str, rows: int) -> np.ndarray:
    """Play a recording with BrainFlow's playback board; (columns, rows) float64."""
    brainflow.BoardShim.disable_board_logger()
    parameters = brainflow.BrainFlowInputParams()
    parameters.file = str(path)
    parameters.master_board = brainflow.BoardIds[board].value
    shim = brainflow.BoardShim(brainflow.BoardIds.PLAYBACK_FILE_BOARD.value, parameters)
    shim.prepare_session()
    try:
        shim.config_board("old_timestamps")
        shim.start_stream()
        until_s = time.monotonic() + 20
        while shim.get_board_data_count() < rows and time.monotonic() < until_s:
            time.sleep(0.02)
        found: np.ndarray = shim.get_board_data()
    finally:
        shim.release_session()
    return found


@pytest.mark.parametrize(
    ("layout", "channels", "board"),
    [("ring4", 4, "GANGLION_BOARD"), ("ring8", 8, "CYTON_BOARD"), ("double-ring", 16, "CYTON_DAISY_BOARD")],
)
def test_brainflow_plays_what_we_record(tmp_path, layout, channels, board):
    """Number, channels, acceleration and time stand where BrainFlow's own description says, with our values.

    The label is there too for DataFilter.read_file; playback puts its own markers in that column.
    """
    first, second = random_blocks(1, [40, 30], channels)
    moved = np.random.default_rng(2).normal(size=(30, 3)).astype(np.float32)
    blocks = [first, with_more(second, lost=12, movement=np.full(30, 6, np.int16), acceleration=moved)]
    path = record(tmp_path / "x.csv", blocks, description(layout))
    data = played(path, board, 70)
    facts = brainflow.BoardShim.get_board_descr(brainflow.BoardIds[board].value)
    assert data.shape == (facts["num_rows"], 70)
    assert data[facts["package_num_channel"]].tolist() == [*range(40), *range(52, 82)]
    emg = data[facts["emg_channels"]].T.astype(np.float32)
    assert emg.tobytes() == np.concatenate([first.samples, second.samples]).tobytes()
    assert data[facts["accel_channels"], 40:].T.astype(np.float32).tobytes() == moved.tobytes()
    written_s = np.loadtxt(path, delimiter="\t")[:, facts["timestamp_channel"]]
    assert data[facts["timestamp_channel"]].tolist() == written_s.tolist()
    read = importlib.import_module("brainflow.data_filter").DataFilter.read_file(str(path))
    assert read[facts["marker_channel"]].tolist() == [-1] * 40 + [6] * 30
    assert read[facts["emg_channels"]].T.astype(np.float32).tobytes() == emg.tobytes()


def test_we_read_what_brainflow_records(tmp_path):
    """BrainFlow's synthetic board, streamed to a file by BrainFlow: every sample, and nothing lost."""
    path = tmp_path / "x.csv"
    shim = brainflow.BoardShim(brainflow.BoardIds.SYNTHETIC_BOARD.value, brainflow.BrainFlowInputParams())
    brainflow.BoardShim.disable_board_logger()
    shim.prepare_session()
    try:
        shim.start_stream(4500, f"file://{path}:w")
        until_s = time.monotonic() + 20
        while shim.get_board_data_count() < 300 and time.monotonic() < until_s:
            time.sleep(0.05)
        shim.stop_stream()
        data = shim.get_board_data()
    finally:
        shim.release_session()
    facts = brainflow.BoardShim.get_board_descr(brainflow.BoardIds.SYNTHETIC_BOARD.value)
    recording = open_recording(path, master_board="synthetic")
    assert recording.source == Source("raw", 250.0, "uV", "double-ring")
    assert len(recording.samples) == data.shape[1] > 256  # the counter has gone round
    # BrainFlow writes six digits behind the point.
    np.testing.assert_allclose(recording.samples, data[facts["emg_channels"]].T, rtol=1e-6, atol=1e-6)
    assert recording.lost is not None
    assert not recording.lost.any()


@pytest.mark.parametrize("name", BOARDS)
def test_our_table_of_columns_is_brainflows(name):
    """Width, rate, and where number, channels, acceleration, time and marker stand."""
    facts = brainflow.BoardShim.get_board_descr(brainflow.BoardIds[name].value)
    board = BOARDS[name]
    assert (board.width, board.rate_hz) == (facts["num_rows"], facts["sampling_rate"])
    assert list(board.signal) == facts["emg_channels"]
    assert list(board.acceleration) == facts["accel_channels"]
    assert (0, board.time, board.marker) == tuple(
        facts[place] for place in ("package_num_channel", "timestamp_channel", "marker_channel")
    )
