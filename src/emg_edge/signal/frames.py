"""From the signal to frames, before they are standardised: what the spec's kind of frame says.

Causal, stateful, and bit for bit the same however the signal is cut.
"""

import numpy as np
from numpy.typing import NDArray

from emg_edge.signal.bands import SubBands
from emg_edge.signal.framing import SlidingMean
from emg_edge.signal.source import Unit
from emg_edge.signal.spec import SignalSpec
from emg_edge.signal.stage import Stage


class Frames:
    """Makes frames of a signal: log amplitudes of each channel, or of each in each band, or the samples themselves."""

    def __init__(self, spec: SignalSpec, unit: Unit) -> None:
        """`unit` is the signal's. Raises SpecError when the spec does not know it."""
        self._floor = np.array(spec.floor(unit))
        self._raw = spec.frame.kind == "raw"
        self.stages: list[Stage] = []
        if spec.frame.bands:
            self.stages.append(SubBands(spec.frame.bands, spec.channels))
        if not self._raw:
            root_mean_square = spec.frame.kind != "mean"
            self.stages.append(SlidingMean(spec.frame.length, spec.frame.step, root_mean_square=root_mean_square))

    def push(self, signal: NDArray[np.float64]) -> NDArray[np.float32]:
        """(n, channels) -> (k, channels * bands) float32, k >= 0 new frames."""
        for stage in self.stages:
            signal = stage.push(signal)
        frames: NDArray[np.float32] = (signal if self._raw else np.log(signal + self._floor)).astype(np.float32)
        return frames

    def reset(self) -> None:
        for stage in self.stages:
            stage.reset()
