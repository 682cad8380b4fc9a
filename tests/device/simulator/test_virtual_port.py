import pytest

from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.simulated import simulated
from emg_edge.device.simulator.virtual import virtual


def read(seconds, ahead_s):
    """What a driver delivers until so long after its start: samples, arrival and losses of each block."""
    board, port = virtual("myo", simulated(SIMULATED["myo"]))
    board.start()
    port.run_ahead(ahead_s)
    until_s = port.now() + seconds
    found = []
    while port.now() < until_s:
        block = board.read(0.15)
        if block is not None:
            found.append((block.samples.tobytes(), round(block.arrived_s, 9), block.lost))
    return found


@pytest.mark.parametrize("ahead_s", [0.4, 5.0])
def test_a_board_that_ran_ahead_delivers_the_same(ahead_s):
    """The same bytes at the same times, within what was made beforehand and after it."""
    assert read(1.0, ahead_s) == read(1.0, 0.0)
