"""An hour of continuous running, on a simulated clock: memory must stay where it was.

    python bench/endurance.py [--minutes 60] [--board cyton]

The real driver, loop, front end and network on the simulated board's own bytes, which lose 1 % of their packets, with a
board that is switched off and on every ten minutes. Resident memory is read every minute; after the first five minutes,
in which buffers find their size, it may not rise by more than 2 MB.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from shipped import shipped_model

from emg_edge.decoding.decisions import Decision
from emg_edge.device.loop import Limits
from emg_edge.device.process import resident_mb
from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.virtual import DRIVERS, virtual
from emg_edge.device.simulator.virtual_loop import loop_on
from emg_edge.device.sinks import JsonLines
from emg_edge.firmware_bridge.faults.script import Drop, Power
from emg_edge.firmware_bridge.simulated.board import SimulatedBoard
from emg_edge.firmware_bridge.simulated.feed import NoiseFeed

BOUND_MB = 2.0
WARM_UP_MINUTES = 5


class Scale:
    """A sink that weighs the process every minute of the simulated clock."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.resident_mb: list[float] = []

    def write(self, decision: Decision) -> None:
        if self._now() >= 60 * (len(self.resident_mb) + 1):
            self.resident_mb.append(round(resident_mb() or 0.0, 2))
            print(f"{len(self.resident_mb)} min: {self.resident_mb[-1]} MB", file=sys.stderr)

    def close(self) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--board", default="cyton", choices=[name for name in DRIVERS if name != "ganglion"])
    asked = parser.parse_args()
    entry = SIMULATED[asked.board]
    firmware = entry.make()
    faults = [Drop(share=0.01), *(Power(at_s=600.0 * k, for_s=2.0) for k in range(1, asked.minutes // 10 + 1))]
    board, port = virtual(
        asked.board, SimulatedBoard(firmware, NoiseFeed(firmware.channels), entry.wrap, faults, tick_s=0.016)
    )
    weigh = Scale(port.now)
    with Path("/dev/null").open("wb", buffering=0) as nowhere:
        loop, tally = loop_on(board, port.now, shipped_model(), [JsonLines(nowhere), weigh])
        began_s = time.monotonic()
        loop.run(Limits(wall_s=60.0 * asked.minutes + 1), lambda: False)
    settled = weigh.resident_mb[WARM_UP_MINUTES - 1 :]
    rise_mb = max(settled) - settled[0]
    figures = {
        "simulated_minutes": asked.minutes,
        "took_s": round(time.monotonic() - began_s, 1),
        "samples": tally.samples,
        "lost": tally.lost,
        "reconnects": loop.health().reconnects,
        "resident_mb": [settled[0], settled[-1]],
        "rise_mb": round(rise_mb, 2),
        "bound_mb": BOUND_MB,
    }
    print(json.dumps(figures, indent=2))
    sys.exit(rise_mb > BOUND_MB)


if __name__ == "__main__":
    main()
