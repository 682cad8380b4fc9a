"""BrainFlow's own Ganglion driver, unmodified, on our simulated dongle and board: what it reads is what was sent.

BrainFlow takes the highest bit of a difference for its sign, and makes odd ones even (see protocols.ganglion), so the
differences here are even and within its reach, over all of it. It tells the firmwares apart by the advertised name
if `other_info` is 'fw:auto'; without that, 5.23 takes any board for firmware 3, and finds none without an address.
"""

import time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.pty_pump import PtyPump

from emg_edge.firmware_bridge.protocols.bgapi_codes import address_text
from emg_edge.firmware_bridge.protocols.ganglion import LIMITS, UV_PER_COUNT
from emg_edge.firmware_bridge.simulated.ganglion import ADDRESS, GanglionFirmware

PATIENCE_S = 10.0
CYCLE = 201
# BrainFlow's constant, which it computes with 32 bits.
SCALE = float(np.float32(1.2) * np.float32(1e6) / (np.float32(8388607) * np.float32(1.5) * np.float32(51)))


def prepared(module: Any, path: str, address: str = "") -> Any:
    parameters = module.BrainFlowInputParams()
    parameters.serial_port, parameters.mac_address, parameters.other_info = path, address, "fw:auto"
    board = module.BoardShim(module.BoardIds.GANGLION_BOARD, parameters)
    board.prepare_session()
    return board


def read(board: Any, n: int) -> NDArray[np.float64]:
    """Start, wait for n samples, stop; returns BrainFlow's rows, samples in columns."""
    board.start_stream()
    until_s = time.monotonic() + PATIENCE_S
    while board.get_board_data_count() < n and time.monotonic() < until_s:
        time.sleep(0.02)
    data: NDArray[np.float64] = board.get_board_data()
    board.stop_stream()
    assert data.shape[1] == n
    return data


def counts_of(data: NDArray[np.float64]) -> NDArray[np.int32]:
    """BrainFlow's microvolts back to counts; they must be whole ones."""
    counts = data[1:5].T / SCALE
    np.testing.assert_allclose(counts, np.rint(counts), rtol=0, atol=1e-6)
    return np.rint(counts).astype(np.int32)


def steep(n: int, width: int) -> NDArray[np.int32]:
    """(n, 4) counts with even steps over all that BrainFlow reads of `width` bits, and the extremes at raw samples."""
    reach = 1 << (width - 1)
    steps = 2 * np.random.default_rng(width).integers(-reach // 2 + 1, reach // 2, (n, 4), endpoint=True)
    steps[5], steps[6] = reach, 2 - reach
    counts = np.zeros((n, 4), np.int64)
    for at in range(1, n):
        moved = counts[at - 1] + steps[at]
        counts[at] = np.where((moved < LIMITS[0]) | (moved > LIMITS[1]), counts[at - 1], moved)
        if at % CYCLE == 0:
            counts[at] = LIMITS[at // CYCLE % 2]
    return counts.astype(np.int32)


def identifiers(first: int, raw: bool, n: int) -> list[int]:
    """What BrainFlow gives for numbers: the identifier of the notification that each sample came in."""
    pairs = [first + at // 2 for at in range(n)]
    return [0, *pairs[: n - 1]] if raw else pairs


def test_the_scales_agree() -> None:
    """BrainFlow's microvolts are ours, up to its 32-bit arithmetic."""
    assert pytest.approx(UV_PER_COUNT, rel=1e-7) == SCALE


def test_brainflow_reads_our_firmware_2_exactly(brainflow: Any) -> None:
    """Found by name; raw samples, differences of 19 bits, of 18 with acceleration; a channel off; impedances."""
    rows = steep(3 * CYCLE, 19)
    with PtyPump(GanglionFirmware(2), rows) as port:
        board = prepared(brainflow, port.path)
        data = read(board, len(rows))
        np.testing.assert_array_equal(counts_of(data), rows)
        assert data[0].tolist() == 3 * identifiers(101, True, CYCLE)

        board.config_board("n")
        board.config_board("3")
        rows = steep(3 * CYCLE, 18)
        port.feed(rows)
        data = read(board, len(rows))
        np.testing.assert_array_equal(counts_of(data)[:, [0, 1, 3]], rows[:, [0, 1, 3]])
        assert not data[3].any()
        assert data[0].tolist() == 3 * identifiers(1, True, CYCLE)
        acceleration = data[brainflow.BoardShim.get_accel_channels(brainflow.BoardIds.GANGLION_BOARD)].T
        # Ours, turned as BrainFlow turns it.
        np.testing.assert_allclose(acceleration[-1], [0, 0, -0.992], atol=1e-6)

        board.config_board("z")
        data = read(board, 5)
        ohms = data[brainflow.BoardShim.get_resistance_channels(brainflow.BoardIds.GANGLION_BOARD)].T[-1]
        assert ohms.tolist() == [5120, 5230, 5340, 5450, 4980]
        board.release_session()


def test_brainflow_reads_our_firmware_3_exactly(brainflow: Any) -> None:
    """Found by its address and told apart by its name; any step of the whole range, in the upper 19 and 18 bits."""
    rows = np.random.default_rng(3).integers(*LIMITS, (600, 4), endpoint=True).astype(np.int32)
    rows[:4] = [[LIMITS[0]] * 4, [LIMITS[1]] * 4, [-1] * 4, [0] * 4]
    with PtyPump(GanglionFirmware(3), rows) as port:
        board = prepared(brainflow, port.path, address_text(ADDRESS))
        data = read(board, len(rows))
        np.testing.assert_array_equal(counts_of(data), rows // 64 * 64)
        assert data[0].tolist() == 3 * identifiers(100, False, 200)

        board.config_board("n")
        data = read(board, len(rows))
        np.testing.assert_array_equal(counts_of(data), rows // 128 * 128)
        assert data[0].tolist() == 3 * identifiers(0, False, 200)
        board.release_session()
