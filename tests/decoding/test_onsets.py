import numpy as np
import pytest
from hypothesis import given
from support.instants import HOP_S, Instants, instants

from emg_edge.decoding.onsets import Onsets, delays_s, onsets, right_since_onset
from emg_edge.decoding.runs import follows, runs


def found_in(linked: list[int], truth: list[int], repetition: list[int] | None = None) -> Onsets:
    where, movement = np.array(linked, bool), np.array(truth)
    return onsets(where, runs(where, movement, np.array(repetition or [1] * len(truth))), movement)


def test_an_onset_comes_after_rest_or_another_movement() -> None:
    """Not at the very beginning, not into rest."""
    found = found_in([0, 1, 1, 1, 1, 1, 1, 1], [3, 3, 0, 1, 1, 2, 2, 2])
    assert (found.first.tolist(), found.length.tolist()) == ([3, 5], [2, 3])


def test_a_gap_hides_the_onset() -> None:
    """Nobody knows when a movement began that is met after a gap; nor does a gap inside one begin it anew."""
    assert found_in([0, 1, 0, 1], [0, 0, 1, 1]).first.tolist() == []
    found = found_in([0, 1, 1, 0, 1], [0, 1, 1, 1, 1])
    assert (found.first.tolist(), found.length.tolist()) == ([1], [2])


def test_another_repetition_of_the_same_movement_is_no_onset() -> None:
    """Without rest between them nothing in the truth changes."""
    assert found_in([0, 1, 1, 1, 1], [0, 1, 1, 1, 1], [1, 1, 1, 2, 2]).first.tolist() == [1]


def test_accuracy_by_time_since_onset_counts_who_lasts() -> None:
    """Executions of three and two instants: both count in the first two bins, one in the third, none after."""
    found = found_in([0, 1, 1, 1, 1, 1], [0, 1, 1, 1, 2, 2])
    right, lasting = right_since_onset(found, np.array([1, 0, 1, 1, 1, 1], bool), 4)
    assert (right.tolist(), lasting.tolist()) == ([1, 2, 1, 0], [2, 2, 1, 0])


@pytest.mark.parametrize(
    ("right", "delay_s"),
    [
        ([1, 1, 1, 1, 1, 1, 1], 0.0),
        ([0, 0, 1, 1, 1, 1, 0], 0.1),
        ([0, 1, 1, 1, 0, 1, 1], np.nan),
        ([0, 0, 0, 1, 1, 1, 1], 0.15),
        ([0, 0, 0, 0, 1, 1, 1], np.nan),
    ],
)
def test_the_delay_ends_at_the_first_of_four_right_decisions(right: list[int], delay_s: float) -> None:
    """Three in a row are too few; rest decided rightly before or after does not help."""
    found = found_in([0, *[1] * 8], [0, *[1] * 7, 0])
    assert delays_s(found, np.array([1, *right, 1], bool), HOP_S) == pytest.approx([delay_s], nan_ok=True)


def test_four_in_a_row_do_not_reach_across_a_gap() -> None:
    """Two before and two after it are no four."""
    found = found_in([0, 1, 1, 1, 1, 0, 1, 1], [0, 1, 1, 1, 1, 1, 1, 1])
    assert np.isnan(delays_s(found, np.array([1, 0, 0, 1, 1, 1, 1, 1], bool), HOP_S)).tolist() == [True]


def test_an_execution_too_short_for_four_is_left_out() -> None:
    """It can't be reached, so it is not missed either."""
    assert len(delays_s(found_in([0, 1, 1, 1], [0, 1, 1, 1]), np.ones(4, bool), HOP_S)) == 0


@given(instants())
def test_they_are_what_loops_find(some: Instants) -> None:
    """Onsets, accuracy since them and delays, counted one instant after another."""
    linked, m = follows(some.time_s, HOP_S), len(some.truth)
    run = runs(linked, some.truth, some.repetition)
    right = some.decided == some.truth
    firsts = [i for i in range(1, m) if linked[i] and some.truth[i] and some.truth[i] != some.truth[i - 1]]
    lengths = [sum(run[j] == run[i] for j in range(m)) for i in firsts]
    found = onsets(linked, run, some.truth)
    assert (found.first.tolist(), found.length.tolist()) == (firsts, lengths)

    hits, lasting, delays = [0] * 6, [0] * 6, []
    for first, length in zip(firsts, lengths, strict=True):
        for b in range(min(6, length)):
            lasting[b] += 1
            hits[b] += bool(right[first + b])
        if length >= 4:
            starts = [j for j in range(length - 3) if all(right[first + j : first + j + 4])]
            delays.append(starts[0] * HOP_S if starts else np.nan)
    counted = right_since_onset(found, right, 6)
    assert (counted[0].tolist(), counted[1].tolist()) == (hits, lasting)
    assert delays_s(found, right, HOP_S).tolist() == pytest.approx(delays, nan_ok=True)
