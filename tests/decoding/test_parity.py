"""How far two forms of one network lie apart."""

import numpy as np
import pytest

from emg_edge.decoding.parity import NEAR_TIE, Judge, Row, agreement, problems


def test_a_near_tie_is_an_other_movement_that_was_held_nearly_as_probable() -> None:
    """Of four windows two are decided alike, one otherwise by a hair, one otherwise by far."""
    reference = np.array([[0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.5, 0.5 - NEAR_TIE / 2, NEAR_TIE / 2], [0.6, 0.3, 0.1]])
    assert agreement(np.array([0, 1, 1, 1]), reference) == pytest.approx((0.5, 0.25))


def test_a_movement_that_was_held_far_less_probable_is_no_near_tie() -> None:
    """However the two are ordered."""
    reference = np.array([[0.5, 0.5 - 2 * NEAR_TIE, 2 * NEAR_TIE]])
    assert agreement(np.array([1]), reference) == (0.0, 0.0)
    assert agreement(np.array([0]), reference) == (1.0, 0.0)


def row(runtime: str, agreement: float, balanced: float) -> Row:
    return Row(runtime, 0.9, balanced, agreement, 0.0, 0.0, 0.0, [], [])


def test_bounds_are_said_in_figures() -> None:
    """Agreement, and balanced accuracy; just inside them there is nothing to say."""
    first = row("first", 1.0, 0.9)
    assert problems(first, [row("other", 0.99, 0.896)]) == []
    assert problems(first, [row("other", 0.98, 0.89)]) == [
        "other decides as first on 98.00 % of the windows, and 99 % is the least",
        "other loses 1.00 points of balanced accuracy, and 0.5 is allowed",
    ]


def test_a_row_counts_what_can_be_judged_and_agrees_on_all() -> None:
    """Of four windows the last cannot be judged; the second form decides the first and the last otherwise."""
    judge = Judge(np.array([0, 1, 1, -1]), ["rest", "fist"])
    first = np.log(np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]], np.float32))
    reference = judge.of_logits("float", first)
    assert (reference.accuracy, reference.agreement, reference.max_probability_error) == (pytest.approx(2 / 3), 1, 0)
    assert [(one.windows, one.recall) for one in reference.movements] == [(1, 1.0), (2, 0.5)]
    other = judge.of_decisions("int8", np.array([1, 1, 0, 1]), np.array([0.6, 0.8, 0.6, 0.5]))
    assert (other.accuracy, other.balanced_accuracy) == (pytest.approx(1 / 3), pytest.approx(0.25))
    assert (other.agreement, other.near_ties) == (0.5, 0.0)
    assert other.max_probability_error == pytest.approx(0.5, abs=1e-6), "0.6 was said of what the reference held 0.1"
    assert [one.agreement for one in other.movements] == [0.0, 1.0]
