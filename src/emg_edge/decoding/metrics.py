"""Metrics of a classifier, from a confusion matrix. Shares are 0..1."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def confusion(truth: NDArray[np.integer], decided: NDArray[np.integer], classes: int) -> NDArray[np.int64]:
    """Count (truth, decided) pairs of class indices; (classes, classes), rows are the truth."""
    pairs = truth.astype(np.int64) * classes + decided
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def scores(matrix: NDArray[np.int64]) -> dict[str, float]:
    """Accuracy, balanced accuracy (mean recall of the classes present) and macro F1 (mean over the same)."""
    right, truth, decided = np.diag(matrix).astype(float), matrix.sum(axis=1), matrix.sum(axis=0)
    present = truth > 0
    if not present.any():
        return {"accuracy": 0.0, "balanced_accuracy": 0.0, "macro_f1": 0.0}
    f1 = 2 * right / np.maximum(truth + decided, 1)
    return {
        "accuracy": float(right.sum() / truth.sum()),
        "balanced_accuracy": float((right[present] / truth[present]).mean()),
        "macro_f1": float(f1[present].mean()),
    }


def majority(matrix: NDArray[np.int64]) -> dict[str, float]:
    """Scores of always deciding the commonest class of the truth."""
    always = np.zeros_like(matrix)
    always[:, int(matrix.sum(axis=1).argmax())] = matrix.sum(axis=1)
    return scores(always)


def mean_scores(many: list[dict[str, float]]) -> dict[str, Any]:
    """Mean of each score over people."""
    return {key: float(np.mean([one[key] for one in many])) for key in many[0]}
