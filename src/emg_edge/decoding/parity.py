"""How far two forms of one network may lie apart and still be called the same model."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

LEAST_AGREEMENT = 0.99  # of all windows: the same movement is the likeliest
MOST_ACCURACY_LOST = 0.005  # of balanced accuracy: half a point
NEAR_TIE = 0.05  # probability by which the reference's likeliest movement leads the one that was decided instead
NEAR_TIES_ARE = f"near-ties are decided otherwise, by less than {NEAR_TIE:g} of the reference's probability"


def agreement(decided: NDArray[np.int64], reference: NDArray[np.floating]) -> tuple[float, float]:
    """Shares of windows decided as the reference decides, and otherwise where that was a near-tie.

    decided    (n,), class indices
    reference  (n, classes), its probabilities
    """
    own = reference.argmax(axis=1)
    every = np.arange(len(own))
    lead = reference[every, own] - reference[every, decided]
    same = decided == own
    return float(same.mean()), float((~same & (lead < NEAR_TIE)).mean())


def shortfalls(name: str, reference: str, agreement: float, accuracy_lost: float) -> Iterator[str]:
    """Yield a clause for each bound that one form misses against the reference; shares 0..1, of balanced accuracy."""
    if agreement < LEAST_AGREEMENT:
        yield (
            f"{name} decides as {reference} on {100 * agreement:.2f} % of the windows, and "
            f"{100 * LEAST_AGREEMENT:.0f} % is the least"
        )
    if accuracy_lost > MOST_ACCURACY_LOST:
        yield (
            f"{name} loses {100 * accuracy_lost:.2f} points of balanced accuracy, and "
            f"{100 * MOST_ACCURACY_LOST:g} is allowed"
        )
