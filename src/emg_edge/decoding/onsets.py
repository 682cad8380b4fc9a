"""Metrics of transitions: what is decided from the onset of a movement on, scored instants or not.

An onset is the first instant of an execution (see runs.py) that comes right after rest or another movement. An
execution after a gap, or at the very beginning, has none: nobody knows since when the movement was made.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.movements import REST

STABLE = 4  # right decisions in a row that count as having found the movement


@dataclass(frozen=True)
class Onsets:
    """Executions with an onset; both (k,): index of the first instant, and how many instants the execution has."""

    first: NDArray[np.int64]
    length: NDArray[np.int64]


def onsets(linked: NDArray[np.bool_], run: NDArray[np.int64], truth: NDArray[np.integer]) -> Onsets:
    """Find them in (m,) links, runs and true movements."""
    begins = np.zeros(len(truth), bool)
    begins[1:] = linked[1:] & (truth[1:] != truth[:-1]) & (truth[1:] != REST)
    first = np.flatnonzero(begins)
    return Onsets(first, np.bincount(run)[run[first]] if len(first) else np.zeros(0, np.int64))


def right_since_onset(
    found: Onsets, right: NDArray[np.bool_], bins: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Right decisions, and executions that last so long, (bins,) each; bin b is b hops after the onset.

    `right` (m,) says whether each instant's decision is.
    """
    after = np.arange(bins)
    lasts = after < found.length[:, None]  # (k, bins)
    at = np.where(lasts, found.first[:, None] + after, 0)
    return (lasts & right[at]).sum(axis=0), lasts.sum(axis=0)


def delays_s(found: Onsets, right: NDArray[np.bool_], hop_s: float) -> NDArray[np.float64]:
    """Seconds from each onset to the first of four right decisions in a row within its execution; nan if never.

    Who watches live has seen four right decisions only three hops later; what the delay says is since when it was
    right. An execution of fewer than four instants has no delay and is left out. It resembles the motion-selection
    time of Kuiken et al., JAMA 301:619-628 (2009), which ends at the first right decision.
    """
    can = found.length >= STABLE
    first, length = found.first[can], found.length[can]
    if not len(first):
        return np.zeros(0)
    until = len(right) - STABLE + 1
    stable = np.flatnonzero(np.logical_and.reduce([right[i : until + i] for i in range(STABLE)]))
    stable = np.append(stable, len(right) + 1)  # one beyond all, so that each onset finds something
    reached = stable[np.searchsorted(stable, first)]
    return np.where(reached + STABLE <= first + length, (reached - first) * hop_s, np.nan)
