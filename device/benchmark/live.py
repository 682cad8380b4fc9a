"""A run in real time: `emg-edge run` in a process of its own, on a simulated board's bytes from a pseudo-terminal."""

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from emg_edge.decoding.placement import Placement
from emg_edge.device.benchmark.machine import Condition, condition
from emg_edge.device.process import resident_mb
from emg_edge.device.session import movements_asked
from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.pseudo_terminal import PseudoTerminal
from emg_edge.device.simulator.serve import serving
from emg_edge.device.simulator.simulated import simulated
from emg_edge.errors import EmgEdgeError

SAMPLED_S = 10.0  # how often memory and heat are looked at


@dataclass
class Watched:
    """What was seen from outside.

    arrived_s   when each line arrived
    latency_ms  from the newest sample to the line, of those that have one
    resident_mb, conditions   every SAMPLED_S
    summary     what the run says of itself
    """

    arrived_s: list[float] = field(default_factory=list)
    latency_ms: list[float] = field(default_factory=list)
    resident_mb: list[float] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)


def watch(placement: Placement, board_name: str, seconds: float, threads: int, stopped: Callable[[], bool]) -> Watched:
    """Run for so long, or until `stopped`, which may be before there is a summary.

    Raises EmgEdgeError when the run ends by itself without a decision or a summary.
    """
    board = simulated(SIMULATED[board_name], movements=movements_asked(placement.model.description, ()))
    found = Watched()
    with tempfile.TemporaryDirectory() as folder, PseudoTerminal(board_name) as terminal:
        summary, talk = Path(folder) / "summary.json", Path(folder) / "talk"
        options = [
            "--model",
            str(placement.path),
            "--threads",
            str(threads),
            "--duration",
            f"{seconds:g}",
            *placement.options(),
        ]
        command = [sys.executable, "-m", "emg_edge", "run", "--board", board_name, "--serial-port", str(terminal.path)]
        with (
            serving(board, terminal),
            talk.open("wb") as said,
            subprocess.Popen(  # noqa: S603 - our own program
                [*command, *options, "--summary", str(summary), "--json"],
                stdout=subprocess.PIPE,
                stderr=said,
                start_new_session=True,  # a terminal's Ctrl-C is for us; the run is asked to stop once, and by us
            ) as run,
        ):
            try:
                _follow(run, found, stopped)
            except BaseException:  # a second Ctrl-C among them
                run.kill()
                raise
        if not found.arrived_s or not summary.exists():
            if stopped():
                return found
            last = (talk.read_text(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
            decided = f"after {len(found.arrived_s)} decisions" if found.arrived_s else "without a decision"
            raise EmgEdgeError(
                f"the run that was to be measured ended {decided}, with exit status {run.returncode}; its last words: "
                f"{last}; try it alone: emg-edge run --board synthetic --via {board_name}"
            )
        found.summary = json.loads(summary.read_bytes())
    return found


def _follow(run: "subprocess.Popen[bytes]", found: Watched, stopped: Callable[[], bool]) -> None:
    stream: IO[bytes] | None = run.stdout
    assert stream is not None
    looked_s = time.monotonic()
    asked = False
    for line in stream:
        now_s = time.monotonic()
        found.arrived_s.append(now_s)
        if (latency_ms := json.loads(line)["latency_ms"]) is not None:
            found.latency_ms.append(latency_ms)
        if now_s - looked_s >= SAMPLED_S:
            looked_s = now_s
            _look(run.pid, found)
        if stopped() and not asked:
            asked = True
            with contextlib.suppress(ProcessLookupError):
                run.send_signal(signal.SIGINT)
    if not found.conditions:
        found.conditions.append(condition())


def _look(pid: int, found: Watched) -> None:
    found.conditions.append(condition())
    if (resident := resident_mb(pid)) is not None:
        found.resident_mb.append(round(resident, 2))
