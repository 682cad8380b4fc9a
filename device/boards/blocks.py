"""Samples as blocks that have no gap inside."""

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from emg_edge.sampleblock import SampleBlock


def cut(
    samples: NDArray[np.float32],
    lost: NDArray[np.int64],
    arrived_s: float,
    acceleration: NDArray[np.float32] | None = None,
) -> Iterator[SampleBlock]:
    """(n, channels), n > 0, and (n,) samples missing before each -> blocks that begin where some are missing."""
    if not any(lost[1:].tolist()):  # nearly always
        yield SampleBlock(samples, arrived_s, int(lost[0]), acceleration=acceleration)
        return
    inside = np.flatnonzero(lost[1:]) + 1
    for start, stop in itertools.pairwise([0, *map(int, inside), len(samples)]):
        moved = None if acceleration is None else acceleration[start:stop]
        yield SampleBlock(samples[start:stop], arrived_s, int(lost[start]), acceleration=moved)
