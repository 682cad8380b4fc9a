import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import accuracy_score
from support.instants import HOP_S, Instants, instants

from emg_edge.decoding.activations import activations_per_min, active_error, share_of
from emg_edge.decoding.runs import follows

LINKED = np.array([0, 1, 1, 1, 1, 1], bool)
REST = np.ones(6, bool)


def test_active_error_looks_at_active_decisions_only() -> None:
    """Of three decisions for a movement one is wrong and one is made at rest; a missed movement does not count."""
    assert active_error(np.array([1, 1, 0, 2, 0]), np.array([1, 2, 1, 0, 0])) == pytest.approx(2 / 3)
    assert active_error(np.array([1, 2]), np.array([0, 0])) is None


def test_shares_are_of_what_they_are_among() -> None:
    """One of two settled rest instants is decided active; the movement beside it says nothing."""
    active = np.array([True, False, True])
    assert share_of(active, np.array([True, True, False])) == 0.5
    assert share_of(active, np.zeros(3, bool)) is None


def test_an_activation_is_counted_once_however_long_it_lasts() -> None:
    """Two activations in six instants of a tenth of a second."""
    active = np.array([0, 1, 1, 0, 0, 1], bool)
    assert activations_per_min(active, REST, LINKED, 0.1) == pytest.approx(2 / (0.6 / 60))


def test_a_movement_said_too_long_is_no_new_activation() -> None:
    """It began before the rest had settled; the next one did not."""
    rest = np.array([0, 0, 1, 1, 1, 1], bool)
    assert activations_per_min(np.array([1, 1, 1, 0, 1, 1], bool), rest, LINKED, 0.1) == pytest.approx(1 / (0.4 / 60))
    assert activations_per_min(REST, np.zeros(6, bool), LINKED, 0.1) is None


def test_a_gap_begins_an_activation_anew() -> None:
    """What is decided active on both sides of a gap is two activations."""
    linked = np.array([0, 1, 1, 0, 1, 1], bool)
    assert activations_per_min(REST, REST, linked, 0.1) == pytest.approx(2 / (0.6 / 60))


@given(instants())
def test_they_are_what_loops_and_scikit_learn_find(some: Instants) -> None:
    """Activations counted one instant after another; active error is 1 - accuracy of the active decisions."""
    linked = follows(some.time_s, HOP_S)
    active, rest = some.decided != 0, some.scored & (some.truth == 0)
    count, before = 0, False
    for i in range(len(active)):
        began = active[i] and not (before and linked[i])
        count += bool(began and rest[i])
        before = active[i]
    minutes = rest.sum() * HOP_S / 60
    expected = pytest.approx(count / minutes) if rest.any() else None
    assert activations_per_min(active, rest, linked, HOP_S) == expected
    error = pytest.approx(1 - accuracy_score(some.truth[active], some.decided[active])) if active.any() else None
    assert active_error(some.truth, some.decided) == error
