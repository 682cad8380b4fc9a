import numpy as np
from support import takes

from emg_edge.decoding.metrics import confusion, scores
from emg_edge.signal.frontend import SignalPath
from emg_edge.signal.spec import default_spec
from emg_edge.signal.td6 import td6
from emg_edge.train.data.dataset import Dataset, make_dataset
from emg_edge.train.data.splits import Side
from emg_edge.train.fitting.baseline import feature_windows, hop_features, td6_lda

SPEC = default_spec("raw", 15)
ONE = takes.recording(takes.DB5, "DB5")


def dataset() -> Dataset:
    return make_dataset(takes.tracks(ONE, SPEC, "upper", "lower"), SPEC, rest=True)


def test_its_windows_are_the_networks_own() -> None:
    """The same 400 ms, sample by sample, of the same filtered signal."""
    data = dataset()
    ends = data.decided(1, Side.TEST)[:20]
    found = feature_windows(data, 1, ends)
    signal = SignalPath(SPEC, ONE.source, "lower").push(ONE.samples)
    for row, end in zip(found, ends, strict=True):
        newest = 9 + 5 * end
        window = signal[newest + 1 - 80 : newest + 1]
        np.testing.assert_allclose(row, td6(window, 80, np.array([79]))[0], rtol=1e-4, atol=1e-4)


def test_it_is_trained_on_training_repetitions_alone() -> None:
    """Its decisions at the test windows are good, and no test label can be the reason."""
    data = dataset()
    decided = td6_lda(hop_features(data), [0])
    truth = data.classes(data.tracks[0])[data.decided(0, Side.TEST)]
    assert scores(confusion(truth, decided[0], 4))["balanced_accuracy"] > 0.7  # onsets count as errors
    swapped = ONE.movement.copy()
    tested = np.isin(ONE.repetition, (2, 5)) & (swapped > 0)
    swapped[tested] = 4 - swapped[tested]
    other = make_dataset(takes.tracks(takes.with_labels(ONE, swapped), SPEC, "upper"), SPEC, rest=True)
    np.testing.assert_array_equal(td6_lda(hop_features(other), [0])[0], decided[0])
