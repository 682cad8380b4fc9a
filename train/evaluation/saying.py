"""From a decoder's scores of the classes to what it says: a movement, and how active the wearer seems."""

import numpy as np
from numpy.typing import NDArray

from emg_edge.movements import REST
from emg_edge.train.evaluation.decided import Said

ALLOWED_FALSE_ACTIVATION = 0.05


def activity(scores: NDArray[np.floating], movements: tuple[int, ...]) -> NDArray[np.float64]:
    """Log odds that it is any movement, (m,), of scores (m, classes) that are log probabilities up to a constant.

    Infinite where rest is no class.
    """
    if REST not in movements:
        return np.full(len(scores), np.inf)
    at_rest = np.array(movements) == REST
    double = scores.astype(np.float64)
    # Adds without leaving the logarithm; a class that nobody trained has -inf, which adds nothing.
    odds: NDArray[np.float64] = np.logaddexp.reduce(double[:, ~at_rest], axis=1) - double[:, at_rest][:, 0]
    return odds


def threshold(rest_scores: NDArray[np.floating], movements: tuple[int, ...]) -> float:
    """Activity that 5 % of these rest instants (m, classes) exceed; nan without any, or where rest is no class."""
    if not len(rest_scores) or REST not in movements:
        return float("nan")
    return float(np.quantile(activity(rest_scores, movements), 1 - ALLOWED_FALSE_ACTIVATION))


def said(scores: NDArray[np.floating], movements: tuple[int, ...], at_least: float) -> Said:
    """What scores (m, classes) say; `at_least` is the threshold of activity."""
    numbers = np.array(movements, np.int16)
    moving = np.flatnonzero(numbers != REST)
    return Said(
        decided=numbers[scores.argmax(axis=1)],
        movement=numbers[moving[scores[:, moving].argmax(axis=1)]],
        active=activity(scores, movements).astype(np.float32),
        threshold=at_least,
    )
