from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import scipy.signal as reference
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emg_edge.recordings.takes import recordings
from emg_edge.signal.frontend import FrontEnd
from emg_edge.signal.resample import HALF, Decimate, delay_s, fractional_taps, resampler
from emg_edge.signal.spec import default_spec

# Cyton and Daisy to 200 Hz, a home-made board, and rates that hardly share a factor
ODD = [Fraction(5, 4), Fraction(5, 8), Fraction(1111, 200), Fraction(13, 7), Fraction(201, 256)]
every_ratio = pytest.mark.parametrize("ratio", [Fraction(10), Fraction(2), *ODD], ids=str)


def noise(samples: int, channels: int = 2) -> NDArray[np.float64]:
    return np.random.default_rng(5).normal(3, 20, (samples, channels))


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


@pytest.mark.parametrize("ratio", ODD, ids=str)
def test_other_ratios_are_what_scipy_makes_of_the_same_taps(ratio: Fraction) -> None:
    """The rows of the table interleaved are one filter at the common multiple of both rates."""
    x, (down, up) = noise(1500), ratio.as_integer_ratio()
    rows = fractional_taps(ratio)  # (up, span), the oldest input's tap first
    prototype = rows[:, ::-1].T.ravel()  # tap n * up + p is of the input n before the newest, at place p
    padded = np.concatenate([np.repeat(x[:1], rows.shape[1] - 1, axis=0), x])
    expected = reference.upfirdn(prototype, padded, up, axis=0)[(rows.shape[1] - 1) * up :][: len(x) * up : down]
    np.testing.assert_allclose(resampler(ratio).push(x), expected, rtol=1e-9, atol=1e-9)


@every_ratio
def test_an_output_comes_with_its_newest_input(ratio: Fraction) -> None:
    """Pushed one by one, input k brings all outputs i with floor(i * stride) = k: neither early nor late."""
    stage = resampler(ratio)
    came = [len(stage.push(one)) for one in np.split(noise(300), 300)]
    newest = [int(i * ratio) for i in range(int(300 / ratio) + 1)]
    assert came == np.bincount(newest, minlength=301)[:300].tolist()


@every_ratio
def test_an_output_is_made_of_its_span(ratio: Fraction) -> None:
    """What lies before the last `span` inputs, or after the newest, changes nothing."""
    stage, x = resampler(ratio), noise(2000)
    plain = stage.push(x)
    for output in (len(plain) // 2, len(plain) // 2 + 1):
        newest = int(output * ratio)
        loud = x.copy()
        loud[: newest + 1 - stage.span] = loud[newest + 1 :] = 1e9
        stage.reset()
        np.testing.assert_array_equal(stage.push(loud)[output], plain[output])


@every_ratio
def test_an_offset_makes_no_hum(ratio: Fraction) -> None:
    """187 mV of a saturated amplifier come out as 187 mV at every place between two inputs, from the first on."""
    y = resampler(ratio).push(np.full((2500, 1), 187_500.0))
    np.testing.assert_allclose(y, 187_500.0, rtol=1e-14)


@pytest.mark.parametrize(
    ("rate", "ratio", "hz"),
    [(rate, Fraction(rate, 200), hz) for rate in (250, 1111) for hz in (5.0, 20.0, 50.0, 80.0)]
    + [(125, Fraction(5, 8), hz) for hz in (5.0, 20.0)],  # nearer to the edge, images of a slow source pass
)
def test_a_muscles_band_passes_with_the_delay_that_is_said(rate: int, ratio: Fraction, hz: float) -> None:
    """A sine comes out as that sine within a few per cent, later by delay_s."""
    when = np.arange(2 * rate) / rate
    y = resampler(ratio).push(np.sin(2 * np.pi * hz * when)[:, None])[:, 0]
    at = np.arange(len(y)) * float(ratio) / rate - delay_s(ratio, rate)
    np.testing.assert_allclose(y[60:], np.sin(2 * np.pi * hz * at)[60:], atol=0.06)


def test_the_delay_is_three_samples_of_the_slower_rate() -> None:
    """And eight of the new rate where the ratio is whole."""
    assert HALF == 3
    assert delay_s(Fraction(5, 4), 250) == pytest.approx(0.015)
    assert delay_s(Fraction(5, 8), 125) == pytest.approx(0.024)
    assert delay_s(Fraction(10), 2000) == pytest.approx(0.040)


@pytest.mark.parametrize("hz", [170.0, 250.0, 400.0, 550.0])
def test_what_lies_far_above_the_new_band_is_gone(hz: float) -> None:
    """From 1111 to 200 Hz, nothing above 170 Hz folds back at more than -30 dB."""
    x = np.sin(2 * np.pi * hz * np.arange(4000) / 1111)[:, None]
    assert np.sqrt(2 * (resampler(Fraction(1111, 200)).push(x)[20:] ** 2).mean()) < 0.032


@every_ratio
@settings(max_examples=15)
@given(cuts=st.lists(st.integers(0, 60), min_size=1, max_size=20))
def test_any_cutting_gives_the_same_bits(ratio: Fraction, cuts: list[int]) -> None:
    """Empty blocks, at the start too, and blocks shorter than an output change nothing; reset begins anew."""
    stage, x = resampler(ratio), noise(600)
    whole = stage.push(x)
    for _ in range(2):
        stage.reset()
        parts = [stage.push(part) for part in np.split(x, np.minimum(np.cumsum(cuts), len(x)))]
        np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.realdata
def test_a_cytons_rate_gives_the_frames_of_a_myos(shared_data: Path) -> None:
    """DB5 brought to 250 Hz (by scipy, in one piece) and back by the stage: frames correlate at 0.998, at its delay."""
    recording = next(iter(recordings(shared_data / "ninapro", "DB5")))
    source = recording.source
    x = recording.samples[:20_000].astype(np.float64)
    back = resampler(Fraction(5, 4)).push(reference.resample(x, 25_000))[HALF:]
    spec = default_spec("raw", 15, "ring16")
    frames, found = (FrontEnd(spec, source).push(signal)[20:3900] for signal in (x, back))
    each = [np.corrcoef(frames[:, k], found[:, k])[0, 1] for k in range(16)]
    assert np.mean(each) > 0.998
    assert np.sqrt(np.mean(((found - frames) / frames.std(axis=0)) ** 2)) < 0.1
