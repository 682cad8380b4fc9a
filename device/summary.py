"""The figures of a run: what was decided, how well, how late, and at what cost."""

import os
import stat
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import msgspec

from emg_edge.decoding.decisions import Decision
from emg_edge.device.latency import Delays
from emg_edge.device.process import peak_resident_mb, seconds_since_start
from emg_edge.errors import EmgEdgeError
from emg_edge.files import cannot_write, write_atomically

# A wearer's movement starts after the label changes and the window still holds the one before: too early to judge.
SETTLE_S = 0.3


@dataclass(frozen=True)
class Setting:
    """What ran on what."""

    board: str
    model: str
    runtime: str
    scale: str


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds from the newest sample's arrival until the line was written."""

    p50: float
    p95: float
    p99: float


class Summary(msgspec.Struct, frozen=True):
    """The document that `run --summary` writes.

    accuracy         share of decisions equal to the truth, 0..1, rest counted, those within SETTLE_S after a change of
                     truth left out; null where the truth is unknown
    judged           the number of decisions that it is a share of
    realtime_factor  seconds of signal decoded in a second
    cpu_share        of one core, after the first decision
    """

    decisions: int
    accuracy: float | None
    judged: int
    latency_ms: Latency | None
    samples: int
    samples_lost: int
    realtime_factor: float
    cpu_share: float | None
    rss_mb: float
    first_decision_s: float | None
    states: dict[str, int]
    seconds: float
    board: str
    model: str
    runtime: str
    scale: str


class Tally:
    """Counts while a run goes on."""

    def __init__(self) -> None:
        self._states: Counter[str] = Counter()
        self._delays = Delays()
        self._judged = self._right = 0
        self._first: tuple[float, float, float] | None = None  # since the process's start, CPU and wall clock then
        self.samples = self.lost = 0
        self._began_s = time.monotonic()
        self._ended_s: float | None = None

    def decided(self, decision: Decision, *, settled: bool, arrived_s: float | None) -> None:
        """Count a decision whose line has just been written; `arrived_s` is None for one without a newest sample."""
        if arrived_s is not None:
            self._delays.add(1000 * (time.monotonic() - arrived_s))
        if self._first is None:
            self._first = seconds_since_start(), time.process_time(), time.monotonic()
        self._states[decision.state] += 1
        if settled and decision.truth is not None:
            self._judged += 1
            self._right += decision.number == decision.truth

    def begin(self) -> None:
        """Start the run's clock."""
        self._began_s = time.monotonic()

    def end(self) -> None:
        """Stop the clocks."""
        self._ended_s = time.monotonic()

    def summary(self, setting: Setting, rate_hz: float) -> Summary:
        ended_s = self._ended_s or time.monotonic()
        seconds = max(ended_s - self._began_s, 1e-9)
        late = self._delays.percentiles((0.5, 0.95, 0.99))
        return Summary(
            decisions=self._states.total(),
            accuracy=self._right / self._judged if self._judged else None,
            judged=self._judged,
            latency_ms=Latency(*(round(ms, 3) for ms in late)) if late else None,
            samples=self.samples,
            samples_lost=self.lost,
            realtime_factor=round(self.samples / rate_hz / seconds, 3),
            cpu_share=self._cpu_share(ended_s),
            rss_mb=round(peak_resident_mb(), 1),
            first_decision_s=None if self._first is None else round(self._first[0], 3),
            states=dict(self._states),
            seconds=round(seconds, 3),
            board=setting.board,
            model=setting.model,
            runtime=setting.runtime,
            scale=setting.scale,
        )

    def _cpu_share(self, ended_s: float) -> float | None:
        if self._first is None or ended_s <= self._first[2]:
            return None
        return round((time.process_time() - self._first[1]) / (ended_s - self._first[2]), 4)


def sentence(summary: Summary) -> str:
    """Make the lines that a person reads at the end of a run."""
    states = ", ".join(f"{count} {state}" for state, count in summary.states.items()) or "none"
    late = summary.latency_ms
    lines = [
        f"{summary.decisions} decisions ({states}) in {summary.seconds:.1f} s on {summary.board} "
        f"({summary.runtime}, scale {summary.scale})",
        "accuracy unknown: the board does not know the truth"
        if summary.accuracy is None
        else f"accuracy {summary.accuracy:.1%} of {summary.judged} decisions at least {SETTLE_S * 1000:.0f} ms after "
        "a change of movement",
        f"latency {late.p50:.1f} / {late.p95:.1f} / {late.p99:.1f} ms (p50 / p95 / p99)" if late else "no latency",
        f"{summary.samples} samples, {summary.samples_lost} lost, {summary.realtime_factor:.3g} times real time, "
        f"{'?' if summary.cpu_share is None else f'{summary.cpu_share:.1%}'} of a core, {summary.rss_mb:.0f} MB",
    ]
    if summary.first_decision_s is not None:
        lines[-1] += f", first decision after {summary.first_decision_s:.2f} s"
    return "\n".join(lines)


def write(path: Path, summary: Summary) -> None:
    """Replace the file: it is a result that the user named for this run."""
    write_atomically(path, msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")


def check_writable(path: Path) -> None:
    """Raise EmgEdgeError now, before a run of hours, when the summary could not be written at its end."""
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            raise EmgEdgeError(f"{path} is not a plain file: the summary would replace it; name another place")
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        raise cannot_write(path, error) from error
