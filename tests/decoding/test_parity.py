"""How far two forms of one network lie apart."""

import numpy as np
import pytest

from emg_edge.decoding.parity import NEAR_TIE, agreement


def test_a_near_tie_is_an_other_movement_that_was_held_nearly_as_probable() -> None:
    """Of four windows two are decided alike, one otherwise by a hair, one otherwise by far."""
    reference = np.array([[0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.5, 0.5 - NEAR_TIE / 2, NEAR_TIE / 2], [0.6, 0.3, 0.1]])
    assert agreement(np.array([0, 1, 1, 1]), reference) == pytest.approx((0.5, 0.25))


def test_a_movement_that_was_held_far_less_probable_is_no_near_tie() -> None:
    """However the two are ordered."""
    reference = np.array([[0.5, 0.5 - 2 * NEAR_TIE, 2 * NEAR_TIE]])
    assert agreement(np.array([1]), reference) == (0.0, 0.0)
    assert agreement(np.array([0]), reference) == (1.0, 0.0)
