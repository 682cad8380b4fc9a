"""What is missing, repeated or late, read off a board's own counting; the clock tells of whole turns.

A counter of n steps shows a loss only modulo n. The rest shows in time: after such a loss, samples go on arriving
later than their numbers say, by whole turns, and stay so; after a mere delay they catch up.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A lag that is still there after two windows of this length is a loss; a delay that takes longer to catch up does
# not happen on a link that goes on delivering. Short enough that a clock that is 2 % off does not look like a turn
# of the Myo's counter (40 ms).
WINDOW_S = 0.25
# Without any counter: what the clock must show before samples count as lost; scheduling jitter lies below.
UNCOUNTED_S = 0.1


@dataclass(frozen=True)
class Placed:
    """Which of the samples to use, (n,) bool, and how many are missing just before each used one, (used,) int64."""

    keep: NDArray[np.bool_]
    lost: NDArray[np.int64]


class Numbering:
    """Follows one stream. `wrap` is the number of samples after which counting begins anew, 0 if there is none."""

    def __init__(self, wrap: int, rate_hz: float) -> None:
        self._wrap, self._rate_hz = wrap, rate_hz
        self._lag = _Lag(wrap or max(1, round(UNCOUNTED_S * rate_hz)), rate_hz, exact=bool(wrap))
        self._last: int | None = None  # position of the newest sample, in whole turns and steps
        self._heard_s = -math.inf
        self._owed = 0  # lost, to be said with the next sample
        self.refused = 0  # samples that came twice, or after newer ones: those were counted as lost

    def place(self, number: NDArray[np.int64], arrived_s: float) -> Placed:
        """Take the numbers, 0..wrap-1, of the next (n,) samples, and when they arrived."""
        n = len(number)
        if not n:
            return Placed(np.ones(0, bool), np.zeros(0, np.int64))
        keep, lost = np.ones(n, bool), np.zeros(n, np.int64)
        if self._last is None:
            self._last = (int(number[0]) if self._wrap else 0) - 1
        if self._wrap:
            self._follow(number, arrived_s, keep, lost)
        else:
            self._last += n
        self._heard_s = arrived_s
        used = lost[keep]
        if len(used):
            used[0] += self._owed
            self._owed = self._lag.turns(arrived_s, self._last)
            self._last += self._owed
        return Placed(keep, used)

    def _follow(
        self, number: NDArray[np.int64], arrived_s: float, keep: NDArray[np.bool_], lost: NDArray[np.int64]
    ) -> None:
        """Go from one run of consecutive numbers to the next."""
        assert self._last is not None
        follows = (int(number[0]) - self._last - 1) % self._wrap == 0
        if follows and (len(number) == 1 or _consecutive(number, self._wrap)):
            self._last += len(number)  # nearly always
            return
        due = self._last + (arrived_s - self._heard_s) * self._rate_hz  # position of a sample made just now
        edges = np.flatnonzero((np.diff(number) - 1) % self._wrap) + 1
        for start, stop in zip([0, *edges.tolist()], [*edges.tolist(), len(number)], strict=True):
            step = (int(number[start]) - self._last) % self._wrap or self._wrap
            # More than half a turn ahead is as well a little behind: only time enough makes it a loss.
            if step > self._wrap / 2 and due - self._last < step / 2:
                step -= self._wrap
            if step > 0:
                lost[start] = step - 1
                self._last += step + stop - start - 1
            else:  # samples not newer than the newest
                old = min(1 - step, stop - start)
                keep[start : start + old] = False
                self.refused += old
                self._last += stop - start - old


def _consecutive(number: NDArray[np.int64], wrap: int) -> bool:
    return not ((number[1:] - number[:-1] - 1) % wrap).any()


class _Lag:
    """How far, in samples, what arrives is behind what the clock says; a jump that stays is a loss of whole turns."""

    def __init__(self, turn: int, rate_hz: float, *, exact: bool) -> None:
        self._turn, self._rate_hz, self._exact = turn, rate_hz, exact
        self._zero_s: float | None = None
        self._window_s = -math.inf
        self._least = math.inf  # of the present window: the samples that were delayed least
        self._before: float | None = None  # what the windows before agreed on
        self._raised: float | None = None  # of the previous window, when it had jumped

    def turns(self, now_s: float, position: int) -> int:
        """Look at the newest sample; returns the samples found to be missing, now that it is sure."""
        if self._zero_s is None:
            self._zero_s = now_s - position / self._rate_hz
            self._window_s = now_s
        self._least = min(self._least, (now_s - self._zero_s) * self._rate_hz - position)
        if now_s < self._window_s + WINDOW_S:
            return 0
        lag, self._least, self._window_s = self._least, math.inf, now_s
        if self._before is None or lag - self._before < self._turn / 2:
            self._before, self._raised = lag, None
            return 0
        if self._raised is None:
            self._raised = lag
            return 0
        jump = min(self._raised, lag) - self._before
        self._raised = None
        missing = self._turn * round(jump / self._turn) if self._exact else round(jump)
        self._before = lag - missing
        return max(0, missing)
