import numpy as np
import pytest
import scipy.signal as reference
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emg_edge.errors import SpecError
from emg_edge.signal.framing import Decimate, SlidingMean


def noise(samples: int, channels: int = 2) -> NDArray[np.float64]:
    return np.random.default_rng(5).normal(3, 20, (samples, channels))


@pytest.mark.parametrize(("length", "step"), [(10, 5), (5, 5), (200, 20), (8, 1)])
@pytest.mark.parametrize("root_mean_square", [False, True])
def test_each_output_is_of_its_own_window(length: int, step: int, root_mean_square: bool) -> None:
    """Output i is made of the `length` samples up to first + i * stride, and of no other."""
    x = noise(431)
    sliding = SlidingMean(length, step, root_mean_square=root_mean_square)
    ends = range(sliding.first, len(x), sliding.stride)
    windows = [x[end + 1 - length : end + 1] for end in ends]
    expected = [np.sqrt((w**2).mean(axis=0)) if root_mean_square else w.mean(axis=0) for w in windows]
    np.testing.assert_allclose(sliding.push(x), expected, rtol=1e-12)


def test_a_window_that_is_no_multiple_of_its_step_is_refused() -> None:
    """Its steps would not add up."""
    with pytest.raises(SpecError, match="a window of 10 samples cannot slide by 4"):
        SlidingMean(10, 4, root_mean_square=True)


def test_decimation_is_a_low_pass_and_every_tenth_sample() -> None:
    """As scipy does it with the same taps, after a past that was the first sample for ever."""
    x, factor = noise(3000), 10
    half = 8 * factor
    taps = np.sinc(0.8 * np.arange(-half, half + 1) / factor) * np.blackman(2 * half + 1)
    padded = np.concatenate([np.repeat(x[:1], 2 * half, axis=0), x])
    expected = reference.upfirdn(taps / taps.sum(), padded, axis=0)[2 * half : 2 * half + len(x) : factor]
    np.testing.assert_allclose(Decimate(factor).push(x), expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("hz", "least", "most"), [(20, 0.99, 1.01), (50, 0.98, 1.01), (140, 0, 1e-3), (390, 0, 1e-3), (950, 0, 1e-3)]
)
def test_what_would_fold_back_is_gone(hz: float, least: float, most: float) -> None:
    """At 200 Hz after 2 kHz: the band up to 60 Hz stands, and nothing folds back into it at more than -60 dB."""
    x = np.sin(2 * np.pi * hz * np.arange(8000) / 2000)[:, None]
    y = Decimate(10).push(x)[50:-50]
    assert least <= np.sqrt(2 * (y**2).mean()) <= most


def test_decimation_shows_a_step_at_its_delay_and_no_offset() -> None:
    """A step comes out eight outputs later; a constant is that constant from the first output on."""
    x = np.concatenate([np.zeros((400, 1)), np.ones((400, 1))])
    y = Decimate(10).push(x)[:, 0]
    assert y[47] < 0.5 <= y[48]
    np.testing.assert_allclose(Decimate(10).push(np.full((95, 1), 7.0)), 7.0)


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(0, 60), min_size=1, max_size=20), which=st.sampled_from(["rms", "mean", "decimate"]))
def test_any_cutting_gives_the_same_bits(cuts: list[int], which: str) -> None:
    """Empty blocks, at the start too, and blocks shorter than an output change nothing; reset begins anew."""
    stage = Decimate(10) if which == "decimate" else SlidingMean(20, 5, root_mean_square=which == "rms")
    x = noise(600)
    whole = stage.push(x)
    for _ in range(2):
        stage.reset()
        parts = [stage.push(part) for part in np.split(x, np.minimum(np.cumsum(cuts), len(x)))]
        np.testing.assert_array_equal(np.concatenate(parts), whole)
