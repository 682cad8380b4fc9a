"""Areas for improvement: what the figures of a row say about where a decoder loses, in sentences.

Each sentence needs a figure above a named limit; where none is, nothing is said.
"""

from typing import Any

import numpy as np

from emg_edge.movements import REST

DECODERS = ("int8", "model", "td6_lda", "td4_lda")  # the first that there is, is the one talked about

PAIRS = 3
PAIR_SHARE = 0.05  # of two movements' windows: a twentieth is felt in use
LOWEST = 2  # people that are named where there are too few for a tenth
LOWEST_FROM = 4  # people; of three, two are no minority
BELOW_MEDIAN = 0.03  # less is within what people differ by anyhow
EARLY_S = 0.3  # the longest controller delay that is held acceptable (Hudgins et al. 1993)
EARLY_LOSS = 0.10
FALSE_SHARE = 0.05  # of rest, or of movement
DRIFT = 1.5  # times the 5 % that a threshold was chosen for
REPETITION_GAIN = 0.01  # a point of balanced accuracy
_CHOSEN_FOR = 0.05  # Said.threshold is chosen for so much


def areas_for_improvement(row: dict[str, Any]) -> list[str]:
    """Read a row of the document (see figures.py), with its learning curve if it has one."""
    decoder = next((name for name in DECODERS if name in row["decoders"]), None)
    if decoder is None:
        return []
    metrics = row["decoders"][decoder]
    return [
        *_pairs(row["confusion"][decoder]),
        *_people(metrics),
        *_transitions(row["by_onset"].get(decoder), metrics),
        *_rest(metrics),
        *_repetitions(row.get("learning_curve", {}), decoder),
    ]


def _pairs(confusion: dict[str, Any]) -> list[str]:
    counts, names = np.array(confusion["counts"]), confusion["names"]
    made = counts.sum(axis=1)
    shares = (counts + counts.T) / np.maximum(made[:, None] + made, 1)  # (c, c), of both movements' windows
    moving = np.array(confusion["movements"]) != REST
    pairs = np.argwhere(np.triu(shares >= PAIR_SHARE, 1) & moving & moving[:, None])
    pairs = pairs[np.argsort([-shares[a, b] for a, b in pairs], kind="stable")][:PAIRS]
    if not len(pairs):
        return []
    said = "; ".join(f"{names[a]} and {names[b]} in {_percent(shares[a, b])} of their windows" for a, b in pairs)
    return [f"Taken for one another most often: {said}."]


def _people(metrics: dict[str, Any]) -> list[str]:
    score = metrics.get("balanced_accuracy")
    if score is None or len(score["subjects"]) < LOWEST_FROM:
        return []
    count = max(1, round(len(score["subjects"]) / 10)) if "worst_decile" in score else LOWEST
    lowest = sorted(score["subjects"].items(), key=lambda item: item[1])[:count]
    suffering = [(person, value) for person, value in lowest if score["median"] - value >= BELOW_MEDIAN]
    if not suffering:
        return []
    said = _and([f"{person} ({_points(score['median'] - value)} below)" for person, value in suffering])
    median = f"the median balanced accuracy of {_percent(score['median'])}"
    return [f"{said} {'stay' if len(suffering) > 1 else 'stays'} far from {median}."]


def _transitions(curve: dict[str, Any] | None, metrics: dict[str, Any]) -> list[str]:
    if curve is None:
        return []
    time_s, accuracy, weights = (np.array(curve[key], float) for key in ("time_s", "accuracy", "executions"))
    early = time_s < EARLY_S
    if early.all() or not early.any():
        return []
    before, after = (float(np.average(accuracy[part], weights=weights[part])) for part in (early, ~early))
    if after - before < EARLY_LOSS:
        return []
    errors = (1 - accuracy) * weights
    share = float(errors[early].sum() / errors.sum())
    delay = metrics.get("delay_s")
    stable = f"; the first stable right decision takes {1000 * delay['mean']:.0f} ms" if delay else ""
    return [
        f"Errors gather at onsets: {_percent(before)} right in the first {1000 * EARLY_S:.0f} ms of a movement and"
        f" {_percent(after)} after, so that {_percent(share)} of the errors in the first {time_s[-1]:.1f} s fall there"
        f"{stable}."
    ]


def _rest(metrics: dict[str, Any]) -> list[str]:
    false, missed = (metrics.get(name, {"mean": 0.0})["mean"] for name in ("false_activation", "missed_activation"))
    said = []
    if false >= FALSE_SHARE and false >= missed:
        often = metrics["false_activations_per_min"]["mean"]
        said.append(
            f"False activations: {_percent(false)} of rest is taken for a movement, {often:.1f} times a minute, while"
            f" {_percent(missed)} of movement is missed."
        )
    elif missed >= FALSE_SHARE:
        said.append(
            f"Missed activations: {_percent(missed)} of movement is taken for rest, while {_percent(false)} of rest is"
            " taken for a movement."
        )
    given = metrics.get("false_activation_at_5_percent", {"mean": 0.0})["mean"]
    if given >= DRIFT * _CHOSEN_FOR:
        said.append(
            f"Rest changes between repetitions: the threshold that lets {_percent(_CHOSEN_FOR)} of the training"
            f" repetitions' rest pass lets {_percent(given)} pass on the test repetitions."
        )
    return said


def _repetitions(curve: dict[str, Any], decoder: str) -> list[str]:
    scores = curve.get(decoder, {}).get("balanced_accuracy", [])
    if len(scores) < 2:
        return []
    gain, last = scores[-1] - scores[-2], curve["repetitions"][-2:]
    if gain >= REPETITION_GAIN:
        return [
            f"More repetitions would help: going from {last[0]} to {last[1]} training repetitions still gains"
            f" {_points(gain)} of balanced accuracy."
        ]
    return [
        f"More repetitions would help little: going from {last[0]} to {last[1]} training repetitions changes balanced"
        f" accuracy by {100 * gain:+.1f} points."
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(difference: float) -> str:
    return f"{100 * difference:.1f} points"


def _and(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
