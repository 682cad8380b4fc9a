"""What a recording or a board delivers, before any processing."""

import math
from typing import Literal

import msgspec

from emg_edge.errors import SpecError
from emg_edge.signal.montage import LAYOUTS, MOST_UNPLACED, PLACED

Domain = Literal["raw", "envelope"]

# Amplitudes are comparable within a unit only; the standardisation, fitted on the wearer, bridges them.
# 'count' is what a home-made board delivers that does not know what its counts are worth.
Unit = Literal["uV", "V", "myo-count", "db1-volt", "count"]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Domain, rate, unit and layout of samples of shape (n, channels)."""

    domain: Domain
    rate_hz: float
    unit: Unit
    layout: str

    def __post_init__(self) -> None:
        if self.layout not in LAYOUTS:
            known = f"{', '.join(PLACED)}, channels-1 to channels-{MOST_UNPLACED}"
            raise SpecError(f"unknown electrode layout '{self.layout}'; known are {known}")
        if not 0 < self.rate_hz < math.inf:
            raise SpecError(f"a signal cannot have a rate of {self.rate_hz:g} Hz; expected a number above 0")

    @property
    def channels(self) -> int:
        return LAYOUTS[self.layout]
