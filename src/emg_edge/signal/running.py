"""A standardisation that goes along with the wearer: causal, and without a label.

It starts as the training people's and takes in every frame of the stream, or the active ones. With a prior of mean m
and standard deviation s that weighs as much as w frames, and x_1, x_2, ... the frames so far, of each feature:

    n_i = f n_(i-1) + 1                    n_0 = w
    a_i = f a_(i-1) + (x_i - m)            a_0 = 0
    b_i = f b_(i-1) + (x_i - m)^2          b_0 = w s^2
    mean_i = m + a_i / n_i                 variance_i = b_i / n_i - (a_i / n_i)^2

Frame i is standardised with mean_i and the root of variance_i: by frames up to itself, and none after it. f = 1
remembers all alike, and the prior's share is w / (w + i); f = 0.5^(1 / half-life) lets a frame, and the prior with
them, count half as much after so many frames.

These are the mean and variance of shifted data (Chan, Golub and LeVeque, The American Statistician 37:242-247, 1983;
weights as in West, Communications of the ACM 22:532-535, 1979). The shift by the prior's mean keeps the two terms of
the variance from cancelling: frames k prior deviations away cost k^2 times the rounding of a double. Running totals
serve better than Welford's means here, as they are the same additions in the same order for one frame and for many.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import SpecError
from emg_edge.signal.frontend import Standardisation, limited

LEAST_SD = (
    0.25  # of the prior's, for each feature: long rest, or a dead electrode, must not make noise look like effort
)


@dataclass(frozen=True)
class Adaptive:
    """What is taken in, and how. Its `apply` takes whole streams, each from the prior on; `start` goes along with one.

    weight     of the prior, in frames: with as many frames of the wearer's, both count the same
    half_life  in frames, infinite to forget nothing
    usual      take in only frames in which the muscles do more than on average so far: how long somebody rests then
               moves nothing. Activity is the mean over features of how far a frame lies from the prior, in its
               deviations, and this its mean over the people of the prior (which is of such frames, too); it weighs as
               much as the prior. None takes in every frame
    """

    prior: Standardisation
    weight: float
    half_life: float = math.inf
    usual: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.weight < math.inf or not self.half_life > 0:
            raise SpecError(
                f"a prior cannot weigh as much as {self.weight:g} frames, with a half-life of {self.half_life:g}; "
                "expected numbers above 0, and a weight below infinity"
            )

    @property
    def features(self) -> int:
        return self.prior.features

    def start(self) -> "RunningStandardisation":
        return RunningStandardisation(self)

    def apply(self, log_frames: NDArray[np.float32], clip: float) -> NDArray[np.float32]:
        """Standardise a stream's frames (n, features) from its beginning, as its frames would be one by one."""
        return self.start().apply(log_frames, clip)


class RunningStandardisation:
    """Takes the place of a Standardisation in a front end. It gives the same bits however the frames are cut."""

    def __init__(self, how: Adaptive) -> None:
        self._mean, self._sd = np.array(how.prior.mean), np.array(how.prior.sd)
        self._weight, self._factor = float(how.weight), 0.5 ** (1 / how.half_life)
        self._usual = how.usual
        self.reset()

    @property
    def features(self) -> int:
        return len(self._mean)

    @property
    def now(self) -> Standardisation:
        """The standardisation after the frames so far."""
        mean, sd = self._moments(np.array([self._frames]), self._totals[None])
        return Standardisation(tuple(mean[0].tolist()), tuple(sd[0].tolist()))

    def reset(self) -> None:
        """Go back to the prior, as for another wearer."""
        self._frames = self._weight  # the sum of their weights, the prior's included
        # Of all frames so far, taken in or not: how many, with the prior's weight, and the sum of their activity.
        self._seen, self._activity = self._weight, self._weight * (self._usual or 0.0)
        self._totals = np.stack([np.zeros_like(self._sd), self._weight * self._sd**2])  # a and b, (2, features)

    def apply(self, log_frames: NDArray[np.float32], clip: float) -> NDArray[np.float32]:
        """Take in frames (n, features) and return them standardised, limited to +-clip, in float32.

        Where nothing has been learned this is Standardisation.apply.
        """
        if not len(log_frames):
            return log_frames
        mean, sd = self._moments(*self._take(log_frames))
        standard: NDArray[np.float32] = log_frames - mean.astype(np.float32)
        standard /= sd.astype(np.float32)
        return limited(standard, clip)

    def _take(self, frames: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return n (frames,) and a, b (frames, 2, features) after each frame."""
        away = frames - self._mean
        totals = np.stack([away, away**2], axis=1)
        weights = np.ones(len(frames))
        if self._usual is not None:
            weights = self._active(away).astype(np.float64)
            totals *= weights[:, None, None]
        weights[0] += self._factor * self._frames
        totals[0] += self._factor * self._totals
        if self._factor == 1:
            np.cumsum(weights, out=weights)  # adds one by one, in order: no pairwise sums
            np.cumsum(totals, axis=0, out=totals)
        else:  # numpy has no recursion with a factor, and scipy's would be contracted differently on ARM
            for i in range(1, len(frames)):
                weights[i] += self._factor * weights[i - 1]
                totals[i] += self._factor * totals[i - 1]
        self._frames, self._totals = float(weights[-1]), totals[-1].copy()
        return weights, totals

    def _active(self, away: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether each frame (frames, features) away from the prior's mean is more active than those up to it."""
        activity = (away / self._sd).mean(axis=1)
        total = activity.copy()
        total[0] += self._activity
        np.cumsum(total, out=total)
        seen = self._seen + np.arange(1, len(away) + 1)
        self._activity, self._seen = float(total[-1]), float(seen[-1])
        found: NDArray[np.bool_] = activity > total / seen
        return found

    def _moments(
        self, weights: NDArray[np.float64], totals: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and standard deviation, each (frames, features)."""
        shift = totals[:, 0] / weights[:, None]
        variance = np.maximum(totals[:, 1] / weights[:, None] - shift**2, 0.0)
        return self._mean + shift, np.maximum(np.sqrt(variance), LEAST_SD * self._sd)
