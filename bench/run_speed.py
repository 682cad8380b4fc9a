"""`emg-edge run`: how fast a file is replayed, and what a live run costs.

    python bench/run_speed.py [FILE.mat] [--seconds 20]

FILE is any NinaPro recording of DB5; without one, the simulated forearm plays at full speed. Prints one JSON
document. The bounds are the project's own for two cores of a desktop; on a busy machine the live figures suffer.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

BOUNDS = {  # figure -> (bound, whether more is better)
    "replay.realtime_factor": (50.0, True),
    "live.cpu_share": (0.05, False),
    "live.latency_ms.p99": (15.0, False),
    "live.rss_mb": (150.0, False),
    "live.first_decision_s": (3.0, False),
}


def run(*arguments: str) -> dict[str, Any]:
    """Run the command as a user does, and return its summary."""
    with tempfile.TemporaryDirectory() as folder:
        summary = Path(folder) / "summary.json"
        command = [sys.executable, "-m", "emg_edge", "run", *arguments, "--summary", str(summary)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr.strip().splitlines()[-1])
        figures: dict[str, Any] = json.loads(summary.read_text())
        return figures


def value(figures: dict[str, Any], name: str) -> float:
    """Look a figure up by its dotted name."""
    found: Any = figures
    for part in name.split("."):
        found = found[part]
    return float(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="a NinaPro recording of DB5 to replay")
    parser.add_argument("--seconds", type=int, default=20, help="of the live run")
    asked = parser.parse_args()
    fast = ["--board", "replay", "--file", asked.file] if asked.file else ["--board", "synthetic", "--duration", "600"]
    figures = {
        "replay": run(*fast, "--speed", "max"),
        "live": run("--board", "synthetic", "--duration", str(asked.seconds)),
    }
    held = {}
    for name, (bound, more) in BOUNDS.items():
        measured = value(figures, name)
        held[name] = {"measured": measured, "bound": bound, "held": measured >= bound if more else measured <= bound}
    print(json.dumps({"bounds": held, **figures}, indent=2))
    sys.exit(not all(row["held"] for row in held.values()))


if __name__ == "__main__":
    main()
