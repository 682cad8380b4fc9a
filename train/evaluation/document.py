"""The document of an evaluation, and the table that the command prints of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emg_edge.train.evaluation.figures import BASELINE, MAJORITY

SCHEMA = 1
NAMES = {
    "int8": "int8 network",
    "model": "float network",
    "td6_lda": "TD6 + LDA",
    "td4_lda": "TD4 + LDA",
    MAJORITY: "majority class",
}
# Metrics whose difference to the baseline is printed; the document has all.
_COMPARED = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "right_at_5_percent": "movements right at 5 % false activation",
}


def make_document(
    protocol: dict[str, Any],
    data: dict[str, Any],
    seeds: Sequence[int],
    rows: Mapping[str, dict[str, Any]],
    headline: str,
    versions: dict[str, str],
    machine: dict[str, Any],
) -> dict[str, Any]:
    """Put rows (see figures.py) under what is common to them; the headline's decoders also stand at the top level."""
    if headline not in rows:
        raise ValueError(f"the headline '{headline}' is none of the rows {', '.join(rows)}")
    return {
        "schema": SCHEMA,
        "protocol": protocol,
        "data": data,
        "seeds": list(seeds),
        "versions": versions,
        "machine": machine,
        "headline": headline,
        **rows[headline]["decoders"],
        f"against_{BASELINE}": rows[headline][f"against_{BASELINE}"],
        "rows": dict(rows),
    }


def table(document: dict[str, Any]) -> list[str]:
    """Lines of plain text: for each row its decoders, and how they differ from TD6 + LDA."""
    protocol = document["protocol"]
    people, seeds = len(document["data"]["people"]), len(document["seeds"])
    lines = [
        f"{protocol['title']}: {_count(people, 'person', 'people')}, {_count(seeds, 'seed', 'seeds')},"
        f" {protocol['context_ms']:g} ms of context, {'with' if protocol['rest'] else 'without'} rest"
    ]
    for row in document["rows"].values():
        lines += ["", row["title"], *_decoders(row["decoders"]), *_differences(row[f"against_{BASELINE}"])]
    return lines


def _decoders(decoders: dict[str, Any]) -> list[str]:
    """One line a decoder under a line of headings; a column that no decoder has a figure for is left out."""
    columns = [(heading, [cell(metrics) for metrics in decoders.values()]) for heading, cell in _COLUMNS.items()]
    columns = [(heading, cells) for heading, cells in columns if any(cells)]
    names = [NAMES.get(name, name) for name in decoders]
    wide = max(len(name) for name in names)
    widths = [max(len(heading), *(len(cell) for cell in cells)) for heading, cells in columns]
    lines = [[heading for heading, _ in columns], *([cells[i] for _, cells in columns] for i in range(len(names)))]
    return [
        f"{name:{wide}}  " + "  ".join(f"{text or '-':>{width}}" for text, width in zip(cells, widths, strict=True))
        for name, cells in zip(["", *names], lines, strict=True)
    ]


def _differences(against: dict[str, Any]) -> Iterator[str]:
    for name, metrics in against.items():
        for metric, title in _COMPARED.items():
            if metric not in metrics:
                continue
            found = metrics[metric]
            interval, p = found["interval95"], found["wilcoxon_p"]
            known = [f"95 % interval {100 * interval[0]:+.1f} to {100 * interval[1]:+.1f}"] if interval else []
            known += [f"Wilcoxon p = {p:.2g}"] if p is not None else []
            known += [f"better in {found['better']} of {_count(found['people'], 'person', 'people')}"]
            yield (
                f"{NAMES.get(name, name)} against {NAMES[BASELINE]}, {title}: {100 * found['difference']:+.1f} points"
                f" ({', '.join(known)})"
            )


def _spread(metrics: dict[str, Any]) -> str:
    score = metrics.get("accuracy")
    if score is None:
        return ""
    spread = "" if score["sd"] is None else f" +- {100 * score['sd']:.1f}"
    return f"{100 * score['mean']:.1f}{spread}"


def _mean(metrics: dict[str, Any], metric: str, times: float = 100.0, digits: int = 1) -> str:
    return f"{times * metrics[metric]['mean']:.{digits}f}" if metric in metrics else ""


def _worst(metrics: dict[str, Any]) -> str:
    worst = metrics.get("balanced_accuracy", {}).get("worst_decile")
    return "" if worst is None else f"{100 * worst:.1f}"


_COLUMNS = {
    "accuracy %": _spread,
    "balanced %": lambda metrics: _mean(metrics, "balanced_accuracy"),
    "macro F1 %": lambda metrics: _mean(metrics, "macro_f1"),
    "executions %": lambda metrics: _mean(metrics, "execution_accuracy"),
    "false/min": lambda metrics: _mean(metrics, "false_activations_per_min", 1),
    "right at 5 % false": lambda metrics: _mean(metrics, "right_at_5_percent"),
    "delay ms": lambda metrics: _mean(metrics, "delay_s", 1000, 0),
    "worst tenth, balanced %": _worst,
}


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
