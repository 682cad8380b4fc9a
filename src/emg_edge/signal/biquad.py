"""Second-order sections, designed in closed form and run causally, bit for bit the same however a stream is cut.

scipy.signal would do, but importing it costs a second and 60 MB on the device; and its compiled recursion may be
contracted to fused multiply-adds on ARM, so that two code paths (offline, live) could differ in the last bit.
"""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import SpecError
from emg_edge.signal.windows import lagged


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """H(z) = (b0 + b1 z^-1 + b2 z^-2) / (1 + a1 z^-1 + a2 z^-2)."""

    b0: float
    b1: float
    b2: float
    a1: float
    a2: float


THROUGH = Section(1.0, 0.0, 0.0, 0.0, 0.0)  # changes nothing


def _bilinear(hz: float, rate_hz: float, what: str) -> float:
    if not 0 < hz < rate_hz / 2:
        raise SpecError(f"a {what} at {hz:g} Hz needs a rate above {2 * hz:g} Hz, and this signal has {rate_hz:g} Hz")
    return 2 * math.pi * hz / rate_hz


def highpass(hz: float, rate_hz: float) -> Section:
    """Butterworth high-pass of second order; the bilinear transform with pre-warping (Bristow-Johnson's cookbook)."""
    w = _bilinear(hz, rate_hz, "high-pass")
    alpha, cos = math.sin(w) / math.sqrt(2), math.cos(w)
    a0 = 1 + alpha
    edge = (1 + cos) / 2 / a0
    return Section(edge, -2 * edge, edge, -2 * cos / a0, (1 - alpha) / a0)


def lowpass(hz: float, rate_hz: float) -> Section:
    """Butterworth low-pass of second order; likewise."""
    w = _bilinear(hz, rate_hz, "low-pass")
    alpha, cos = math.sin(w) / math.sqrt(2), math.cos(w)
    a0 = 1 + alpha
    edge = (1 - cos) / 2 / a0
    return Section(edge, 2 * edge, edge, -2 * cos / a0, (1 - alpha) / a0)


def notch(hz: float, rate_hz: float, q: float = 30.0) -> Section:
    """Notch whose -3 dB points lie hz / q apart (Orfanidis, Introduction to Signal Processing, 1996, 11.3)."""
    w = _bilinear(hz, rate_hz, "notch")
    alpha, cos = math.tan(w / (2 * q)), math.cos(w)
    a0 = 1 + alpha
    return Section(1 / a0, -2 * cos / a0, 1 / a0, -2 * cos / a0, (1 - alpha) / a0)


# The recursion is rewritten to look this many samples back, so that as many are computed at once:
# A(z) P(z) = 1 + c1 z^-L + c2 z^-2L ("scattered look-ahead", Parhi and Messerschmitt 1989).
_LOOK_AHEAD = 5
_AT_ONCE = 2048  # samples whose products are made in one stroke: few calls for a block, and few megabytes for an hour


class Biquad:
    """One section running over a stream, or as many side by side as the stream has columns.

    Each output is a fixed sequence of elementwise products and sums of the
    same operands, whatever the block it arrives in: hence chunk-invariant. The past before the first sample is
    taken to be that sample for ever, so that an offset makes no step.
    """

    first = 0
    stride = 1
    span = 1  # the fading memory of the recursion is not counted

    def __init__(self, *sections: Section) -> None:
        """One section for all columns, or one for each."""
        self.sections = sections
        taps, recursions, gains = zip(*map(_looking_ahead, sections), strict=True)
        self._taps = np.stack(taps, axis=1)[:, None]  # (2 L + 1, 1, sections)
        # Arrays, if only of no dimension: with a plain number a product of a few samples takes half as long again.
        self._c1, self._c2 = (np.array(c[0] if len(sections) == 1 else c) for c in zip(*recursions, strict=True))
        self._gain_at_dc = np.array(gains)
        self.reset()

    def reset(self) -> None:
        self._x: NDArray[np.float64] | None = None
        self._y: NDArray[np.float64] | None = None

    def push(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Filter (n, channels); returns the same shape."""
        past, look = 2 * _LOOK_AHEAD, _LOOK_AHEAD
        if not len(x):
            return x
        if self._x is None or self._y is None:
            self._x = np.repeat(x[:1], past, axis=0)
            self._y = self._x * self._gain_at_dc
        x = np.concatenate((self._x, x))
        y = np.empty(x.shape)
        y[:past] = self._y
        for start in range(past, len(x), _AT_ONCE):
            stop = min(start + _AT_ONCE, len(x))
            # (2 L + 1, samples, channels) products
            _add_in_order(lagged(x, start, stop, past + 1) * self._taps, y[start:stop])
        for start in range(past, len(x), look):
            now = y[start : start + look]
            n = len(now)
            now -= self._c1 * y[start - look : start - look + n]
            now -= self._c2 * y[start - past : start - past + n]
        self._x, self._y = x[-past:], y[-past:].copy()  # `y` is the caller's now
        return y[past:]


def _add_in_order(products: NDArray[np.float64], total: NDArray[np.float64]) -> None:
    """Add up (k, samples, channels) into (samples, channels), one after the other, whatever the shape.

    numpy's sum takes row after row as long as rows are longer than one number; a single column it would add pairwise.
    """
    if total.size > 1:
        np.add.reduce(products, 0, out=total)
    else:
        total[:] = np.add.accumulate(products)[-1]


def _looking_ahead(section: Section) -> tuple[NDArray[np.float64], tuple[float, float], float]:
    """Return a section's 2 L + 1 taps, its coefficients of recursion L and 2 L samples back, and its gain at DC."""
    a = np.array([1.0, section.a1, section.a2])
    turns = np.exp(2j * np.pi * np.arange(1, _LOOK_AHEAD) / _LOOK_AHEAD)
    extra = np.ones(1, complex)
    for turn in turns:
        extra = np.convolve(extra, a * turn ** np.arange(3))
    taps = np.convolve([section.b0, section.b1, section.b2], extra.real)
    recursion = np.convolve(a, extra.real)
    gain = (section.b0 + section.b1 + section.b2) / (1 + section.a1 + section.a2)
    return taps, (recursion[_LOOK_AHEAD], recursion[2 * _LOOK_AHEAD]), gain


def cascade(sections: Sequence[Section]) -> list[Biquad]:
    return [Biquad(section) for section in sections]
