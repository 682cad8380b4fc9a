"""The document that a run leaves behind: what was decided, how well, how late, and at what cost."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from emg_edge.device.truth import SETTLE_S
from emg_edge.files import check_place, write_json


@dataclass(frozen=True)
class Setting:
    """What ran on what."""

    board: str
    model: str
    runtime: str
    scale: str
    includes_training: bool = False
    delegate: str = "cpu"


class Health(msgspec.Struct, frozen=True):
    """How the link and the electrodes were; parts of Summary."""

    reconnects: int = 0
    channels_flagged: dict[str, list[str]] = {}
    measured_hz: float | None = None
    skipped_bytes: int = 0
    samples_refused: int = 0
    decisions_skipped: int = 0


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds from the newest sample's arrival until the line was written."""

    p50: float
    p95: float
    p99: float


class Summary(msgspec.Struct, frozen=True):
    """The document that `run --summary` writes.

    accuracy         share of decisions equal to the truth, 0..1, rest counted, those within SETTLE_S after a change of
                     truth left out; null where the truth is unknown, or the model knows none of it
    judged           the number of decisions that it is a share of
    beyond_model     those of them whose true movement the model does not know: they can only be wrong
    samples_lost     known to be missing; `gaps` is in how many places
    stale_s          time without samples after which none were believed to be true
    reconnects       times that the link was lost and came back
    channels_flagged   channel, counted from 1 -> what was wrong with it at some time (railed, flat, clipping, ...)
    measured_hz      the board's rate by this machine's clock, over the last ten seconds; null before
    skipped_bytes    that belonged to no whole packet
    samples_refused  that came twice, or after newer ones
    decisions_skipped  lines that a slow reader missed
    realtime_factor  seconds of signal decoded in a second
    delegate         what ran the network: cpu, or the name of an accelerator
    includes_training  whether repetitions that the model was trained on may be among them: then accuracy flatters
    cpu_share        of one core, after the first decision
    """

    decisions: int
    accuracy: float | None
    judged: int
    beyond_model: int
    latency_ms: Latency | None
    samples: int
    samples_lost: int
    gaps: int
    stale_s: float
    reconnects: int
    channels_flagged: dict[str, list[str]]
    measured_hz: float | None
    skipped_bytes: int
    samples_refused: int
    decisions_skipped: int
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
    includes_training: bool
    delegate: str


def as_text(summary: Summary) -> str:
    """Make the lines that a person reads at the end of a run."""
    states = ", ".join(f"{count} {state}" for state, count in summary.states.items()) or "none"
    late, cpu = summary.latency_ms, summary.cpu_share
    lines = [
        f"{summary.decisions} decisions ({states}) in {summary.seconds:.1f} s on {summary.board} "
        f"({summary.runtime}{'' if summary.delegate == 'cpu' else ' on ' + summary.delegate}, scale {summary.scale})"
    ]
    if summary.accuracy is None:
        why = "the model knows none of the movements that were made" if summary.judged else "nobody told the movements"
        lines.append(f"accuracy not known: {why}")
    else:
        lines.append(
            f"accuracy {summary.accuracy:.1%} of {summary.judged} decisions more than {SETTLE_S * 1000:.0f} ms after a "
            f"change of movement{', unknown counted as wrong' if summary.states.get('unknown') else ''}"
        )
    if summary.includes_training and summary.accuracy is not None:
        lines.append(
            "this may flatter: the model was trained on recordings of this person, and this can be one of them"
        )
    if summary.beyond_model:
        lines.append(f"{summary.beyond_model} of those were on movements that the model does not know")
    if late:
        lines.append(f"latency {late.p50:.1f} / {late.p95:.1f} / {late.p99:.1f} ms (p50 / p95 / p99)")
    cost = [f"{summary.samples} samples, {summary.samples_lost} lost, {summary.realtime_factor:.0f} times real time"]
    if cpu is not None:
        cost.append(f"{cpu:.1%} of a core")
    cost.append(f"{summary.rss_mb:.0f} MB")
    if summary.first_decision_s is not None:
        cost.append(f"first decision after {summary.first_decision_s:.2f} s")
    return "\n".join([*lines, *_health(summary), ", ".join(cost)])


def _health(summary: Summary) -> list[str]:
    """What was wrong with the link and the electrodes, a line each; nothing when all was well."""
    link = [
        (summary.gaps, f"samples were missing in {summary.gaps} places"),
        (summary.reconnects, f"the link was lost and came back {summary.reconnects} times"),
        (summary.stale_s, f"stale for {summary.stale_s:.1f} s"),
        (summary.skipped_bytes, f"{summary.skipped_bytes} bytes belonged to no whole packet"),
        (summary.samples_refused, f"{summary.samples_refused} samples came twice or too late"),
        (
            summary.decisions_skipped,
            f"{summary.decisions_skipped} decisions were not written, as their reader was slow",
        ),
    ]
    lines = ["; ".join(text for count, text in link if count)] if any(count for count, _ in link) else []
    if summary.channels_flagged:
        told = (f"{channel} ({', '.join(kinds)})" for channel, kinds in summary.channels_flagged.items())
        lines.append(f"channels that were not well: {', '.join(told)}")
    return lines


def write(path: Path, summary: Summary) -> None:
    """Replace the file: it is a result that the user named for this run."""
    write_json(path, summary)


def check_writable(path: Path, *read: Path) -> None:
    """Raise EmgEdgeError now, before a run of hours, when the summary could not be written at its end."""
    check_place(path, "a summary of a run", _is_summary, read)


def _is_summary(head: bytes) -> bool:
    try:
        return "latency_ms" in msgspec.json.decode(head, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
