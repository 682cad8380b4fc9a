"""The bare interpreter: `invoke` and nothing else, what the loop's cost is held against."""

import time

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.placement import Placement


def measure(placement: Placement, runs: int, warmup: int, threads: int) -> NDArray[np.float64]:
    """(runs,) milliseconds of an `invoke` on a window of noise."""
    network = placement.network(threads)
    spec = placement.model.description.signal
    network.put(np.random.default_rng(0).normal(size=(spec.context, spec.features)).astype(np.float32))
    spent = np.empty(warmup + runs)
    for run in range(len(spent)):
        began = time.perf_counter_ns()
        network.invoke()
        spent[run] = time.perf_counter_ns() - began
    return spent[warmup:] / 1e6
