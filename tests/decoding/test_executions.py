from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from support.instants import HOP_S, Instants, instants

from emg_edge.decoding.executions import instability, switches_per_s, votes
from emg_edge.decoding.runs import follows, runs

LINKED = np.array([False, True, True, True, True, True, True, True])
TRUTH = np.array([0, 1, 1, 1, 1, 2, 2, 2])
RUN = runs(LINKED, TRUTH)
ALL = np.ones(8, bool)


def test_an_execution_is_decided_by_most_of_its_scored_instants() -> None:
    """Three of four say 1, two of three say 1: the first is right, the second is not; rest is no execution."""
    found = votes(RUN, TRUTH, np.array([1, 1, 2, 1, 1, 1, 1, 2]), ALL)
    assert (found.movement.tolist(), found.voted.tolist(), found.accuracy) == ([1, 2], [1, 1], 0.5)


def test_instants_that_are_not_scored_have_no_vote() -> None:
    """The transition's wrong decisions are more, and do not count."""
    scored = np.array([1, 0, 0, 0, 1, 0, 0, 0], bool)
    found = votes(RUN, TRUTH, np.array([0, 2, 2, 2, 1, 2, 2, 2]), scored)
    assert (found.movement.tolist(), found.voted.tolist()) == ([1], [1])


@pytest.mark.parametrize(("decided", "voted"), [([1, 1, 2, 2], 1), ([2, 2, 1, 1], 2), ([3, 2, 1, 2, 1], 2)])
def test_a_tie_goes_to_the_decision_that_came_first(decided: list[int], voted: int) -> None:
    """As who watches would have it: what was said first stands until more speaks against it."""
    m = len(decided)
    found = votes(np.zeros(m, np.int64), np.ones(m, np.int64), np.array(decided), np.ones(m, bool))
    assert found.voted.tolist() == [voted]


def test_a_gap_makes_two_executions_of_one() -> None:
    """Either half votes for itself."""
    run = runs(np.array([False, True, False, True]), np.ones(4))
    found = votes(run, np.ones(4, int), np.array([1, 1, 2, 2]), np.ones(4, bool))
    assert found.voted.tolist() == [1, 2]


def test_instability_is_the_share_of_changes() -> None:
    """Two changes in seven pairs; a gap between two decisions is no pair; a lone instant says nothing."""
    decided = np.array([0, 1, 1, 1, 1, 1, 1, 2])
    assert instability(decided, LINKED) == pytest.approx(2 / 7)
    gap = LINKED.copy()
    gap[7] = False
    assert instability(decided, gap) == pytest.approx(1 / 6)
    assert instability(decided, LINKED, TRUTH != 0) == pytest.approx(1 / 6)
    assert instability(decided[:1], LINKED[:1]) is None


def test_switches_count_inside_settled_executions() -> None:
    """Of five pairs inside executions one differs; the change from 1 to 2, as the truth does, is none."""
    decided = np.array([3, 1, 1, 3, 3, 2, 2, 2])
    assert switches_per_s(RUN, TRUTH, decided, ALL, 0.1) == pytest.approx(1 / (5 * 0.1))
    assert switches_per_s(RUN, TRUTH, decided, TRUTH == 2, 0.1) == 0.0
    assert switches_per_s(RUN, TRUTH, decided, TRUTH == 0, 0.1) is None


@given(instants())
def test_they_are_what_loops_find(some: Instants) -> None:
    """Votes, instability and switches, counted one instant after another."""
    linked = follows(some.time_s, HOP_S)
    run = runs(linked, some.truth, some.repetition)
    movement, voted = [], []
    for number in range(run[-1] + 1):
        at = [i for i in range(len(run)) if run[i] == number and some.scored[i] and some.truth[i]]
        if at:
            movement.append(some.truth[at[0]])
            voted.append(Counter(some.decided[i] for i in at).most_common(1)[0][0])  # ties: first met, first named
    found = votes(run, some.truth, some.decided, some.scored)
    assert (found.movement.tolist(), found.voted.tolist()) == (movement, voted)

    pairs = [i for i in range(1, len(run)) if linked[i]]
    changed = [i for i in pairs if some.decided[i] != some.decided[i - 1]]
    assert instability(some.decided, linked) == (pytest.approx(len(changed) / len(pairs)) if pairs else None)
    inside = [i for i in pairs if run[i] == run[i - 1] and some.truth[i] and some.scored[i] and some.scored[i - 1]]
    switches = [i for i in inside if i in changed]
    expected = pytest.approx(len(switches) / (len(inside) * HOP_S)) if inside else None
    assert switches_per_s(run, some.truth, some.decided, some.scored, HOP_S) == expected
