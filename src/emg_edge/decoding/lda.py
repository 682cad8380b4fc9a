"""Linear discriminant analysis with a shrunk common covariance, in numpy: it also runs on the device."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class LDA:
    """Scores of class c: x @ coefficients[:, c] + intercepts[c]."""

    coefficients: NDArray[np.float64]  # (features, classes)
    intercepts: NDArray[np.float64]  # (classes,)

    def decide(self, x: NDArray[np.floating]) -> NDArray[np.int64]:
        """(n, features) -> (n,) class indices."""
        decided: NDArray[np.int64] = self.scores(x).argmax(axis=1)
        return decided

    def scores(self, x: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n, features) -> (n, classes) log probabilities, up to a constant of each row."""
        found: NDArray[np.float64] = x @ self.coefficients + self.intercepts
        return found


def fit(
    x: NDArray[np.floating], labels: NDArray[np.integer], classes: int, weights: NDArray[np.floating] | None = None
) -> LDA:
    """Fit to (n, features) and class indices 0..classes - 1; equal priors, whatever the classes' sizes.

    The covariance within classes is shrunk towards its mean variance after features were brought to unit
    variance (Ledoit and Wolf, J. Multivariate Analysis 88:365-411, 2004). A class without examples is never decided.
    `weights` (n,) says how much each example counts.
    """
    w = np.ones(len(x)) if weights is None else np.asarray(weights, np.float64)
    totals = np.bincount(labels, w, minlength=classes)
    members = np.zeros((classes, len(x)))
    members[labels, np.arange(len(x))] = w
    x = np.asarray(x, np.float64)
    means = members @ x / np.maximum(totals, 1e-12)[:, None]
    centred = (x - means[labels]) * np.sqrt(w / w.mean())[:, None]
    sd = centred.std(axis=0)
    sd[sd == 0] = 1.0  # a constant feature says nothing and must not divide by zero
    covariance = shrunk_covariance(centred / sd)
    coefficients = np.linalg.solve(covariance, (means / sd).T)  # (features, classes)
    intercepts = -0.5 * np.einsum("cf,fc->c", means / sd, coefficients)
    intercepts[totals == 0] = -np.inf
    return LDA(coefficients / sd[:, None], intercepts)


def shrunk_covariance(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ledoit and Wolf's estimate from (n, p) centred observations."""
    n, p = centred.shape
    covariance = centred.T @ centred / n
    target = np.trace(covariance) / p
    distance = ((covariance - target * np.eye(p)) ** 2).sum()
    squared = centred**2
    spread = ((squared.T @ squared).sum() / n - (covariance**2).sum()) / n
    shrinkage = 0.0 if distance == 0 else min(spread, distance) / distance
    shrunk: NDArray[np.float64] = (1 - shrinkage) * covariance + shrinkage * target * np.eye(p)
    return shrunk
