"""What the page says of one row of an evaluation (a condition), read from the document; absent parts stay absent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from emg_edge.train.report.words import (
    DECODERS,
    METRICS,
    Metric,
    Verdict,
    decoder_name,
    metric_of,
    number,
    p_written,
    signed,
    verdict,
    written,
)

REFERENCE = "td6_lda"  # what every other decoder is compared with
LEADING = ("int8", "model")


@dataclass(frozen=True)
class Comparison:
    """A paired difference, decoder minus TD6 + LDA, over people."""

    difference: str
    interval: str  # "" where there is none: it takes two people
    verdict: Verdict | None
    detail: str  # the test and the count of people, in words


@dataclass(frozen=True)
class Cell:
    mean: str
    sd: str  # over people; "" where there is none


@dataclass(frozen=True)
class Line:
    """A metric along the decoders; a decoder without it has None."""

    metric: Metric
    cells: tuple[Cell | None, ...]
    comparison: Comparison | None


@dataclass(frozen=True)
class Spread:
    """One decoder and metric: between people and between seeds."""

    metric: str
    decoder: str
    values: tuple[str, ...]  # median, worst tenth, sd over seeds; "" where there is none


@dataclass(frozen=True)
class Movement:
    name: str
    number: int
    recall: float | None
    precision: float | None
    executions: float | None
    reference: float | None  # recall of TD6 + LDA
    taken_for: str


def in_order(names: Iterable[str]) -> list[str]:
    """Decoders in the order of the report; ones that are new here come last."""
    return sorted(names, key=lambda name: [*DECODERS, name].index(name))


def decoders_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that have figures, in the order of the report."""
    return tuple(in_order(name for name, metrics in row.get("decoders", {}).items() if metrics))


def leading(parts: Mapping[str, Any]) -> str | None:
    """The decoder that a figure is about: what the user runs, else the network, else the next in order."""
    there = in_order(name for name, part in parts.items() if part)
    return next((name for name in LEADING if name in there), there[0] if there else None)


def lines_of(row: Mapping[str, Any]) -> tuple[Line, ...]:
    """The table of the row; a metric that no decoder has is left out."""
    decoders = decoders_of(row)
    known = {key for name in decoders for key in row["decoders"][name]}
    keys = [metric.key for metric in METRICS if metric.key in known]
    keys += sorted(known.difference(keys))
    lines = []
    for key in keys:
        metric = metric_of(key)
        cells = tuple(_cell(row["decoders"][name].get(key), metric) for name in decoders)
        if any(cells):
            lines.append(Line(metric, cells, comparison_of(row, key)))
    return tuple(lines)


def comparison_of(row: Mapping[str, Any], key: str, decoder: str | None = None) -> Comparison | None:
    """The decoder's paired difference from TD6 + LDA in one metric; by default the leading one's."""
    against = row.get("against_td6_lda") or {}
    decoder = decoder or leading({name: part for name, part in against.items() if name != REFERENCE})
    part = (against.get(decoder) or {}).get(key) or {} if decoder else {}
    difference = number(part.get("difference"))
    if difference is None:
        return None
    metric = metric_of(key)
    ends = [number(end) for end in part.get("interval95") or ()]
    interval, judged = "", None
    if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
        interval = f"{signed(ends[0], metric.unit)} to {signed(ends[1], metric.unit)}"
        judged = verdict((ends[0], ends[1]), less_is_better=metric.less_is_better) if metric.judged else None
    return Comparison(signed(difference, metric.unit), interval, judged, _detail(part) if metric.judged else "")


def spreads_of(row: Mapping[str, Any]) -> tuple[Spread, ...]:
    """Median, worst tenth and the seeds' share, of every share that has at least one of them."""
    spreads = []
    for line in lines_of(row):
        for name in decoders_of(row):
            summary = row["decoders"][name].get(line.metric.key) or {}
            found = [number(summary.get(part)) for part in ("median", "worst_decile", "seed_sd")]
            if any(value is not None for value in found):
                values = tuple("" if value is None else written(value, line.metric.unit) for value in found)
                spreads.append(Spread(f"{line.metric.name}, {line.metric.unit.value}", decoder_name(name), values))
    return tuple(spreads)


def people_of(row: Mapping[str, Any], key: str) -> dict[str, dict[str, float]]:
    """Decoder -> person -> value, of the leading decoder and TD6 + LDA."""
    decoders = row.get("decoders", {})
    first = leading({name: metrics for name, metrics in decoders.items() if name != "majority"})
    people = {}
    for name in dict.fromkeys(name for name in (first, REFERENCE) if name is not None):
        subjects = ((decoders.get(name) or {}).get(key) or {}).get("subjects") or {}
        values = {person: value for person, raw in subjects.items() if (value := number(raw)) is not None}
        if values:
            people[name] = values
    return people


def movements_of(row: Mapping[str, Any]) -> tuple[str | None, tuple[Movement, ...]]:
    """The leading decoder and its movements, the worst first."""
    parts = row.get("by_movement") or {}
    decoder = leading(parts)
    if decoder is None:
        return None, ()
    reference = {part["movement"]: part for part in parts.get(REFERENCE) or () if decoder != REFERENCE}
    movements = [
        Movement(
            part["name"],
            part["movement"],
            number(part.get("recall")),
            number(part.get("precision")),
            number(part.get("execution_accuracy")),
            number(reference.get(part["movement"], {}).get("recall")),
            ", ".join(f"{name} {100 * share:.1f} %" for name, share in part.get("taken_for") or ()),
        )
        for part in parts[decoder]
    ]
    return decoder, tuple(sorted(movements, key=lambda one: 2 if one.recall is None else one.recall))


def cost_of(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What the model costs, as pairs of name and figure."""
    cost = row.get("cost") or {}
    pairs = []
    if (parameters := number(cost.get("parameters"))) is not None:
        pairs.append(("Parameters", f"{parameters:,.0f}"))
    if (size := number(cost.get("int8_bytes"))) is not None:
        pairs.append(("int8 file", f"{size:,.0f} bytes ({size / 1000:.1f} kB)"))
    seconds = cost.get("training_seconds") or {}
    if (mean := number(seconds.get("mean"))) is not None:
        sd = number(seconds.get("sd"))
        pairs.append(("Training a model", f"{mean:.1f} s" + ("" if sd is None else f" (sd {sd:.1f})")))
    return tuple(pairs)


def _cell(summary: Mapping[str, Any] | None, metric: Metric) -> Cell | None:
    mean, sd = number((summary or {}).get("mean")), number((summary or {}).get("sd"))
    if mean is None:
        return None
    return Cell(written(mean, metric.unit), "" if sd is None else written(sd, metric.unit))


def _detail(part: Mapping[str, Any]) -> str:
    """The test in words: how many people it is better for, and Wilcoxon's p."""
    told = []
    better, people = part.get("better"), part.get("people")
    if isinstance(people, int) and isinstance(better, int) and not isinstance(better, bool):
        told.append(f"better for {better} of {people}")
    if (p := number(part.get("wilcoxon_p"))) is not None:
        told.append(p_written(p))
    return ", ".join(told)
