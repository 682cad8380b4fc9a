"""Which figures a row gets, of what the document has, with their captions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emg_edge.train.report import plots
from emg_edge.train.report.rows import REFERENCE, in_order, leading, people_of
from emg_edge.train.report.words import decoder_name, metric_of, number

FEW = 0.5  # share of the executions below which a curve by time rests on few of them


@dataclass(frozen=True)
class Picture:
    kind: str  # "people", "onset", "learning" or "confusion": its place in the style sheet
    title: str
    caption: str
    svg: str


def pictures_of(prefix: str, row: Mapping[str, Any], protocol: Mapping[str, Any], key: str) -> Iterator[Picture]:
    """Figures of the row, ids beginning with `prefix`; `key` is the metric that the report is about."""
    if people := people_of(row, key):
        title = f"{metric_of(key).name} by person"
        svg = plots.people_figure(f"{prefix}-people", title, _label(key), people)
        yield Picture("people", title, "Mean over seeds; the best person at the top.", svg)
    if curves := _pair(row.get("by_onset") or {}):
        title = "Decided right by time since the onset"
        settled_ms = number(protocol.get("settle_ms")) or number(protocol.get("context_ms"))
        svg = plots.onset_figure(f"{prefix}-onset", title, curves, settled_ms and settled_ms / 1000)
        yield Picture("onset", title, _onset_caption(curves, settled_ms), svg)
    if learned := row.get("learning_curve"):
        yield from _learning(f"{prefix}-learning", learned, key)
    confusion = row.get("confusion") or {}
    if decoder := leading(confusion):
        part = confusion[decoder]
        title = f"What is taken for what: {decoder_name(decoder)}"
        svg = plots.confusion_figure(f"{prefix}-confusion", title, part["names"], part["counts"])
        caption = (
            "Percent of each movement's windows (rows) that were decided as each movement (columns), over all people "
            "and seeds. Less than 0.5 % is left blank."
        )
        yield Picture("confusion", title, caption, svg)


def _learning(prefix: str, learned: Mapping[str, Any], key: str) -> Iterator[Picture]:
    """The curve of the report's metric, or of the balanced accuracy where that is what was kept."""
    parts = {name: learned[name] for name in in_order(name for name in learned if name != "repetitions")}
    for wanted in dict.fromkeys((key, "balanced_accuracy")):
        if curves := {name: part[wanted] for name, part in parts.items() if part and wanted in part}:
            title = f"Learning curve: {metric_of(wanted).name.lower()}"
            svg = plots.learning_figure(prefix, title, _label(wanted), learned["repetitions"], curves)
            yield Picture("learning", title, "By the number of training repetitions, mean over people.", svg)
            return


def _label(key: str) -> str:
    metric = metric_of(key)
    return f"{metric.name.lower()} ({metric.unit.value})"


def _pair(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The leading decoder's part and TD6 + LDA's, of those there are."""
    first = leading(parts)
    return {name: parts[name] for name in dict.fromkeys((first, REFERENCE)) if name and parts.get(name)}


def _onset_caption(curves: Mapping[str, Any], settled_ms: float | None) -> str:
    caption = "Every hop of the live loop."
    if settled_ms:
        caption += (
            f" Shaded: settled, from {settled_ms:g} ms after the onset; only there an instant counts as a window."
        )
    curve = next(iter(curves.values()))
    executions = [number(count) or 0 for count in curve.get("executions") or ()]
    if executions:
        few = [time for time, count in zip(curve["time_s"], executions, strict=True) if count < FEW * max(executions)]
        caption += f" {max(executions):,.0f} executions"
        caption += f"; from {few[0]:.1f} s on fewer than half of them still go on." if few else "."
    return caption
