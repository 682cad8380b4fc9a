"""Sliding amplitude, causal and bit for bit the same however a stream is cut.

Sums are made of elementwise additions in a fixed order, never of a running total that would drift.
"""

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import SpecError

Array = NDArray[np.float64]


class SlidingMean:
    """Mean of the last `length` samples, or their root mean square, every `step` samples.

    Output i is made of inputs up to first + i * stride. The sum of each step is made once and kept while it is needed.
    """

    def __init__(self, length: int, step: int, *, root_mean_square: bool) -> None:
        if length % step:
            raise SpecError(f"a window of {length} samples cannot slide by {step}: it is not a multiple")
        self.root_mean_square = root_mean_square
        self.length, self.stride, self.first, self.span = length, step, length - 1, length
        self._parts = length // step
        self._divisor = np.array(length, np.float64)
        self.reset()

    def reset(self) -> None:
        self._left: Array | None = None  # samples of a step that is not complete
        self._sums: Array | None = None  # of the steps before it

    def push(self, x: Array) -> Array:
        """(n, channels) -> (k, channels), every output that is complete now."""
        x = x if self._left is None else np.concatenate((self._left, x))
        steps, channels = len(x) // self.stride, x.shape[1]
        whole = x[: steps * self.stride]
        self._left = x[steps * self.stride :].copy() if steps * self.stride < len(x) else None
        if not steps:
            return np.empty((0, channels))
        if self.root_mean_square:
            whole = whole * whole
        # Not a sum, whose order would depend on the shape: accumulating adds one by one.
        sums = np.add.accumulate(whole.reshape(steps, self.stride, channels), 1)[:, -1]
        sums = sums if self._sums is None else np.concatenate((self._sums, sums))
        outputs = max(0, len(sums) - self._parts + 1)
        self._sums = sums[outputs:]
        total = sums[:outputs]
        for k in range(1, self._parts):
            total = np.add(total, sums[k : k + outputs], out=None if k == 1 else total)
        mean = total / self._divisor
        return np.sqrt(mean, out=mean) if self.root_mean_square else mean
