"""The acceleration at each frame, for models that take it beside the EMG."""

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import SpecError
from emg_edge.signal.source import Source
from emg_edge.signal.spec import SignalSpec
from emg_edge.signal.stage import Timing


class AccelerationFrames:
    """Mean of each axis over a frame's length, up to the newest source sample that the EMG's frame is made of.

    It is made of the source's own samples: neither filtered nor resampled, and late by no filter's delay. The past
    before the first sample is taken to be that sample. Bit for bit the same however the stream is cut.
    """

    def __init__(self, spec: SignalSpec, source: Source, timing: Timing) -> None:
        """`timing` is that of the EMG's frames, in the source's samples."""
        self.axes = spec.acceleration
        self.length = max(1, round(spec.frame.length * source.rate_hz / spec.rate_hz))
        self._timing = timing
        self.reset()

    def reset(self) -> None:
        self._kept = np.empty((0, self.axes))
        self._start = 0  # the index of what is kept first, counted since the reset
        self._seen = 0  # samples
        self._made = 0  # frames

    def push(self, acceleration: NDArray[np.floating] | None) -> NDArray[np.float32]:
        """(n, axes) in g, at the source's rate -> (k, axes) float32, a row for every frame that is complete now.

        Raises SpecError when the source has no acceleration, or of other axes.
        """
        if acceleration is None:
            raise SpecError(
                f"this model takes an acceleration of {self.axes} axes beside the EMG, and this source has none; use "
                "a source with an accelerometer, or a model that was trained without"
            )
        if acceleration.ndim != 2 or acceleration.shape[1] != self.axes:
            raise SpecError(
                f"got an acceleration of shape {acceleration.shape}, expected (n, {self.axes}); use another model"
            )
        x = acceleration.astype(np.float64)
        if self._seen == 0 and len(x):
            self._kept, self._start = np.repeat(x[:1], self.length, axis=0), -self.length
        x = np.concatenate([self._kept, x])
        self._seen += len(acceleration)
        ready = self._timing.outputs(self._seen)
        oldest = self._timing.newest(np.arange(self._made, ready)) - self._start - (self.length - 1)
        total = np.zeros((len(oldest), self.axes))
        for k in range(self.length):
            total += x[oldest + k]
        self._made = ready
        used = min(len(x), self._timing.newest(ready) - self._start - (self.length - 1))
        self._kept, self._start = x[used:].copy(), self._start + used
        total /= self.length
        return total.astype(np.float32)
