"""Sliding amplitude, causal and bit for bit the same however a stream is cut.

Sums are made of elementwise additions in a fixed order, never of a running total that would drift.
"""

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import SpecError

Array = NDArray[np.float64]


class _Strided:
    """Keeps the samples that the next output still needs. Output i is made of inputs up to first + i * stride."""

    def __init__(self, length: int, stride: int) -> None:
        self.length, self.stride, self.first, self.span = length, stride, length - 1, length
        self.reset()

    def reset(self) -> None:
        self._kept: Array | None = None

    def _take(self, x: Array) -> tuple[Array, int]:
        """Input for the outputs that are complete now, and their number."""
        x = x if self._kept is None else np.concatenate([self._kept, x])
        outputs = max(0, (len(x) - self.length) // self.stride + 1)
        self._kept = x[outputs * self.stride :].copy()
        return x[: (outputs - 1) * self.stride + self.length if outputs else 0], outputs


class SlidingMean(_Strided):
    """Mean of the last `length` samples, or their root mean square, every `step` samples."""

    def __init__(self, length: int, step: int, *, root_mean_square: bool) -> None:
        if length % step:
            raise SpecError(f"a window of {length} samples cannot slide by {step}: it is not a multiple")
        self.root_mean_square = root_mean_square
        super().__init__(length, step)

    def push(self, x: Array) -> Array:
        x, outputs = self._take(x)
        if not outputs:
            return np.empty((0, x.shape[1]))
        if self.root_mean_square:
            x = x * x
        steps = x.reshape(-1, self.stride, x.shape[1])  # (steps, stride, channels)
        step_sum = np.add.accumulate(steps, axis=1)[:, -1]  # one by one; the order of a sum would depend on the shape
        total = step_sum[:outputs].copy()
        for k in range(1, self.length // self.stride):
            total += step_sum[k : k + outputs]
        total /= self.length
        return np.sqrt(total) if self.root_mean_square else total
