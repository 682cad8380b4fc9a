"""Small sequences of decided instants, for the metrics: by hand, or by hypothesis."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

HOP_S = 0.05


class Instants(NamedTuple):
    """All (m,), one value an instant."""

    time_s: NDArray[np.float64]
    truth: NDArray[np.int16]
    repetition: NDArray[np.int16]
    decided: NDArray[np.int16]
    scored: NDArray[np.bool_]


# Runs of one truth and repetition, with decisions in runs as well, so that four right ones in a row do occur.
_RUN = st.tuples(
    st.integers(0, 2),  # truth
    st.integers(1, 2),  # repetition
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 5), st.booleans()), min_size=1, max_size=4),
    st.sampled_from([1, 1, 1, 4, -3]),  # hops before it: one, or a gap, or back in time
)


@st.composite
def instants(draw: st.DrawFn) -> Instants:
    truth, repetition, decided, scored, steps = [], [], [], [], []
    for movement, number, said, hops in draw(st.lists(_RUN, min_size=1, max_size=8)):
        first = len(truth)
        for decision, times, settled in said:
            decided += [decision] * times
            scored += [settled] * times
            truth += [movement] * times
            repetition += [number] * times
        steps += [hops] + [1] * (len(truth) - first - 1)
    return Instants(
        np.cumsum(steps) * HOP_S,
        np.array(truth, np.int16),
        np.array(repetition, np.int16),
        np.array(decided, np.int16),
        np.array(scored, bool),
    )
