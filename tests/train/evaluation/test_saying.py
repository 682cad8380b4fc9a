import numpy as np
import pytest

from emg_edge.decoding.interpreter import softmax
from emg_edge.train.evaluation.saying import ALLOWED_FALSE_ACTIVATION, activity, said, threshold

MOVEMENTS = (0, 3, 7)


def scores(rows: int = 1000, classes: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=3, size=(rows, classes)).astype(np.float32)


def test_activity_is_the_log_odds_of_any_movement() -> None:
    """Whatever constant a row's scores have, and wherever rest stands among the classes."""
    logits = scores()
    share = softmax(logits)
    np.testing.assert_allclose(activity(logits, MOVEMENTS), np.log(1 - share[:, 0]) - np.log(share[:, 0]), rtol=1e-5)
    np.testing.assert_allclose(activity(logits + 1000, MOVEMENTS), activity(logits, MOVEMENTS), atol=1e-3)
    np.testing.assert_array_equal(activity(logits[:, [1, 0, 2]], (3, 0, 7)), activity(logits, MOVEMENTS))


def test_a_class_that_nobody_trained_adds_nothing() -> None:
    """The baseline gives it minus infinity; without any rest, everything is movement."""
    logits = scores()
    logits[:, 2] = -np.inf
    np.testing.assert_allclose(activity(logits, MOVEMENTS), logits[:, 1] - logits[:, 0], rtol=1e-5)
    logits[:, 0] = -np.inf
    assert (activity(logits, MOVEMENTS) == np.inf).all()
    told = said(logits, MOVEMENTS, 1.0)
    assert set(told.decided) == set(told.movement) == {3}


def test_five_per_cent_of_the_held_rest_lie_above_the_threshold() -> None:
    """Of those that chose it."""
    logits = scores(2000)
    above = activity(logits, MOVEMENTS) >= threshold(logits, MOVEMENTS)
    assert above.mean() == pytest.approx(ALLOWED_FALSE_ACTIVATION, abs=0.001)


def test_without_rest_there_is_no_threshold() -> None:
    """No rest was held out, or rest is no class: it is not a number, and everything counts as active."""
    assert np.isnan(threshold(scores(0), MOVEMENTS))
    assert np.isnan(threshold(scores(5, 2), (3, 7)))
    assert (activity(scores(5, 2), (3, 7)) == np.inf).all()


def test_what_is_said_is_the_best_class_and_the_best_movement() -> None:
    """They differ where rest is the likeliest; numbers are the movements' own."""
    told = said(np.array([[5, 1, 2], [0, 4, 1], [1, 0, 9]], np.float32), MOVEMENTS, 0.25)
    assert told.decided.tolist() == [0, 3, 7]
    assert told.movement.tolist() == [7, 3, 7]
    assert (told.active > 0).tolist() == [False, True, True]
    assert told.threshold == 0.25
    assert (told.decided.dtype, told.active.dtype) == (np.int16, np.float32)
