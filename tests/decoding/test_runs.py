import numpy as np
from hypothesis import given
from support.instants import HOP_S, Instants, instants

from emg_edge.decoding.runs import follows, runs


def test_a_step_of_more_than_a_hop_breaks_the_line() -> None:
    """The first instant follows nothing; two hops, a step back and none are gaps, and jitter is not."""
    time_s = np.array([3.0, 3.05, 3.101, 3.2, 3.25, 1.0, 1.05, 1.05])
    assert follows(time_s, HOP_S).tolist() == [False, True, True, False, True, False, True, False]


def test_runs_end_at_changes_and_at_gaps() -> None:
    """Another movement, another repetition of it, or a gap inside one: each begins a run of its own."""
    linked = np.array([False, True, True, True, True, False, True])
    movement = np.array([0, 0, 3, 3, 3, 3, 3])
    repetition = np.array([1, 1, 1, 1, 2, 2, 2])
    assert runs(linked, movement, repetition).tolist() == [0, 0, 1, 1, 2, 3, 3]


def test_no_instants_have_no_runs() -> None:
    """Nothing in, nothing out."""
    assert runs(follows(np.zeros(0), HOP_S), np.zeros(0)).tolist() == []


@given(instants())
def test_runs_are_those_of_a_loop(some: Instants) -> None:
    """A loop that remembers where it was counts the same."""
    expected, number = [], -1
    for i in range(len(some.truth)):
        step = some.time_s[i] - some.time_s[i - 1] if i else 0.0
        here, before = (some.truth[i], some.repetition[i]), (some.truth[i - 1], some.repetition[i - 1])
        number += not 0 < step < 1.5 * HOP_S or here != before
        expected.append(number)
    assert runs(follows(some.time_s, HOP_S), some.truth, some.repetition).tolist() == expected
