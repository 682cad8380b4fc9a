import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emg_edge.errors import SpecError
from emg_edge.signal.framing import SlidingMean


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


@settings(max_examples=40)
@given(cuts=st.lists(st.integers(0, 60), min_size=1, max_size=20), which=st.sampled_from(["rms", "mean"]))
def test_any_cutting_gives_the_same_bits(cuts: list[int], which: str) -> None:
    """Empty blocks, at the start too, and blocks shorter than an output change nothing; reset begins anew."""
    stage = SlidingMean(20, 5, root_mean_square=which == "rms")
    x = noise(600)
    whole = stage.push(x)
    for _ in range(2):
        stage.reset()
        parts = [stage.push(part) for part in np.split(x, np.minimum(np.cumsum(cuts), len(x)))]
        np.testing.assert_array_equal(np.concatenate(parts), whole)
