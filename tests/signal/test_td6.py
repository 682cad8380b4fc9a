import numpy as np
import pytest
from numpy.typing import NDArray

from emg_edge.signal.td6 import NAMES, NAMES4, td4, td6

CHANNELS = 3


def one_by_one(window: NDArray[np.float64]) -> list[float]:
    """The six features of one channel's window, sample by sample, as the papers define them."""
    n = len(window)
    steps = [window[i + 1] - window[i] for i in range(n - 1)]
    return [
        sum(abs(v) for v in window) / n,
        sum(window[i] * window[i + 1] < 0 for i in range(n - 1)),
        sum(steps[i] * steps[i + 1] < 0 for i in range(n - 2)),
        sum(abs(step) for step in steps),
        float(np.sqrt(sum(v * v for v in window) / n)),
        float(np.log(np.var(window, ddof=1))),
    ]


def test_features_are_those_of_a_direct_loop() -> None:
    """Each window's features come from its own samples, pairs and triples alone, feature by feature."""
    signal = np.random.default_rng(1).normal(0, 20, (400, CHANNELS)).astype(np.float32)
    window, ends = 80, np.array([79, 80, 200, 399])
    found = td6(signal, window, ends).reshape(len(ends), len(NAMES), CHANNELS)
    for i, end in enumerate(ends):
        for channel in range(CHANNELS):
            expected = one_by_one(signal[end + 1 - window : end + 1, channel].astype(np.float64))
            np.testing.assert_allclose(found[i, :, channel], expected, rtol=1e-5)


def test_td4_is_the_first_four_of_td6() -> None:
    """The same numbers, in the same order."""
    signal = np.random.default_rng(2).normal(0, 20, (400, CHANNELS)).astype(np.float32)
    ends = np.array([79, 201, 399])
    four = td4(signal, 80, ends)
    assert NAMES4 == ("mav", "zc", "ssc", "wl")
    assert four.shape == (3, 4 * CHANNELS)
    np.testing.assert_array_equal(four, td6(signal, 80, ends)[:, : 4 * CHANNELS])
    with pytest.raises(ValueError, match="a window of 80 samples ends at sample 78"):
        td4(signal, 80, np.array([78]))


def test_a_flat_channel_has_finite_features() -> None:
    """A dead electrode does not bring infinities into a classifier."""
    assert np.isfinite(td6(np.zeros((100, 2), np.float32), 50, np.array([49, 99]))).all()


def test_no_windows_are_no_features() -> None:
    """No ends, no rows."""
    assert td6(np.zeros((100, 2), np.float32), 50, np.empty(0, np.int64)).shape == (0, 12)


def test_a_window_before_the_signal_is_refused() -> None:
    """A window that would begin before the first sample is a mistake of the caller's."""
    with pytest.raises(ValueError, match="a window of 50 samples ends at sample 48"):
        td6(np.zeros((100, 2), np.float32), 50, np.array([48, 99]))
