"""A simulated board on a real pseudo-terminal, served by a thread as `emg-edge simulate` serves it."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.pseudo_terminal import PseudoTerminal
from emg_edge.device.simulator.serve import serve
from emg_edge.device.simulator.simulated import simulated
from emg_edge.firmware_bridge.faults.script import Fault
from emg_edge.firmware_bridge.simulated.board import SimulatedBoard


@contextlib.contextmanager
def served(name: str, *faults: Fault, source: str = "counter") -> Iterator[tuple[Path, SimulatedBoard]]:
    """Within it, the port's path can be opened."""
    board, stop = simulated(SIMULATED[name], source, faults=faults), threading.Event()
    with PseudoTerminal(name) as terminal:
        thread = threading.Thread(target=serve, args=(board, terminal, stop.is_set, lambda _: None), daemon=True)
        thread.start()
        try:
            yield terminal.path, board
        finally:
            stop.set()
            thread.join()
