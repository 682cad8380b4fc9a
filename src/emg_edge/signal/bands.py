"""Pass bands whose amplitudes a network is told one by one: where they lie, and their filters side by side."""

from collections.abc import Sequence
from itertools import zip_longest

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import SpecError
from emg_edge.signal.biquad import THROUGH, Biquad, Section, highpass, lowpass


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Edges where the filters are 3 dB down, and the sections themselves, at the spec's rate."""

    low_hz: float
    high_hz: float
    sections: tuple[Section, ...]


def band(low_hz: float, high_hz: float, rate_hz: float, highpass_hz: float = 0.0) -> Band:
    """Design a band of Butterworth sections: a high-pass of second order and a low-pass of second order.

    A signal that was high-passed at `highpass_hz` already needs no other high-pass where the band begins there.
    """
    if not 0 < low_hz < high_hz:
        raise SpecError(f"a band from {low_hz:g} to {high_hz:g} Hz is none; expected two rising frequencies above 0")
    edge = () if low_hz <= highpass_hz else (highpass(low_hz, rate_hz),)
    return Band(low_hz, high_hz, (*edge, lowpass(high_hz, rate_hz)))


class SubBands:
    """All bands of all channels in one stroke: (n, channels) -> (n, bands * channels), band by band."""

    first, stride, span = 0, 1, 1  # as of a Biquad

    def __init__(self, bands: Sequence[Band], channels: int) -> None:
        self.copies = len(bands)
        rows = zip_longest(*(one.sections for one in bands), fillvalue=THROUGH)  # the k-th section of each
        self.cascade = [Biquad(*(section for section in row for _ in range(channels))) for row in rows]

    def push(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        x = np.tile(x, (1, self.copies))
        for biquad in self.cascade:
            x = biquad.push(x)
        return x

    def reset(self) -> None:
        for biquad in self.cascade:
            biquad.reset()
