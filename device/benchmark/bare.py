"""The bare interpreter: `invoke` and nothing else, what the loop's cost is held against."""

import time

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.interpreter import Network
from emg_edge.decoding.modelfile import ModelFile


def measure(model: ModelFile, runs: int, warmup: int, threads: int) -> NDArray[np.float64]:
    """(runs,) milliseconds of an `invoke` on a window of noise."""
    network = Network(model.flatbuffer, threads=threads)
    spec = model.description.signal
    network.put(np.random.default_rng(0).normal(size=(spec.context, spec.features)).astype(np.float32))
    spent = np.empty(warmup + runs)
    for run in range(len(spent)):
        began = time.perf_counter_ns()
        network.invoke()
        spent[run] = time.perf_counter_ns() - began
    return spent[warmup:] / 1e6
