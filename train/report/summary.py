"""The sentences at the top: the figures beside TD6 + LDA and the majority class, and who won, said either way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emg_edge.train.report.rows import REFERENCE, comparison_of, leading
from emg_edge.train.report.words import NBSP, Unit, Verdict, decoder_name, metric_of, number, signed, written


@dataclass(frozen=True)
class Summary:
    verdict: Verdict | None
    sentence: str


def headline_metric(protocol: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Balanced accuracy where rest is a class (it would drown the others), else accuracy."""
    wanted = "balanced_accuracy" if protocol.get("rest") else "accuracy"
    present = {key for metrics in row.get("decoders", {}).values() for key in metrics or {}}
    return wanted if wanted in present or not present else next(iter(sorted(present)))


def summary_of(row: Mapping[str, Any], key: str) -> Summary:
    """One sentence of figures and its verdict."""
    metric = metric_of(key)
    means = {
        name: mean
        for name, metrics in row.get("decoders", {}).items()
        if (mean := number(((metrics or {}).get(key) or {}).get("mean"))) is not None
    }
    first = leading({name: mean is not None for name, mean in means.items()})
    if first is None:
        return Summary(None, "This row has no figures.")
    people = len((row["decoders"][first][key] or {}).get("subjects") or ())
    unit = NBSP + metric.unit.value
    told = f"{metric.name}, {_people(people)}: {decoder_name(first)} {written(means[first], metric.unit)}{unit}"
    beside = [
        f"{decoder_name(name)} {written(means[name], metric.unit)}{unit}"
        for name in (REFERENCE, "majority")
        if name in means and name != first
    ]
    told += "".join(f", {part}" for part in beside) + "."
    comparison = comparison_of(row, key, first)
    if comparison is None:
        return Summary(None, told)
    told += f" {_capital(decoder_name(first))} minus TD6 + LDA: {comparison.difference} {metric.unit.of_difference}"
    if comparison.interval:
        told += f", 95{NBSP}% interval over people {comparison.interval}"
    told += f" ({comparison.detail})." if comparison.detail else "."
    return Summary(comparison.verdict, f"{told} {_judged(first, comparison.verdict)}")


def int8_cost(row: Mapping[str, Any], key: str) -> str:
    """What the conversion to int8 cost, a sentence; "" where one of the two is absent."""
    decoders = row.get("decoders", {})
    int8, model = (number(((decoders.get(name) or {}).get(key) or {}).get("mean")) for name in ("int8", "model"))
    if int8 is None or model is None:
        return ""
    metric = metric_of(key)
    difference = signed(int8 - model, metric.unit)
    unit = "points" if metric.unit is Unit.SHARE else metric.unit.value
    return f"int8 against the float network it was converted from: {difference} {unit} of {metric.name.lower()}."


def _judged(decoder: str, judged: Verdict | None) -> str:
    name = decoder_name(decoder)
    match judged:
        case Verdict.WIN:
            return f"A win: the {name} is better than TD6 + LDA at the same context on the same split."
        case Verdict.LOSS:
            return f"A loss: the {name} is worse than TD6 + LDA at the same context on the same split."
        case Verdict.UNDECIDED:
            return "Undecided: the interval spans zero, so these people cannot tell the two apart."
    return "No verdict: an interval over people takes at least two."


def _people(count: int) -> str:
    if not count:
        return "mean over people"
    return "one person" if count == 1 else f"mean over {count} people"


def _capital(text: str) -> str:
    return text if text.startswith("int8") else text[:1].upper() + text[1:]
