"""BrainFlow's own Cyton drivers, unmodified, on our simulated boards: what they read is what was sent."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from support.pty_pump import PtyPump

from emg_edge.firmware_bridge.protocols.cyton_framing import LIMITS
from emg_edge.firmware_bridge.protocols.cyton_settings import microvolts_per_count
from emg_edge.firmware_bridge.simulated.cyton import CytonFirmware

PATIENCE_S = 10.0
EXTREMES = (
    LIMITS[0] + 1,
    LIMITS[1],
    LIMITS[0],
    -1,
    0,
    1,
    -256,
    255,
    256,
    -65537,
    65536,
    0xA0C0A0 - (1 << 24),
    0x00A0C0,
)


def full_range(n: int, channels: int) -> NDArray[np.int32]:
    """(n, channels) counts over the whole range, each channel other values at other times, the extremes in all."""
    rows = np.random.default_rng(5).integers(LIMITS[0], LIMITS[1] + 1, (n, channels)).astype(np.int32)
    for channel in range(channels):
        rows[channel : channel + len(EXTREMES), channel] = EXTREMES
    return rows


def read(board: Any, n: int) -> NDArray[np.float64]:
    """Start, wait for n samples, stop; returns BrainFlow's rows, samples in columns."""
    board.start_stream()
    until_s = time.monotonic() + PATIENCE_S
    while board.get_board_data_count() < n and time.monotonic() < until_s:
        time.sleep(0.02)
    board.stop_stream()
    data: NDArray[np.float64] = board.get_board_data()
    assert data.shape[1] == n
    return data


def counts_of(data: NDArray[np.float64], channels: int, gains: tuple[int, ...]) -> NDArray[np.int32]:
    """BrainFlow's microvolts back to counts; they must be whole ones."""
    counts = data[1 : 1 + channels].T / microvolts_per_count(gains)
    np.testing.assert_allclose(counts, np.rint(counts), rtol=0, atol=1e-6)
    return np.rint(counts).astype(np.int32)


def prepared(module: Any, board_id: Any, path: str) -> Any:
    parameters = module.BrainFlowInputParams()
    parameters.serial_port = path
    board = module.BoardShim(board_id, parameters)
    board.prepare_session()
    return board


def test_brainflow_reads_our_cyton_exactly(brainflow: Any) -> None:
    """Every value of the range, the numbers over wraps, the acceleration; then the same with other gains."""
    rows = full_range(300, 8)
    with PtyPump(CytonFirmware(), rows) as port:
        board = prepared(brainflow, brainflow.BoardIds.CYTON_BOARD, port.path)
        data = read(board, 300)
        np.testing.assert_array_equal(counts_of(data, 8, (24,) * 8), rows)
        assert data[0].tolist() == [n % 256 for n in range(300)]
        np.testing.assert_allclose(data[9:12].T, np.tile([0.032, 0, 1], (300, 1)), atol=1e-9)
        assert set(data[12]) == {0xC0}

        said = board.config_board("x1020000Xx8000110X")
        assert said == "Success: Channel set for 1$$$Success: Channel set for 8$$$"
        data = read(board, 300)
        np.testing.assert_array_equal(counts_of(data, 8, (4, *(24,) * 6, 1)), rows)
        assert data[0].tolist() == [n % 256 for n in range(300)]
        board.release_session()
    assert port.heard == b"vdbsx1020000Xx8000110Xbs"


def test_brainflow_reads_our_daisy_exactly(brainflow: Any) -> None:
    """Channels 1 to 16 in their order, numbered by the even packets, also with other gains."""
    rows = full_range(300, 16)
    with PtyPump(CytonFirmware(daisy=True), rows) as port:
        board = prepared(brainflow, brainflow.BoardIds.CYTON_DAISY_BOARD, port.path)
        assert board.config_board("x2030000XxI040000X") == "Success: Channel set for 2$$$Success: Channel set for 16$$$"
        data = read(board, 300)
        np.testing.assert_array_equal(counts_of(data, 16, (24, 6, *(24,) * 13, 8)), rows)
        assert data[0].tolist() == [2 * n % 256 for n in range(300)]
        board.release_session()


def test_a_channel_that_is_off_reads_zero_in_brainflow(brainflow: Any) -> None:
    """What is digitised under BrainFlow's own commands arrives as volts at the electrodes, and 0 where it is off."""
    firmware = CytonFirmware()
    samples_uv = np.linspace(-180_000, 180_000, 8 * 100).reshape(100, 8)
    with PtyPump(firmware, np.zeros((100, 8), np.int32)) as port:
        board = prepared(brainflow, brainflow.BoardIds.CYTON_BOARD, port.path)
        assert board.config_board("3x5030000X") == "Success: Channel set for 5$$$"
        port.feed(firmware.digitise(samples_uv))
        data = read(board, 100)
        board.release_session()
    expected = samples_uv.copy()
    expected[:, 2] = 0
    np.testing.assert_allclose(data[1:9].T, expected, atol=0.1)  # half a count at gain 6
