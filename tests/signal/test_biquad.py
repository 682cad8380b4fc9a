import numpy as np
import pytest
import scipy.signal as reference
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emg_edge.errors import SpecError
from emg_edge.signal.biquad import Biquad, Section, highpass, lowpass, notch


def as_sos(section: Section) -> NDArray[np.float64]:
    return np.array([[section.b0, section.b1, section.b2, 1.0, section.a1, section.a2]])


def signal(seconds: float, rate_hz: float) -> NDArray[np.float64]:
    """Noise on offsets of 3000, -50 and 0, (n, 3)."""
    offsets = np.array([3000.0, -50.0, 0.0])
    noise: NDArray[np.float64] = np.random.default_rng(11).normal(offsets, 40, (int(seconds * rate_hz), 3))
    return noise


@pytest.mark.parametrize("rate_hz", [200.0, 250.0, 1000.0, 2000.0])
def test_the_high_pass_is_scipys_butterworth(rate_hz: float) -> None:
    """Second order, 20 Hz, with the bilinear transform: coefficient by coefficient."""
    np.testing.assert_allclose(
        as_sos(highpass(20, rate_hz)), reference.butter(2, 20, "highpass", fs=rate_hz, output="sos"), rtol=1e-9
    )


@pytest.mark.parametrize("rate_hz", [200.0, 2000.0])
def test_the_low_pass_is_scipys_butterworth(rate_hz: float) -> None:
    """Second order, likewise."""
    np.testing.assert_allclose(
        as_sos(lowpass(90, rate_hz)), reference.butter(2, 90, "lowpass", fs=rate_hz, output="sos"), rtol=1e-9
    )


def test_sections_side_by_side_are_each_of_them_alone() -> None:
    """A section a column gives, bit for bit, what that section gives that column."""
    x = signal(3, 200.0)
    sections = highpass(20, 200), notch(50, 200), lowpass(50, 200)
    together = Biquad(*sections)
    found = np.concatenate([together.push(part) for part in np.array_split(x, 7)])
    for column, section in enumerate(sections):
        np.testing.assert_array_equal(found[:, column], Biquad(section).push(x[:, [column]])[:, 0])


@pytest.mark.parametrize(("hz", "rate_hz"), [(50.0, 200.0), (60.0, 200.0), (50.0, 2000.0)])
def test_the_notch_is_scipys(hz: float, rate_hz: float) -> None:
    """The mains frequency is taken out completely, and the band that suffers is hz / 30 wide."""
    b, a = reference.iirnotch(hz, 30, fs=rate_hz)
    np.testing.assert_allclose(as_sos(notch(hz, rate_hz)), [[*b, *a]], rtol=1e-9, atol=1e-12)
    _, response = reference.sosfreqz(as_sos(notch(hz, rate_hz)), [hz, hz / 3], fs=rate_hz)
    assert abs(response[0]) < 1e-9
    assert abs(response[1]) == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize(
    ("rate_hz", "section"),
    [(200.0, highpass(20, 200)), (2000.0, highpass(20, 2000)), (200.0, notch(50, 200)), (2000.0, notch(50, 2000))],
)
def test_a_stream_is_filtered_as_scipy_filters_it(rate_hz: float, section: Section) -> None:
    """The look-ahead recursion is the same filter; the past is taken to be the first sample for ever."""
    x = signal(20, rate_hz)
    sos = as_sos(section)
    settled = reference.sosfilt_zi(sos)[:, :, None] * x[0]
    expected, _ = reference.sosfilt(sos, x, axis=0, zi=settled)
    np.testing.assert_allclose(Biquad(section).push(x), expected, atol=1e-7)


def test_an_offset_makes_no_step() -> None:
    """A DC-coupled amplifier at tens of millivolts gives nothing from its first sample on."""
    assert np.abs(Biquad(highpass(20, 250)).push(np.full((500, 2), 30_000.0))).max() < 1e-6


@settings(max_examples=30)
@given(cuts=st.lists(st.integers(0, 23), min_size=1, max_size=30), rate_hz=st.sampled_from([200.0, 2000.0]))
def test_any_cutting_gives_the_same_bits(cuts: list[int], rate_hz: float) -> None:
    """Blocks of any size, empty ones too, give the output of one block bit for bit, and reset begins anew."""
    x = signal(0.5, 200.0)
    whole = Biquad(highpass(20, rate_hz)).push(x)
    filtering = Biquad(highpass(20, rate_hz))
    for _ in range(2):
        parts = [filtering.push(part) for part in np.split(x, np.minimum(np.cumsum(cuts), len(x)))]
        np.testing.assert_array_equal(np.concatenate(parts), whole)
        filtering.reset()


@pytest.mark.parametrize("channels", [1, 2, 8])
@pytest.mark.parametrize("size", [1, 2, 3, 10])
def test_short_blocks_of_any_shape_give_the_same_bits(channels: int, size: int) -> None:
    """Down to a single number, which numpy would add up in another order."""
    x = np.random.default_rng(3).normal(0, 40, (3000, channels))
    whole, filtering = Biquad(notch(50, 200)).push(x), Biquad(notch(50, 200))
    parts = [filtering.push(x[start : start + size]) for start in range(0, len(x), size)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize(("make", "what"), [(highpass, "high-pass"), (notch, "notch")])
def test_a_frequency_beyond_the_rate_is_refused(make: type, what: str) -> None:
    """Both values are named."""
    with pytest.raises(SpecError, match=rf"a {what} at 50 Hz needs a rate above 100 Hz, and this signal has 80 Hz"):
        make(50, 80)
