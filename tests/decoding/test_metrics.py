import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, balanced_accuracy_score, confusion_matrix, f1_score

from emg_edge.decoding.metrics import confusion, majority, mean_scores, scores

PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=80)


@given(PAIRS)
def test_scores_are_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    """Accuracy, balanced accuracy and macro F1 over the classes that are in the truth."""
    truth, decided = np.array(pairs).T
    matrix = confusion(truth, decided, 6)
    np.testing.assert_array_equal(matrix, confusion_matrix(truth, decided, labels=range(6)))
    recalls = [(decided[truth == c] == c).mean() for c in np.unique(truth)]
    assert scores(matrix) == {
        "accuracy": pytest.approx(accuracy_score(truth, decided)),
        "balanced_accuracy": pytest.approx(np.mean(recalls)),
        "macro_f1": pytest.approx(f1_score(truth, decided, labels=np.unique(truth), average="macro")),
    }


def test_balanced_accuracy_is_scikit_learns_where_every_class_is() -> None:
    """With every decided class in the truth, scikit-learn's own function agrees."""
    random = np.random.default_rng(1)
    truth = np.concatenate([np.arange(6), random.integers(0, 6, 300)])
    decided = np.where(random.random(306) < 0.6, truth, random.integers(0, 6, 306))
    expected = balanced_accuracy_score(truth, decided)
    assert scores(confusion(truth, decided, 6))["balanced_accuracy"] == pytest.approx(expected)


def test_the_majority_class_is_always_deciding_the_commonest() -> None:
    """Its accuracy is the share of that class, its balanced accuracy one over the classes."""
    truth = np.repeat([0, 1, 2], [50, 30, 20])
    found = majority(confusion(truth, np.zeros_like(truth), 4))
    assert found["accuracy"] == pytest.approx(0.5)
    assert found["balanced_accuracy"] == pytest.approx(1 / 3)
    assert found["macro_f1"] == pytest.approx(2 * 0.5 / 1.5 / 3)


def test_nothing_scores_nothing() -> None:
    """An empty matrix divides by nothing."""
    assert set(scores(np.zeros((3, 3), np.int64)).values()) == {0.0}


def test_means_are_over_people() -> None:
    """Each person counts the same, whoever has more windows."""
    assert mean_scores([{"accuracy": 0.5, "x": 1.0}, {"accuracy": 1.0, "x": 0.0}]) == {"accuracy": 0.75, "x": 0.5}
