"""Percentiles of any number of delays in little memory, exact to one per cent."""

import math

import numpy as np

SHORTEST_MS, LONGEST_MS = 1e-3, 1e6  # a microsecond, a quarter of an hour
_RATIO = 1.01
_LOG_RATIO = math.log(_RATIO)


class Delays:
    """Counts delays in bins that are one per cent wide: a run of days takes no more memory than one of seconds."""

    def __init__(self) -> None:
        self._counts = [0] * (self._bin(LONGEST_MS) + 1)

    def add(self, delay_ms: float) -> None:
        self._counts[self._bin(min(max(delay_ms, SHORTEST_MS), LONGEST_MS))] += 1

    def percentiles(self, shares: tuple[float, ...]) -> tuple[float, ...] | None:
        """Delays in ms that the given shares (0..1) did not exceed, rounded up to the bin; None without any delay."""
        cumulated = np.cumsum(self._counts)
        if not cumulated[-1]:
            return None
        bins = np.searchsorted(cumulated, np.ceil(np.array(shares) * cumulated[-1]))
        return tuple(SHORTEST_MS * _RATIO ** (int(k) + 1) for k in bins)

    @staticmethod
    def _bin(delay_ms: float) -> int:
        return int(math.log(delay_ms / SHORTEST_MS) / _LOG_RATIO)
