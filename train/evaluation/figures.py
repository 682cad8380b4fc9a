"""From what the decoders said to a row of the document: one condition, all people, all seeds.

A person's tracks, rings and sessions count together; then comes the mean over seeds; then statistics over people.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emg_edge.movements import REST
from emg_edge.train.evaluation.areas import areas_for_improvement
from emg_edge.train.evaluation.breakdown import by_movement, by_onset, confusion_table
from emg_edge.train.evaluation.decided import Decided
from emg_edge.train.evaluation.joined import join
from emg_edge.train.evaluation.measures import METRICS, Measured, measure, measure_majority
from emg_edge.train.evaluation.people import compare, in_order, summary

BASELINE = "td6_lda"
MAJORITY = "majority"

Values = dict[str, dict[str, list[float]]]  # metric -> person -> values, one a seed


def make_row(
    title: str,
    by_seed: Mapping[int, Sequence[Decided]],
    *,
    rest: bool,
    names: Mapping[int, str] | None = None,
    learning_curve: dict[str, Any] | None = None,
    cost: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Make a row from seed -> all test stretches of one condition.

    Within a seed every stretch of a person has the same decoders; a decoder may be absent from some seeds (LDA needs
    only one), and its means are over those it has. Metrics without a meaning here are left out, so there is no nan.
    """
    stretches = [one for many in by_seed.values() for one in many]
    if not stretches:
        raise ValueError(f"nothing was decided in '{title}', and a row needs at least one stretch")
    hop_s = stretches[0].hop_s
    if not np.allclose([one.hop_s for one in stretches], hop_s):
        raise ValueError(f"stretches in '{title}' differ in their hop, and one condition has one")
    movements = _movements(stretches, rest=rest)
    measured: dict[str, dict[str, list[Measured]]] = {}  # decoder -> person -> seeds
    always: Values = {}
    for seed in sorted(by_seed):
        for person in in_order([one.wearer for one in by_seed[seed]]):
            joined = join([one for one in by_seed[seed] if one.wearer == person], rest=rest)
            for decoder in joined.decoders:
                found = measure(joined, decoder, movements, rest=rest)
                measured.setdefault(decoder, {}).setdefault(person, []).append(found)
            _note(always, person, measure_majority(joined, movements))
    values = {decoder: _values(by_person) for decoder, by_person in measured.items()}
    row: dict[str, Any] = {
        "title": title,
        "decoders": {name: _summaries(of) for name, of in (*values.items(), (MAJORITY, always))},
    }
    row[f"against_{BASELINE}"] = _against(row["decoders"])
    row["by_movement"] = {name: by_movement(of, movements, names) for name, of in measured.items()}
    row["by_onset"] = {name: curve for name, of in measured.items() if (curve := by_onset(of, hop_s))}
    row["confusion"] = {name: confusion_table(of, movements, names) for name, of in measured.items()}
    if learning_curve is not None:
        row["learning_curve"] = learning_curve
    if cost is not None:
        row["cost"] = cost
    row["areas_for_improvement"] = areas_for_improvement(row)
    return row


def make_learning_curve(rows: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    """Training repetitions -> the row made with so many, to the curve: decoder -> metric -> mean over people of each.

    It holds the decoders and metrics that every row has; the majority class learns nothing and is left out.
    """
    counts = sorted(rows)
    decoders = [rows[count]["decoders"] for count in counts]
    curve: dict[str, Any] = {"repetitions": counts}
    for name in decoders[0]:
        if name == MAJORITY or not all(name in one for one in decoders):
            continue
        shared = [metric for metric in decoders[0][name] if all(metric in one[name] for one in decoders)]
        curve[name] = {metric: [one[name][metric]["mean"] for one in decoders] for metric in shared}
    return curve


def _movements(stretches: Iterable[Decided], *, rest: bool) -> NDArray[np.int64]:
    """All numbers that are the truth, or decided, at any scored instant."""
    seen: set[int] = set()
    for one in stretches:
        scored = one.scored if rest else one.scored & (one.truth != REST)
        for numbers in (one.truth, *(said.decided for said in one.decoders.values())):
            seen.update(np.unique(numbers[scored]).tolist())
    return np.array(sorted(seen), np.int64)


def _values(by_person: Mapping[str, Sequence[Measured]]) -> Values:
    values: Values = {}
    for person, seeds in by_person.items():
        for one in seeds:
            _note(values, person, one.metrics)
    return values


def _note(values: Values, person: str, metrics: Mapping[str, float]) -> None:
    for metric, value in metrics.items():
        values.setdefault(metric, {}).setdefault(person, []).append(value)


def _summaries(values: Values) -> dict[str, Any]:
    return {metric: summary(values[metric], higher=better) for metric, better in METRICS.items() if metric in values}


def _against(decoders: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Each decoder against TD6 + LDA, metric by metric; empty where the baseline was not run."""
    if BASELINE not in decoders:
        return {}
    found: dict[str, Any] = {}
    for name, metrics in decoders.items():
        if name in (BASELINE, MAJORITY):
            continue
        found[name] = {}
        for metric in metrics:
            theirs = decoders[BASELINE].get(metric, {"subjects": {}})["subjects"]
            compared = compare(metrics[metric]["subjects"], theirs, higher=METRICS[metric])
            if compared is not None:
                found[name][metric] = compared
    return found
