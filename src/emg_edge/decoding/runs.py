"""Runs: instants one after another that share their labels; a gap in time ends a run whatever the labels are."""

import numpy as np
from numpy.typing import NDArray

GAP_HOPS = 1.5  # steps are whole hops: half a hop is room for jitter of the clock, and the next step is a gap


def follows(time_s: NDArray[np.float64], hop_s: float) -> NDArray[np.bool_]:
    """(m,) seconds -> (m,) whether each instant comes one hop after the one before it; the first never does.

    A step back in time, or none, is a gap as well: there another recording begins.
    """
    linked = np.zeros(len(time_s), bool)
    steps = np.diff(time_s)
    linked[1:] = (steps > 0) & (steps < GAP_HOPS * hop_s)
    return linked


def runs(linked: NDArray[np.bool_], *labels: NDArray[np.generic]) -> NDArray[np.int64]:
    """(m,) links as of `follows`, and labels (m,) -> (m,) number of each instant's run, from 0."""
    begins = ~linked
    for label in labels:
        begins[1:] |= label[1:] != label[:-1]
    numbers: NDArray[np.int64] = np.cumsum(begins) - begins[:1].sum()
    return numbers
