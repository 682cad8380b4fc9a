import numpy as np
import pytest
import scipy.signal as reference
from hypothesis import given, settings
from hypothesis import strategies as st

from emg_edge.errors import SpecError
from emg_edge.signal.bands import SubBands, band
from emg_edge.signal.biquad import cascade

BANDS = band(20, 50, 200, highpass_hz=20), band(50, 90, 200), band(30, 60, 200)


def test_a_band_is_a_high_pass_and_a_low_pass() -> None:
    """Both of second order; where the signal was high-passed at the band's edge already, only the low-pass."""
    assert [len(one.sections) for one in BANDS] == [1, 2, 2]
    for one in BANDS[1:]:
        sos = [[s.b0, s.b1, s.b2, 1.0, s.a1, s.a2] for s in one.sections]
        _, (low, middle, high) = reference.sosfreqz(
            sos, [one.low_hz, (one.low_hz + one.high_hz) / 2, one.high_hz], fs=200
        )
        assert abs(low) < 0.71 > abs(high)
        assert abs(middle) > max(abs(low), abs(high))


@pytest.mark.parametrize(("low", "high"), [(50, 20), (0, 50), (-5, 50), (50, 50), (float("nan"), 50)])
def test_a_band_that_is_none_is_refused(low: float, high: float) -> None:
    """Both edges are named."""
    with pytest.raises(SpecError, match=f"a band from {low:g} to {high:g} Hz is none"):
        band(low, high, 200)


def test_a_band_above_half_the_rate_is_refused() -> None:
    """It is not there."""
    with pytest.raises(SpecError, match="a low-pass at 110 Hz needs a rate above 220 Hz"):
        band(50, 110, 200)


@settings(max_examples=20)
@given(cuts=st.lists(st.integers(0, 60), min_size=1, max_size=20))
def test_bands_side_by_side_are_each_of_them_alone(cuts: list[int]) -> None:
    """Band by band, each holds every channel as its own sections filter it, bit for bit, however it is cut."""
    x = np.random.default_rng(6).normal(100, 20, (500, 3))
    stage = SubBands(BANDS, 3)
    for _ in range(2):
        stage.reset()
        parts = [stage.push(part) for part in np.split(x, np.minimum(np.cumsum(cuts), len(x)))]
        found = np.concatenate(parts)
        for k, one in enumerate(BANDS):
            alone = x
            for section in cascade(one.sections):
                alone = section.push(alone)
            np.testing.assert_array_equal(found[:, 3 * k : 3 * k + 3], alone)
