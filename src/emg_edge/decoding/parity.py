"""Forms of one network on the same windows: a row of figures each, and how far two may lie apart as the same model."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.interpreter import softmax
from emg_edge.decoding.metrics import confusion, scores

LEAST_AGREEMENT = 0.99  # of all windows: the same movement is the likeliest
MOST_ACCURACY_LOST = 0.005  # of balanced accuracy: half a point
NEAR_TIE = 0.05  # probability by which the reference's likeliest movement leads the one that was decided instead
NEAR_TIES_ARE = f"near-ties are decided otherwise, by less than {NEAR_TIE:g} of the reference's probability"
ERROR_QUANTILES = (0.5, 0.9, 0.99, 0.999, 1.0)


class Movement(msgspec.Struct, frozen=True):
    """Of the windows in which one movement was made; shares 0..1."""

    name: str
    windows: int
    recall: float
    agreement: float


class Row(msgspec.Struct, frozen=True):
    """One form of the network, on one runtime, over all windows; shares 0..1.

    accuracy, balanced_accuracy   over the windows that can be judged
    agreement, near_ties          against the reference's decisions
    max_probability_error, p99_probability_error   of the decided movement's probability, against the reference's
    probability_errors            its quantiles, of ERROR_QUANTILES
    """

    runtime: str
    accuracy: float
    balanced_accuracy: float
    agreement: float
    near_ties: float
    max_probability_error: float
    p99_probability_error: float
    probability_errors: list[float]
    movements: list[Movement]


class Judge:
    """Makes rows of decisions on the same windows; the first set of logits that it is given is the reference."""

    def __init__(self, classes: NDArray[np.int64], names: Sequence[str]) -> None:
        """classes: (n,) class index of the movement that was made, -1 where a window cannot be judged."""
        self._classes = classes
        self._names = names
        self._reference: NDArray[np.float64] | None = None

    def of_logits(self, name: str, logits: NDArray[np.float32]) -> Row:
        """logits: (n, classes)."""
        told = softmax(logits)
        if self._reference is None:
            self._reference = told
        return self.of_decisions(name, told.argmax(axis=1), told.max(axis=1))

    def of_decisions(self, name: str, decided: NDArray[np.int64], probability: NDArray[np.float64]) -> Row:
        """decided, probability: (n,) class index, and how probable it was said to be."""
        assert self._reference is not None
        reference, judged = self._reference, self._classes >= 0
        found = scores(confusion(self._classes[judged], decided[judged], len(self._names)))
        error = np.abs(probability - reference[np.arange(len(decided)), decided])
        movements = [
            Movement(
                title,
                int(made.sum()),
                float((decided[made] == k).mean()),
                agreement(decided[made], reference[made])[0],
            )
            for k, title in enumerate(self._names)
            if (made := self._classes == k).any()
        ]
        return Row(
            name,
            found["accuracy"],
            found["balanced_accuracy"],
            *agreement(decided, reference),
            float(error.max()),
            float(np.quantile(error, 0.99)),
            np.quantile(error, ERROR_QUANTILES).tolist(),
            movements,
        )


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


def problems(reference: Row, rows: Sequence[Row]) -> list[str]:
    """Say where a row misses a bound against the reference, a clause each."""
    return [clause for row in rows for clause in _shortfalls(row, reference)]


def _shortfalls(row: Row, reference: Row) -> Iterator[str]:
    lost = reference.balanced_accuracy - row.balanced_accuracy
    if row.agreement < LEAST_AGREEMENT:
        yield (
            f"{row.runtime} decides as {reference.runtime} on {100 * row.agreement:.2f} % of the windows, and "
            f"{100 * LEAST_AGREEMENT:.0f} % is the least"
        )
    if lost > MOST_ACCURACY_LOST:
        yield (
            f"{row.runtime} loses {100 * lost:.2f} points of balanced accuracy, and "
            f"{100 * MOST_ACCURACY_LOST:g} is allowed"
        )


def table(rows: Sequence[Row]) -> list[str]:
    """Lines of text, for a terminal; the first row is the reference."""
    wide = max(len(row.runtime) for row in rows)
    lines = [f"{'':<{wide}}  accuracy  balanced  agreement  near-ties  probability error (largest, 99 %)"]
    lines += [
        f"{row.runtime:<{wide}}  {100 * row.accuracy:7.2f}%  {100 * row.balanced_accuracy:7.2f}%  "
        f"{100 * row.agreement:8.2f}%  {100 * row.near_ties:8.2f}%  "
        f"{row.max_probability_error:.4f}, {row.p99_probability_error:.4f}"
        for row in rows
    ]
    lowest = min(rows[0].movements, key=lambda one: one.recall)
    return [
        *lines,
        f"lowest recall: {lowest.name}, {100 * lowest.recall:.1f} % of {lowest.windows} windows",
        f"agreement and errors are against {rows[0].runtime}, over all windows",
        NEAR_TIES_ARE,
    ]
