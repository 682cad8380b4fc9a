"""Samples that are missing from a recording, told by its counter, and by its clock where the counter went round."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

# byte      0..255, one more with every sample
# daisy     two packets a sample: every other number (1, 3, ..., 255), or, by Wi-Fi, one more with every sample
# ganglion  two samples a packet, both with its number: 0, 1, 1, ..., 100, 100 (firmware 2, whose packet 0 holds one
#           sample), or 0, 0, ..., 99, 99 (firmware 3); 100 more where no acceleration is sent
Counting = Literal["byte", "daisy", "ganglion"]
LARGEST_NUMBER = 255

# How long before a gap to look for a sample that came without delay: in turns, so that a clock 2 % off changes the
# comparison by less than half a turn.
LOOK_BACK_TURNS = 10
CATCH_UP_S = 1.0  # a link that was held up has caught up by then


@dataclass(frozen=True)
class Places:
    """(n,) int64 place of each sample within a turn of the counter, and how many samples a turn has."""

    place: NDArray[np.int64]
    turn: int


@dataclass(frozen=True)
class Missing:
    """What a counter and a clock say.

    lost      (n,) int64 samples missing just before each
    back      row at which the numbers go back, None where they never do: then nothing is sure after it
    set_back  rows at which the clock was set back
    """

    lost: NDArray[np.int64]
    back: int | None = None
    set_back: tuple[int, ...] = ()


def places(number: NDArray[np.int64], counting: Counting) -> Places:
    """Read the numbers, (n,) from 0 to 255, of one of the boards' ways of counting."""
    if counting == "daisy" and (number % 2 == number[0] % 2).all():
        return Places(number // 2, 128)
    if counting == "ganglion":
        return _pairs(number)
    return Places(number, LARGEST_NUMBER + 1)


def _pairs(number: NDArray[np.int64]) -> Places:
    starts = np.flatnonzero(np.diff(number, prepend=number[0] - 1))
    lengths = np.diff(starts, append=len(number))
    second = (np.arange(len(number)) - np.repeat(starts, lengths)) % 2  # of the two samples of a packet
    if lengths[0] == 1 and number[0] != 0:
        second[0] = 1  # the recording began between the two
    twice_zero = bool(((number == 0) & (second == 1)).any())
    plain = bool((number == 100).any()) and bool(((number > 100) & (number < 200)).any()) and not (number == 0).any()
    if twice_zero or (plain and not (number == 200).any()):
        return Places(2 * (number % 100) + second, 200)
    packet = np.where(number > 100, number - 100, number)
    return Places(np.where(packet == 0, 0, 2 * packet - 1 + second), 201)


def missing(places: Places, time_s: NDArray[np.float64] | None, rate_hz: float) -> Missing:
    """Count the samples missing before each; with `time_s`, (n,) Unix times, also losses of more than a turn.

    A computer stamps samples as it gets them: in bunches, and late when it was busy. So a gap in time alone is no
    loss: after a mere delay the samples catch up, after a loss they stay behind their numbers. Compared are the samples
    that were delayed least on both sides of a gap.
    """
    turn = places.turn
    lost = np.zeros(len(places.place), np.int64)
    lost[1:] = (np.diff(places.place) - 1) % turn
    if time_s is None:
        return Missing(lost)
    turn_s = turn / rate_hz
    behind_s = time_s - np.cumsum(lost + 1) / rate_hz
    doubtful = np.flatnonzero(np.abs(np.diff(behind_s)) > turn_s / 2) + 1
    set_back = doubtful[time_s[doubtful] < time_s[doubtful - 1]]
    known_from, settled, shift_s = 0, 0, 0.0
    for row in doubtful.tolist():
        behind_s[settled:row] -= shift_s
        settled = row
        if row in set_back:
            known_from = row
            continue
        ahead = set_back[np.searchsorted(set_back, row) :]
        until = int(ahead[0]) if len(ahead) else len(lost)
        before = known_from + int(np.searchsorted(time_s[known_from:row], time_s[row - 1] - LOOK_BACK_TURNS * turn_s))
        after = row + int(np.searchsorted(time_s[row:until], time_s[row] + max(turn_s, CATCH_UP_S), side="right"))
        came_s, comes_s = behind_s[min(before, row - 1) : row].min(), behind_s[row : max(after, row + 1)].min()
        turns = round(float(comes_s - shift_s - came_s) / turn_s)
        if lost[row] + turns * turn < 0:
            return Missing(lost, row)
        lost[row] += turns * turn
        shift_s += turns * turn_s
    return Missing(lost, None, tuple(set_back.tolist()))
