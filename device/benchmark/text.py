"""A benchmark's document as Markdown: for the terminal, and to be pasted into an issue. Several side by side."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from emg_edge.device.benchmark.document import SCHEMA, Document
from emg_edge.device.benchmark.machine import Condition
from emg_edge.device.benchmark.percentiles import Percentiles
from emg_edge.errors import EmgEdgeError
from emg_edge.files import read_whole, schema_of
from emg_edge.plain import plain

_MOST_BYTES = 4 << 20  # a benchmark of many thread counts has some ten kilobytes


def as_text(found: Document) -> str:
    """All that is in it."""
    model = found.model
    lines = [
        f"**{found.machine.name}**: {found.machine.cpu}, {found.machine.cores} cores; {found.machine.system}; "
        f"Python {found.machine.python}; emg-edge {found.version}; {found.runtime} on "
        f"{found.delegate}",
        f"{model.name} ({model.bytes} bytes, {model.context_ms:g} ms of context, a decision every {model.hop_ms:g} ms) "
        f"on a simulated {found.board}'s bytes; {found.runs} decisions, "
        f"{found.threads} thread{'s' * (found.threads > 1)}",
        "",
        "| a decision's time, ms | p50 | p95 | p99 | max |",
        "| --- | --- | --- | --- | --- |",
        *(_row(name.replace("_", " "), stage) for name, stage in found.stages.items()),
        _row("bare interpreter", found.bare_invoke),
        "",
        f"all but `invoke`: {found.overhead_ms:.3f} ms (p50{_rounds(found.rounds_ms)}); a decision takes "
        f"{found.total_over_bare:.1f} times the bare interpreter's time",
    ]
    if len(found.sweep) > 1:
        lines += ["", "| threads, p50 in ms | bare interpreter | invoke | a decision |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {one.threads} | {one.bare_invoke.p50_ms:.3f} | {one.invoke.p50_ms:.3f} | {one.total.p50_ms:.3f} |"
            for one in found.sweep
        ]
    lines += [
        "",
        f"| {found.seconds:.0f} s in real time{_cut(found)}, ms | p50 | p95 | p99 | max |",
        "| --- | --- | --- | --- | --- |",
        _row("newest sample to line", found.latency),
        _row("jitter of the lines", found.jitter),
        "",
        f"{_share(found.cpu_share)} of a core, {found.rss_mb:.0f} MB, first decision "
        f"{_seconds(found.start_to_first_decision_s)} after the start; {found.deadline_misses} deadlines missed of "
        f"{found.decisions} decisions; {found.samples_lost} samples lost",
        f"before: {_condition(found.before)}; after: {_condition(found.after)}",
    ]
    if found.soak is not None and found.soak.resident_mb:
        first, last, most = found.soak.resident_mb
        heat = found.soak.highest_temperature_c
        lines.append(
            f"memory once settled {first:.1f} MB, at the end {last:.1f} MB, at most {most:.1f} MB"
            + (f"; at most {heat:.0f} degrees C" if heat is not None else "")
            + (f"; {', '.join(found.soak.throttled)}" if found.soak.throttled else "")
        )
    return "\n".join(lines)


def _cut(found: Document) -> str:
    return ", interrupted" if found.interrupted else ""


def _rounds(rounds_ms: Sequence[float]) -> str:
    if len(rounds_ms) < 2:
        return ""
    return f"; the quietest of {len(rounds_ms)} rounds, which took up to {max(rounds_ms):.3f}"


def compared(documents: Sequence[tuple[str, Document]]) -> str:
    """A column each, and the ratio to the first."""
    first = documents[0][1]
    lines = [
        "| | "
        + " | ".join(_cell(f"{name} ({one.machine.name}, {one.machine.cpu}{_cut(one)})") for name, one in documents)
        + " |",
        "| --- |" + " --- |" * len(documents),
    ]
    for title, value in _FIGURES.items():
        told = [_beside(value(one), value(first), is_first=one is first) for _, one in documents]
        lines.append(f"| {title} | {' | '.join(told)} |")
    if len({(one.model.sha256, one.board, one.threads, one.delegate) for _, one in documents}) > 1:
        works = [_cell(f"{name}: {_work(one)}") for name, one in documents]
        lines += ["", f"These are not the same work: {'; '.join(works)}"]
    return "\n".join(lines)


def _work(one: Document) -> str:
    return f"{one.model.name} on {one.board}, {one.threads} thread{'s' * (one.threads > 1)}, {one.delegate}"


def read(path: Path) -> Document:
    """Raises EmgEdgeError when the file is not a benchmark's."""
    data = read_whole(path, _MOST_BYTES)
    try:
        schema = schema_of(data)
        if schema != SCHEMA:
            raise EmgEdgeError(f"{path} has schema {schema}, and this emg-edge reads {SCHEMA}; measure again")
        return msgspec.json.decode(data, type=Document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise EmgEdgeError(
            f"{path} was not written by emg-edge bench --json ({plain(error)}); measure with it, or name another file"
        ) from error


_FIGURES: dict[str, Callable[[Document], float | None]] = {
    "a decision, p50 ms": lambda d: d.stages["total"].p50_ms,
    "a decision, p99 ms": lambda d: d.stages["total"].p99_ms,
    "invoke, p50 ms": lambda d: d.stages["invoke"].p50_ms,
    "all but invoke, p50 ms": lambda d: d.overhead_ms,
    "bare interpreter, p50 ms": lambda d: d.bare_invoke.p50_ms,
    "live: newest sample to line, p99 ms": lambda d: d.latency.p99_ms,
    "live: jitter, p99 ms": lambda d: d.jitter.p99_ms,
    "live: share of a core": lambda d: d.cpu_share,
    "live: resident memory, MB": lambda d: d.rss_mb,
    "start to first decision, s": lambda d: d.start_to_first_decision_s,
    "deadlines missed, of a hundred decisions": lambda d: 100 * d.deadline_misses / max(d.decisions, 1),
}


def _cell(text: str) -> str:
    """Write what a file of somebody's says so that it stays within its cell, and does nothing to a terminal."""
    return "".join(letter if letter.isprintable() and letter != "|" else "?" for letter in text)


def _beside(value: float | None, first: float | None, *, is_first: bool) -> str:
    if value is None:
        return "-"
    ratio = "" if is_first or not first else f" ({value / first:.2f} x)"
    return f"{value:.3g}{ratio}"


def _row(name: str, stage: Percentiles) -> str:
    return f"| {name} | {stage.p50_ms:.3f} | {stage.p95_ms:.3f} | {stage.p99_ms:.3f} | {stage.max_ms:.3f} |"


def _share(share: float | None) -> str:
    return "an unknown share" if share is None else f"{100 * share:.1f} %"


def _seconds(seconds: float | None) -> str:
    return "at an unknown time" if seconds is None else f"{seconds:.2f} s"


def _condition(one: Condition) -> str:
    told = [f"load {one.load:g}"]
    told += [f"{one.temperature_c:.0f} degrees C"] if one.temperature_c is not None else []
    told += [f"{one.mhz:.0f} of {one.most_mhz:.0f} MHz"] if one.mhz is not None and one.most_mhz is not None else []
    told += [one.governor] if one.governor else []
    told += [", ".join(one.throttled) or "not throttled"] if one.throttled is not None else []
    return ", ".join(told)
