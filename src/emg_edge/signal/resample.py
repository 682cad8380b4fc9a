"""Rate conversion by any ratio of whole numbers, causal and bit for bit the same however a stream is cut.

A windowed sinc, evaluated where each output lies between the inputs. Each output is a fixed sequence of elementwise
products and sums; the past before the first sample is taken to be that sample, so that an offset makes no step.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Half the filter's length in output samples, and its cut-off in Nyquist frequencies of the output.
WHOLE_HALF, _WHOLE_CUTOFF = 8, 0.8

# The same for other ratios, in samples and Nyquist frequencies of the slower side. Frames are amplitudes: muscle that
# folds over the edge is still muscle, and what is cut away below it is lost. So the band stays open, and the delay is
# short: 15 ms at 200 Hz. Of the lengths, windows and cut-offs tried on DB5 and on the simulated forearm at 250 Hz, the
# best with at most 15 ms (frames differ by 0.07 standard deviations; Blackman at 0.9 and 20 ms: 0.29).
HALF, _CUTOFF, _KAISER = 3, 1.1, 3.0

_AT_ONCE = 1024  # outputs whose products are made in one stroke: few calls for a block, few megabytes for an hour


class Resample:
    """Polyphase filter: output i is made of the `span` inputs that end with input floor(i * stride)."""

    first = 0  # thanks to the assumed past the first output is there with the first sample

    def __init__(self, taps: Array, down: int) -> None:
        """`taps` (up, span): a row for each place of an output between two inputs, the oldest input's tap first."""
        self.taps, self.down = taps, down
        self._up, self.span = taps.shape
        self._taps, self._places = taps[:, :, None], np.arange(self.span)
        self.stride = Fraction(down, self._up)
        self.reset()

    def reset(self) -> None:
        self._kept: Array | None = None
        self._next = 0  # place of the oldest input of the next output in `_kept`, in 1 / up of an input

    def push(self, x: Array) -> Array:
        """(n, channels) -> (m, channels), every output whose newest input is there."""
        if not len(x):
            return x
        past = self.span - 1
        x = np.concatenate([np.repeat(x[:1], past, axis=0) if self._kept is None else self._kept, x])
        ready = (len(x) - past) * self._up - self._next
        outputs = max(0, -(-ready // self.down))
        oldest, phase = np.divmod(self._next + self.down * np.arange(outputs), self._up)
        total = np.empty((outputs, x.shape[1]))
        for start in range(0, outputs, _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            products = x[oldest[some, None] + self._places]  # (outputs, span, channels)
            products *= self._taps[phase[some]]
            # Not a sum, whose order would depend on the shape: accumulating adds one by one.
            total[some] = np.add.accumulate(products, 1, None, products)[:, -1]
        used, self._next = divmod(self._next + outputs * self.down, self._up)
        self._kept = x[used:].copy()
        return total


class Decimate(Resample):
    """Anti-aliasing low-pass and every `factor`-th sample.

    8 taps a side and output sample, Blackman window, cut-off at 0.8 of the new Nyquist frequency: -6 dB there and
    below -60 dB where it would fold back under 0.6 of it. The delay is 8 output samples (40 ms at 200 Hz).
    """

    def __init__(self, factor: int) -> None:
        half = WHOLE_HALF * factor
        k = np.arange(-half, half + 1)
        taps = np.sinc(_WHOLE_CUTOFF * k / factor) * np.blackman(2 * half + 1)
        super().__init__((taps / taps.sum())[None, ::-1], factor)


def resampler(ratio: Fraction) -> Resample:
    """Make the stage from a rate to 1 / `ratio` of it."""
    if ratio.denominator == 1:
        return Decimate(ratio.numerator)
    return Resample(fractional_taps(ratio), ratio.numerator)


def delay_s(ratio: Fraction, rate_hz: float) -> float:
    """Return by how much the stage from `rate_hz` to 1 / `ratio` of it delays a signal."""
    half = WHOLE_HALF if ratio.denominator == 1 else HALF
    return half * max(1.0, float(ratio)) / rate_hz


def fractional_taps(ratio: Fraction) -> Array:
    """Windowed sinc at each place that an output of 1 / `ratio` of the rate may have, (places, span).

    Each row sums to 1: what a row had more or less of a DC-coupled amplifier's offset would come out as hum.
    """
    reach = HALF * max(1.0, float(ratio))  # half the filter, in inputs
    inputs = np.arange(int(2 * reach), -1, -1)  # counted back from the newest
    after = np.arange(ratio.denominator) / ratio.denominator  # the newest input, by a part of the way to the next
    away = (inputs + after[:, None] - reach) / reach  # from the middle, -1 to 1 inside
    window = np.where(np.abs(away) <= 1, np.i0(_KAISER * np.sqrt(np.maximum(0, 1 - away**2))), 0.0)
    rows: Array = np.sinc(_CUTOFF * HALF * away) * window
    rows /= rows.sum(axis=1, keepdims=True)
    return rows
