"""Composes a simulated board: firmware, feed and faults."""

from collections.abc import Sequence

from emg_edge.device.simulator.boards import Entry
from emg_edge.device.simulator.feeds import FOREARM, open_feed
from emg_edge.errors import EmgEdgeError
from emg_edge.firmware_bridge.faults.script import Fault
from emg_edge.firmware_bridge.forearm.wearer import FINGER_MOVEMENTS
from emg_edge.firmware_bridge.simulated.board import SimulatedBoard


def simulated(
    entry: Entry,
    source: str = FOREARM,
    *,
    faults: Sequence[Fault] = (),
    seed: int = 0,
    subject: int = 1,
    movements: tuple[int, ...] = FINGER_MOVEMENTS,
    tick_s: float = 0.0,
    truth: bool = False,
) -> SimulatedBoard:
    """Make a board that measures `source`. Raises EmgEdgeError when the source does not fit it."""
    firmware = entry.make()
    for channel in {channel for fault in faults for channel in getattr(fault, "channels", ())}:
        if channel > firmware.channels:
            raise EmgEdgeError(f"a fault names channel {channel}, and this board has {firmware.channels}")
    feed = open_feed(source, firmware, seed=seed, subject=subject, movements=movements)
    return SimulatedBoard(firmware, feed, entry.wrap, faults, seed, tick_s=tick_s, truth=truth)
