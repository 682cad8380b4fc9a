import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emg_edge.errors import SpecError
from emg_edge.signal.frontend import FrontEnd, Standardisation
from emg_edge.signal.source import Source
from emg_edge.signal.spec import SignalSpec, default_spec

RAW = default_spec("raw", 15, acceleration=3)
MYO = Source("raw", 200.0, "myo-count", "ring8")
PAIRS = {
    "200 Hz": (RAW, MYO),
    "250 Hz": (RAW, Source("raw", 250.0, "uV", "ring8")),
    "125 Hz": (RAW, Source("raw", 125.0, "uV", "ring8")),
    "2 kHz": (RAW, Source("raw", 2000.0, "V", "ninapro-delsys12")),
    "1111 Hz to envelope": (default_spec("envelope", 7, acceleration=3), Source("raw", 1111.0, "V", "ring8")),
    "samples": (default_spec("raw", 80, frames="raw", acceleration=3), MYO),
    "sub-bands": (default_spec("raw", 15, frames="sub-bands", acceleration=3), MYO),
}
every_pair = pytest.mark.parametrize(("spec", "source"), PAIRS.values(), ids=PAIRS)


def worn(source: Source, seconds: float = 1.5) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Samples and acceleration of an arm that moves."""
    rng = np.random.default_rng(2)
    n = int(seconds * source.rate_hz)
    samples = rng.normal(0, 20, (n, source.channels)).astype(np.float32)
    return samples, np.cumsum(rng.normal(0, 0.05, (n, 3)), axis=0).astype(np.float32)


@every_pair
@settings(max_examples=10)
@given(cuts=st.lists(st.one_of(st.integers(0, 12), st.integers(0, 400)), min_size=1, max_size=25))
def test_frames_are_the_same_bits_however_both_are_cut(spec: SignalSpec, source: Source, cuts: list[int]) -> None:
    """Samples and acceleration in odd-sized blocks give the frames of one big block, after a reset too."""
    scale = Standardisation((0.3,) * spec.features, (1.7,) * spec.features)
    front_end = FrontEnd(spec, source, scale)
    samples, moved = worn(source)
    whole = front_end.push(samples, moved)
    assert whole.shape == (front_end.timing.outputs(len(samples)), spec.features)
    at = np.minimum(np.cumsum(cuts), len(samples))
    for _ in range(2):
        front_end.reset()
        pieces = zip(np.split(samples, at), np.split(moved, at), strict=True)
        np.testing.assert_array_equal(np.concatenate([front_end.push(*piece) for piece in pieces]), whole)


@every_pair
def test_each_frame_ends_with_the_mean_acceleration_over_its_length(spec: SignalSpec, source: Source) -> None:
    """Of the source samples up to the newest of the EMG's frame; before the first one it was as at the first."""
    front_end = FrontEnd(spec, source)
    samples, moved = worn(source)
    length = max(1, round(spec.frame.length * source.rate_hz / spec.rate_hz))
    for i, frame in enumerate(front_end.push(samples, moved)):
        newest = front_end.timing.newest(i)
        seen = moved[np.maximum(np.arange(newest - length + 1, newest + 1), 0)]
        np.testing.assert_allclose(frame[-3:], seen.mean(axis=0, dtype=np.float64), atol=1e-6)
    assert front_end.timing.span >= length


@every_pair
def test_the_emgs_part_is_that_of_the_model_without(spec: SignalSpec, source: Source) -> None:
    """The acceleration changes nothing before it."""
    samples, moved = worn(source)
    plain = msgspec.structs.replace(spec, acceleration=0)
    frames = FrontEnd(spec, source).push(samples, moved)
    np.testing.assert_array_equal(frames[:, : plain.features], FrontEnd(plain, source).push(samples))


def test_a_source_without_acceleration_is_refused() -> None:
    """One sentence says what is missing and what to do."""
    samples, _ = worn(MYO)
    with pytest.raises(SpecError, match=r"acceleration of 3 axes beside the EMG, and this source has none; use a"):
        FrontEnd(RAW, MYO).push(samples)


@pytest.mark.parametrize("shape", [(300, 2), (300,), (0, 6)])
def test_other_axes_are_refused(shape: tuple[int, ...]) -> None:
    """Both shapes are named."""
    samples = np.zeros((shape[0], 8), np.float32)
    with pytest.raises(SpecError, match=r"an acceleration of shape .*expected \(n, 3\)"):
        FrontEnd(RAW, MYO).push(samples, np.zeros(shape, np.float32))


def test_acceleration_of_other_samples_is_refused() -> None:
    """It belongs to the samples that it comes with."""
    samples, moved = worn(MYO)
    with pytest.raises(SpecError, match="got 300 samples and 299 of acceleration"):
        FrontEnd(RAW, MYO).push(samples, moved[1:])


def test_a_model_without_it_ignores_the_acceleration() -> None:
    """A recording's acceleration may be handed over to any model."""
    samples, moved = worn(MYO)
    plain = default_spec("raw", 15)
    np.testing.assert_array_equal(FrontEnd(plain, MYO).push(samples, moved), FrontEnd(plain, MYO).push(samples))


def test_a_long_stream_keeps_its_place_and_no_past() -> None:
    """Nothing is kept but what the next frame is made of."""
    front_end = FrontEnd(RAW, Source("raw", 250.0, "uV", "ring8"))
    made = 0
    for _ in range(300):
        made += len(front_end.push(np.zeros((37, 8)), np.ones((37, 3))))
    assert made == front_end.timing.outputs(300 * 37)
    assert front_end._acceleration is not None
    assert len(front_end._acceleration._kept) <= math.ceil(250 * 0.05) + math.ceil(250 * 0.025)
