"""From a byte's arrival on the pseudo-terminal to the decision line: our Cyton driver, and BrainFlow's beside it.

    python bench/latency.py [--seconds 30]

A simulated Cyton writes a packet every 4 ms and notes when; `emg-edge run` decodes it with the shipped model in a
process of its own, and this program notes when each JSON line arrives. Which sample completes which decision follows
from the model's timing, so that every line is held against the very packet that it waited for. The two paths run at the
same time of day on the same machine, one after the other. Bounds are for our own driver on an idle machine: p50 3 ms,
p99 15 ms, 5 % of one core.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from shipped import shipped_model

from emg_edge.decoding.wearer import choose_scale
from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.pseudo_terminal import PseudoTerminal
from emg_edge.device.simulator.serve import serving
from emg_edge.device.simulator.simulated import simulated
from emg_edge.signal.adaptation import Adjustment
from emg_edge.signal.frontend import FrontEnd
from emg_edge.signal.source import Source

BOUNDS = {"p50_ms": 3.0, "p99_ms": 15.0, "cpu_share": 0.05}
PATHS = {"own driver": "cyton", "BrainFlow": "brainflow:CYTON_BOARD"}


class NotingTerminal(PseudoTerminal):
    """Notes when the bytes of each sample were handed over."""

    def __init__(self, name: str, position: Any) -> None:
        super().__init__(name)
        self._position = position
        self.written_s: dict[int, float] = {}  # samples so far -> time

    def write(self, data: bytes) -> None:
        if data:
            self.written_s[self._position()] = time.monotonic()
        super().write(data)


def samples_of_decisions(count: int) -> list[int]:
    """How many samples of a Cyton each decision needs, the first decision first."""
    model = shipped_model()
    spec, source = model.description.signal, Source("raw", 250.0, "uV", "ring8")
    scale = choose_scale(model.description, source, None, "upper")
    front = FrontEnd(spec, source, scale.scale, "upper", Adjustment(unit=scale.unit))
    return [front.timing.newest(spec.context - 1 + k * spec.hop) + 1 for k in range(count)]


def measure(board_name: str, length_s: float) -> dict[str, float]:
    board = simulated(SIMULATED["cyton"])
    with tempfile.TemporaryDirectory() as folder, NotingTerminal("cyton", lambda: board.position) as terminal:
        summary = Path(folder) / "summary.json"
        command = [sys.executable, "-m", "emg_edge", "run", "--board", board_name, "--serial-port", str(terminal.path)]
        command += ["--duration", str(length_s), "--summary", str(summary), "--json"]
        lines: list[tuple[float, dict[str, Any]]] = []
        with (
            serving(board, terminal),
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run,
        ):
            assert run.stdout is not None
            descriptor, kept = run.stdout.fileno(), b""
            while data := os.read(descriptor, 1 << 16):
                now_s = time.monotonic()
                *whole, kept = (kept + data).split(b"\n")
                lines += [(now_s, json.loads(line)) for line in whole]
        figures = json.loads(summary.read_text())
    if figures["samples_lost"] or figures["stale_s"]:
        sys.exit(f"{board_name} lost samples or fell silent: {figures['samples_lost']}, {figures['stale_s']} s")
    late = []
    for (now_s, _), needed in zip(lines, samples_of_decisions(len(lines)), strict=True):
        written_s = min(at for sample, at in terminal.written_s.items() if sample >= needed)
        late.append(1000 * (now_s - written_s))
    p50, p95, p99 = np.percentile(late, [50, 95, 99])
    return {
        "p50_ms": round(float(p50), 2),
        "p95_ms": round(float(p95), 2),
        "p99_ms": round(float(p99), 2),
        "cpu_share": figures["cpu_share"],
        "rss_mb": figures["rss_mb"],
        "decisions": len(lines),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each run")
    asked = parser.parse_args()
    rows = {path: measure(board, asked.seconds) for path, board in PATHS.items()}
    ours = rows["own driver"]
    held = {
        name: {"measured": ours[name], "bound": bound, "held": ours[name] <= bound} for name, bound in BOUNDS.items()
    }
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(json.dumps({"bounds": held, **rows, "load_per_core": round(load, 2)}, indent=2))
    sys.exit(not all(row["held"] for row in held.values()))


if __name__ == "__main__":
    main()
