"""What is missing, repeated or late, read off a board's own counting; the clock tells of whole turns.

A counter of n steps shows a loss only modulo n. The rest shows in time, as no sample arrives before it was made: of
the places that a number can stand for, those in the future are out, so what is not newer than the newest came twice or
late. And after a loss of whole turns, samples go on arriving later than their numbers say, by that many turns, and
stay so; after a mere delay they catch up.

Where it ends. The link's shortest delay must come up now and then within WINDOW_S, and the board's clock be off by no
more than CLOCK_OFF: over a gap and three windows after it, by less than half a turn of the counter (on the Myo, by 1 %
for a gap of a second). A delay of half a turn or more (20 ms on the Myo, half a second on the Cyton) that does not
once catch up in two windows counts as a loss; a loss of whole turns in the last three windows before a link breaks is
not counted. A packet of the Myo that comes twice or late (its link does not do that) during a delay of half a turn
looks like a loss. Without a counter, single losses look like a slow clock: only what goes missing at once,
UNCOUNTED_S / 2 or more, is seen, and to within the jitter.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

# A lag that is still there after two windows of this length is a loss; a delay that takes longer to catch up does
# not happen on a link that goes on delivering. Short enough that a clock that is 2 % off does not look like a turn
# of the Myo's counter (40 ms).
WINDOW_S = 0.25
# Without any counter: what the clock must show before samples count as lost; scheduling jitter lies below.
UNCOUNTED_S = 0.1
# How far in the future, by the clock, a sample may lie: where the number alone leaves little doubt (a step of up to
# half a turn), as much as the shortest delay may be misjudged by at the start; else only the noise of that delay.
DOUBT_S, NOISE_SAMPLES = 0.05, 1.0
CLOCK_OFF = 0.02  # share by which a board's clock may be off: a bare RC oscillator's
# Samples in a row that are not newer than the newest for so long are of a board that counts anew: it was reset.
RESTART_S = 0.25


class Placed(msgspec.Struct, frozen=True):
    """Which samples to use.

    keep     an index
    lost     (used,) int64, how many are missing just before each used one
    missing  the sum of them
    """

    keep: NDArray[np.bool_] | slice
    lost: NDArray[np.int64]
    missing: int = 0


_ALL = slice(None)


class Numbering:
    """Follows one stream. `wrap` is the number of samples after which counting begins anew, 0 if there is none."""

    def __init__(self, wrap: int, rate_hz: float) -> None:
        self._wrap = wrap
        self._clock = _Clock(wrap or max(1, round(UNCOUNTED_S * rate_hz)), rate_hz, exact=bool(wrap))
        self._doubt = min(wrap / 4, DOUBT_S * rate_hz)
        self._patience = RESTART_S * rate_hz
        self._last: int | None = None  # position of the newest sample, in whole turns and steps
        self._shift = 0  # from the board's numbers to positions; it changes when the board counts anew
        self._heard_s = -math.inf
        self._counting = np.empty(0, np.int64)  # a board's numbers from 0 on
        self._not_newer = 0  # samples in a row that were refused
        self._owed = 0  # lost, to be said with the next sample
        self.refused = 0  # samples that came twice, or after newer ones: those were counted as lost

    def place(self, number: NDArray[np.int64], arrived_s: float) -> Placed:
        """Take the numbers, 0..wrap-1, of the next (n,) samples, and when they arrived."""
        n = len(number)
        lost = np.zeros(n, np.int64)
        if not n:
            return Placed(_ALL, lost)
        if self._last is None:
            self._last = (int(number[0]) if self._wrap else 0) - 1
        keep: NDArray[np.bool_] | slice = _ALL
        missing = 0
        if not self._wrap or self._follows(number):  # nearly always
            self._last += n
            self._not_newer = 0
        else:
            keep = np.ones(n, bool)
            self._follow(number, arrived_s, keep, lost)
            lost = lost[keep]
            missing = int(lost.sum())
        self._heard_s = arrived_s
        if len(lost):
            lost[0] += self._owed
            missing += self._owed
            self._owed = self._clock.turns(arrived_s, self._last)
            self._last += self._owed
        return Placed(keep, lost, missing)

    def _follows(self, number: NDArray[np.int64]) -> bool:
        """Whether the numbers go on from the newest sample, each the next of the one before."""
        assert self._last is not None
        first = int(number[0])
        if (first + self._shift - self._last - 1) % self._wrap:
            return False
        if first + len(number) > len(self._counting):
            self._counting = np.arange(2 * (first + len(number))) % self._wrap
        return number.tobytes() == self._counting[first : first + len(number)].tobytes()

    def _follow(
        self, number: NDArray[np.int64], arrived_s: float, keep: NDArray[np.bool_], lost: NDArray[np.int64]
    ) -> None:
        """Go from one run of consecutive numbers to the next."""
        assert self._last is not None
        newest = self._clock.newest(arrived_s, CLOCK_OFF * (arrived_s - self._heard_s))
        edges = np.flatnonzero((np.diff(number) - 1) % self._wrap) + 1
        for start, stop in zip([0, *edges.tolist()], [*edges.tolist(), len(number)], strict=True):
            step = (int(number[start]) + self._shift - self._last) % self._wrap or self._wrap
            if self._is_newer(step, stop - start, len(number) - start, newest):
                lost[start] = step - 1
                self._last += step + stop - start - 1
                self._not_newer = 0
                continue
            old = min(self._wrap - step + 1, stop - start)  # the run may begin late and go on anew
            if self._not_newer + old > self._patience and newest is not None:
                lost[start] = max(0, math.floor(newest) - self._last - (len(number) - start))
                self._last += int(lost[start]) + stop - start
                self._shift = (self._last - int(number[stop - 1])) % self._wrap
                self._not_newer = 0
                continue
            keep[start : start + old] = False
            self.refused += old
            self._not_newer += old
            self._last += stop - start - old

    def _is_newer(self, step: int, run: int, left: int, newest: float | None) -> bool:
        """Whether a run that begins `step` after the newest sample can have been made; `left` is it and all after."""
        assert self._last is not None
        likely = step <= self._wrap / 2
        if newest is None:
            return likely
        if likely:
            return self._last + step + run - 1 <= newest + self._doubt
        return self._last + step + left - 1 <= newest + NOISE_SAMPLES


class _Clock:
    """How far, in samples, what arrives is behind what the clock says; a jump that stays is a loss of whole turns."""

    def __init__(self, turn: int, rate_hz: float, *, exact: bool) -> None:
        self._turn, self._rate_hz, self._exact = turn, rate_hz, exact
        self._zero_s: float | None = None
        self._window_s = -math.inf
        self._least = math.inf  # lag of the present window: that of the samples that were delayed least
        self._previous = math.inf  # that of the window before
        self._usual = math.inf  # the lag without a jump

    def newest(self, now_s: float, off_s: float) -> float | None:
        """Position of the newest sample that can have arrived by now, or `off_s` later; None before the first."""
        if self._zero_s is None:
            return None
        return (now_s + off_s - self._zero_s) * self._rate_hz - min(self._usual, self._least)

    def turns(self, now_s: float, position: int) -> int:
        """Look at the newest sample; returns the samples found to be missing, now that it is sure."""
        if self._zero_s is None:
            self._zero_s = now_s - position / self._rate_hz
            self._window_s = now_s
        self._least = min(self._least, (now_s - self._zero_s) * self._rate_hz - position)
        if now_s < self._window_s + WINDOW_S:
            return 0
        lag, self._least, self._window_s = self._least, math.inf, now_s
        stays = min(lag, self._previous)
        jump = 0.0 if math.isinf(self._usual) else stays - self._usual
        missing = 0
        if jump >= self._turn / 2:
            missing = self._turn * round(jump / self._turn) if self._exact else round(jump)
        self._usual, self._previous = stays - missing, lag - missing
        return missing
