"""Statistics over people, the unit that counts: windows of one person are no independent observations."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

DECILE_PEOPLE = 10  # fewer have no worst tenth
WILCOXON_PEOPLE = 5  # with four, the least p that can come out is 0.125, which says nothing; with five, 0.0625
CONFIDENCE = 0.95
ENUMERATED = 13  # people whose signs are all tried, as SciPy does where ranks are tied, but in no time
_DIGITS = 12  # differences below this are rounding of means, not differences


def in_order(people: Sequence[str]) -> list[str]:
    """DB5-S2 before DB5-S10: sums are then the same in whatever order people were decided."""
    return sorted(set(people), key=lambda name: [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", name)])


def summary(values: Mapping[str, Sequence[float]], *, higher: bool) -> dict[str, Any]:
    """Person -> a metric's values, one a seed (at least one) -> the SUMMARY of the document.

    Over people: mean, sd (ddof 1; None with one person), median, and from ten people on `worst_decile`, the mean of
    the worst tenth (the lowest where `higher` is better, else the highest; a tenth is rounded, one person at least).
    `seed_sd` is the mean over people of the sd over seeds, None where nobody has two.
    """
    subjects = {person: float(np.mean(values[person])) for person in in_order(list(values))}
    means = np.array(list(subjects.values()))
    over_seeds = [float(np.std(values[person], ddof=1)) for person in subjects if len(values[person]) > 1]
    found: dict[str, Any] = {
        "mean": float(means.mean()),
        "sd": float(means.std(ddof=1)) if len(means) > 1 else None,
        "median": float(np.median(means)),
    }
    if len(means) >= DECILE_PEOPLE:
        worst_first = np.sort(means) if higher else np.sort(means)[::-1]
        found["worst_decile"] = float(worst_first[: max(1, round(len(means) / 10))].mean())
    return {**found, "seed_sd": float(np.mean(over_seeds)) if over_seeds else None, "subjects": subjects}


def compare(ours: Mapping[str, float], baseline: Mapping[str, float], *, higher: bool) -> dict[str, Any] | None:
    """Compare two decoders on the people that both have a value for; None where there are none.

    difference   mean of ours - baseline, whatever the metric: a gain is above 0 where higher is better, below 0
                 where lower is
    interval95   of that mean, Student's t over people; None with one person, who has no spread
    wilcoxon_p   two-sided signed-rank test of the differences; people without a difference are dropped, as Wilcoxon
                 did. None with fewer than five people (four that agree would give 0.125) or with no difference at all
    better       people in whom ours is better, the metric's direction minded
    people       how many were compared
    """
    both = in_order([person for person in ours if person in baseline])
    if not both:
        return None
    differences = np.array([ours[person] - baseline[person] for person in both]).round(_DIGITS)
    n, mean, interval = len(both), float(differences.mean()), None
    if n > 1:
        half = float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * differences.std(ddof=1) / np.sqrt(n))
        interval = [mean - half, mean + half]
    some = differences[differences != 0]
    p = _wilcoxon_p(some) if n >= WILCOXON_PEOPLE and len(some) else None
    better = int(((differences > 0) if higher else (differences < 0)).sum())
    return {"difference": mean, "interval95": interval, "wilcoxon_p": p, "better": better, "people": n}


def _wilcoxon_p(differences: NDArray[np.float64]) -> float:
    """(n,) none of them 0 -> two-sided p of the signed-rank test; exact up to 13, tied ranks included."""
    n = len(differences)
    if n > ENUMERATED:
        return float(stats.wilcoxon(differences).pvalue)
    ranks = stats.rankdata(np.abs(differences))
    signs = np.arange(2**n)[:, None] >> np.arange(n) & 1  # (2^n, n)
    middle = ranks.sum() / 2
    found = abs(ranks[differences > 0].sum() - middle)
    return float((np.abs(signs @ ranks - middle) >= found).mean())  # ranks are halves: nothing is rounded
