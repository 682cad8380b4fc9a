import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import multivariate_normal
from sklearn.covariance import ledoit_wolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from emg_edge.decoding import lda


def clouds(examples: int, classes: int = 4, features: int = 6) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Overlapping correlated clouds, of unequal sizes and scales of features."""
    random = np.random.default_rng(9)
    labels = random.choice(classes, examples, p=np.array([0.4, 0.3, 0.2, 0.1]))
    mixing = random.normal(size=(features, features))
    x = random.normal(size=(examples, features)) @ mixing + 1.5 * random.normal(size=(classes, features))[labels]
    return x * 10.0 ** np.arange(-2, features - 2), labels


@pytest.mark.parametrize(("examples", "features"), [(30, 60), (200, 20), (5000, 3)])
def test_the_covariance_is_scikit_learns_ledoit_wolf(examples: int, features: int) -> None:
    """With many and with too few observations."""
    random = np.random.default_rng(3)
    x = random.normal(size=(examples, features)) @ random.normal(size=(features, features))
    x -= x.mean(axis=0)
    expected, _ = ledoit_wolf(x, assume_centered=True)
    np.testing.assert_allclose(lda.shrunk_covariance(x), expected, rtol=1e-9, atol=1e-9)


def test_identical_observations_need_no_shrinkage() -> None:
    """A covariance that is its own target divides by nothing."""
    np.testing.assert_array_equal(lda.shrunk_covariance(np.zeros((10, 3))), np.zeros((3, 3)))


def test_decisions_are_those_of_the_gaussians() -> None:
    """Classes are Gaussians of one covariance, scikit-learn's, and equal priors: the likeliest is decided."""
    x, labels = clouds(400)
    means = np.array([x[labels == c].mean(axis=0) for c in range(4)])
    centred = x - means[labels]
    sd = centred.std(axis=0)
    covariance, _ = ledoit_wolf(centred / sd, assume_centered=True)
    likely = np.stack([multivariate_normal(mean / sd, covariance).logpdf(x / sd) for mean in means], axis=1)
    model = lda.fit(x, labels, 4)
    np.testing.assert_array_equal(model.decide(x), likely.argmax(axis=1))
    scores = x @ model.coefficients + model.intercepts
    np.testing.assert_allclose(np.diff(scores, axis=1), np.diff(likely, axis=1), atol=1e-6)


def test_with_many_examples_it_is_scikit_learns_lda() -> None:
    """Where shrinkage fades, so do the ways of shrinking."""
    x, labels = clouds(20_000)
    theirs = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=np.full(4, 0.25)).fit(x, labels)
    agreement = (lda.fit(x, labels, 4).decide(x) == theirs.predict(x)).mean()
    assert agreement > 0.99


def test_a_class_without_examples_is_never_decided() -> None:
    """A person who did not make a movement is not found to make it."""
    x, labels = clouds(400)
    assert set(lda.fit(x, np.where(labels == 2, 5, labels), 7).decide(x)) <= {0, 1, 3, 5}


def test_a_constant_feature_changes_nothing() -> None:
    """A dead channel's feature neither divides by zero nor decides."""
    x, labels = clouds(2000)
    with_constant = np.concatenate([x, np.full((len(x), 1), 7.0)], axis=1)
    agreement = (lda.fit(with_constant, labels, 4).decide(with_constant) == lda.fit(x, labels, 4).decide(x)).mean()
    assert agreement > 0.99


def test_an_example_of_weight_zero_does_not_count() -> None:
    """Weights are counts: outliers of weight zero change no decision, doubled examples are examples twice."""
    x, labels = clouds(3000)
    far = np.concatenate([x, np.full((50, 6), 1e6)])
    weights = np.concatenate([np.ones(3000), np.zeros(50)])
    plain = lda.fit(x, labels, 4).decide(x)
    weighted = lda.fit(far, np.concatenate([labels, np.zeros(50, np.int64)]), 4, weights).decide(x)
    assert (weighted == plain).mean() > 0.995
    twice = np.where(labels == 1, 2.0, 1.0)
    repeated = np.concatenate([x, x[labels == 1]]), np.concatenate([labels, labels[labels == 1]])
    assert (lda.fit(x, labels, 4, twice).decide(x) == lda.fit(*repeated, 4).decide(x)).mean() > 0.995
