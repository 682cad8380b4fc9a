"""The front end: samples in, standardised frames out. Training, evaluation and the device share it.

Causal and stateful; blocks of any size give the same frames bit for bit. Offline use is one big block.
"""

import math
from functools import lru_cache
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import SpecError
from emg_edge.signal.acceleration import AccelerationFrames
from emg_edge.signal.adaptation import NONE, Adjustment, adaptation
from emg_edge.signal.frames import Frames
from emg_edge.signal.source import Source
from emg_edge.signal.spec import SignalSpec
from emg_edge.signal.stage import Stage, Timing, timing
from emg_edge.signal.windows import windows


class Scale(Protocol):
    """What makes frames comparable between people and units: a Standardisation, or one that goes along."""

    @property
    def features(self) -> int: ...
    def apply(self, log_frames: NDArray[np.float32], clip: float) -> NDArray[np.float32]: ...


_LARGEST = 1e30  # which float32, in which frames are standardised, still holds


class Standardisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mean and standard deviation a feature of the frames, fitted on the wearer's training movements.

    It is the bridge between units: a gain is an offset in the logarithm.
    """

    mean: tuple[float, ...]
    sd: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.mean) != len(self.sd) or not all(0 < sd < math.inf for sd in self.sd):
            raise SpecError(f"{len(self.mean)} means and {len(self.sd)} standard deviations above 0 are no standard")
        if not all(abs(number) < _LARGEST for number in (*self.mean, *self.sd, *(1 / sd for sd in self.sd))):
            raise SpecError(f"means and standard deviations of {_LARGEST:g} and more do not fit single precision")

    @property
    def features(self) -> int:
        return len(self.mean)

    def apply(self, log_frames: NDArray[np.float32], clip: float) -> NDArray[np.float32]:
        """Standardise (n, features) and limit to +-clip, in float32 throughout: cached frames then equal live ones."""
        count = len(log_frames) if len(log_frames) <= _FEW else 1
        standard: NDArray[np.float32] = log_frames - _rows(self.mean, count)
        standard /= _rows(self.sd, count)
        return limited(standard, clip)


def limited(values: NDArray[np.float32], most: float) -> NDArray[np.float32]:
    """Limit values to +-most in place: np.clip, at a fifth of what calling it costs."""
    lowest, highest = _bounds(most)
    np.maximum(values, lowest, out=values)
    return np.minimum(values, highest, out=values)


# The arrays below are made once: making them for each frame costs more than using them. Two arrays of one shape, or an
# array and one of no dimension, are combined in half the time of any others.
_FEW = 4  # frames; a decision's are two


@lru_cache(64)
def _rows(values: tuple[float, ...], count: int) -> NDArray[np.float32]:
    """(count, features), the same row again and again."""
    array = np.tile(np.array(values, np.float32), (count, 1))
    array.flags.writeable = False
    return array


@lru_cache(64)
def _bounds(most: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return np.array(-most, np.float32), np.array(most, np.float32)


class SignalPath:
    """Montage, domain, rate and filters: from a source's samples to the signal that frames (or TD6) are made of."""

    def __init__(
        self, spec: SignalSpec, source: Source, ring: str | None = None, adjustment: Adjustment = NONE
    ) -> None:
        adapted = adaptation(spec, source, ring, adjustment)
        asis = tuple(range(source.channels))
        self.columns = adapted.columns
        self._columns = None if adapted.columns == asis else list(adapted.columns)
        self._expected = source.channels
        self.unit = adapted.unit
        self.stages: list[Stage] = list(adapted.stages)

    def push(self, samples: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n, source channels) in the source's unit -> (m, montage channels) at the spec's rate, in `unit`."""
        if samples.ndim != 2 or samples.shape[1] != self._expected:
            raise SpecError(f"got samples of shape {samples.shape}, expected (n, {self._expected})")
        picked = samples if self._columns is None else samples[:, self._columns]
        x = picked.astype(np.float64)
        for stage in self.stages:
            x = stage.push(x)
        return x

    def reset(self) -> None:
        for stage in self.stages:
            stage.reset()


class FrontEnd:
    """From a source's samples to a model's frames.

    Frame i is made of source samples up to `timing.newest(i)`, counted since the start or the last reset.
    Without a scale the frames are as they are made, and a standardisation can be fitted on them.
    """

    def __init__(
        self,
        spec: SignalSpec,
        source: Source,
        scale: Scale | None = None,
        ring: str | None = None,
        adjustment: Adjustment = NONE,
    ) -> None:
        if scale is not None and scale.features != spec.features:
            raise SpecError(f"the standardisation has {scale.features} features, the model's frames {spec.features}")
        self.path = SignalPath(spec, source, ring, adjustment)
        self._frames = Frames(spec, self.path.unit)
        self._scale, self._clip = scale, spec.clip
        self.timing = timing([*self.path.stages, *self._frames.stages])
        self._acceleration: AccelerationFrames | None = None
        if spec.acceleration:
            self._acceleration = AccelerationFrames(spec, source, self.timing)
            self.timing = Timing(
                self.timing.first, self.timing.stride, max(self.timing.span, self._acceleration.length)
            )

    def push(
        self, samples: NDArray[np.floating], acceleration: NDArray[np.floating] | None = None
    ) -> NDArray[np.float32]:
        """(n, source channels) -> (k, features) float32, k >= 0 new frames.

        `acceleration` (n, axes) in g belongs to the same samples; a model without it ignores it, one with it raises
        SpecError where it is missing.
        """
        if acceleration is not None and len(acceleration) != len(samples):
            raise SpecError(f"got {len(samples)} samples and {len(acceleration)} of acceleration; expected as many")
        return self.frame(self.path.push(samples), acceleration)

    def frame(
        self, signal: NDArray[np.float64], acceleration: NDArray[np.floating] | None = None
    ) -> NDArray[np.float32]:
        """Do the second half of `push` alone: from what the signal path gave, and the acceleration, to frames."""
        frames = self._frames.push(signal)
        if self._acceleration is not None:
            frames = np.concatenate([frames, self._acceleration.push(acceleration)], axis=1)
        return frames if self._scale is None else self._scale.apply(frames, self._clip)

    def reset(self) -> None:
        """Forget the past of the stream; what a scale has learned of the wearer stays."""
        self.path.reset()
        self._frames.reset()
        if self._acceleration is not None:
            self._acceleration.reset()


class ContextStack:
    """Stacks frames into windows of `context`, one every `hop` frames; window j ends at frame context - 1 + j * hop."""

    def __init__(self, context: int, hop: int, features: int) -> None:
        self._context, self._hop, self._features = context, hop, features
        self.reset()

    def reset(self) -> None:
        self._kept = np.empty((0, self._features), np.float32)
        self._skip = 0  # frames still to come that no window needs, where windows lie apart

    def push(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """(k, features) -> (m, context, features), views into one array."""
        skipped = min(self._skip, len(frames))
        frames = np.concatenate((self._kept, frames[skipped:] if skipped else frames))
        ready = windows(frames, self._context, self._hop)
        used = len(ready) * self._hop
        self._kept = frames[used:]
        self._skip += max(0, used - len(frames)) - skipped
        return ready
