"""A simulated board on a real pseudo-terminal, served by a thread as `emg-edge simulate` serves it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.pseudo_terminal import PseudoTerminal
from emg_edge.device.simulator.serve import serving
from emg_edge.device.simulator.simulated import simulated
from emg_edge.firmware_bridge.faults.script import Fault
from emg_edge.firmware_bridge.simulated.board import SimulatedBoard


@contextlib.contextmanager
def served(name: str, *faults: Fault, source: str = "counter") -> Iterator[tuple[Path, SimulatedBoard]]:
    """Within it, the port's path can be opened."""
    board = simulated(SIMULATED[name], source, faults=faults)
    with PseudoTerminal(name) as terminal, serving(board, terminal):
        yield terminal.path, board
