import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from emg_edge.signal.spec import AXES, SignalSpec, default_spec
from emg_edge.train.fitting.augment import augment
from emg_edge.train.fitting.recipe import Recipe

CHANNELS, CLIP = 8, 2.5
SPEC = default_spec("raw", 15, acceleration=AXES)
NONE = {"gain": 0.0, "noise": 0.0}


def frames() -> NDArray[np.float32]:
    """Eight electrodes and an accelerometer's axes, (64 sequences, 30 frames, 11)."""
    return np.random.default_rng(1).uniform(-1, 1, (64, 30, CHANNELS + AXES)).astype(np.float32)


def varied(seed: int = 5, **settings: float) -> NDArray[np.float32]:
    recipe = Recipe(**{**NONE, **settings})
    found = augment(tf.constant(frames()), recipe, SPEC, tf.constant([seed, 0])).numpy()
    if "noise" not in settings:  # all else is of electrodes alone
        np.testing.assert_array_equal(found[..., CHANNELS:], frames()[..., CHANNELS:])
    return np.asarray(found[..., :CHANNELS])


PLAIN = frames()[..., :CHANNELS]


def test_without_any_nothing_changes() -> None:
    """All settings at nought."""
    np.testing.assert_array_equal(varied(), PLAIN)


def test_a_gain_is_one_offset_a_sequence() -> None:
    """It is the same for all frames and channels of a sequence, and another for the next."""
    offset = varied(gain=0.5) - PLAIN
    assert np.ptp(offset, axis=(1, 2)).max() < 1e-6
    assert 0.3 < offset.mean(axis=(1, 2)).std() < 0.7


def test_a_channel_gain_is_one_offset_a_channel() -> None:
    """It is the same for all frames of a sequence's channel."""
    offset = varied(channel_gain=0.5) - PLAIN
    assert np.ptp(offset, axis=1).max() < 1e-6
    assert 0.4 < offset.mean(axis=1).std() < 0.6


def test_noise_is_a_frames_own() -> None:
    """White, over frames and channels."""
    assert 0.45 < (varied(noise=0.5) - PLAIN).std() < 0.55


def test_a_dropped_channel_lies_flat_at_the_lowest_value() -> None:
    """For a whole sequence; the others are untouched."""
    found = varied(channel_dropout=0.2)
    flat = (found == -CLIP).all(axis=1)
    assert 0.1 < flat.mean() < 0.3
    untouched = ~flat[:, None].repeat(30, axis=1)
    np.testing.assert_array_equal(found[untouched], PLAIN[untouched])


def test_a_turn_lies_between_two_neighbours() -> None:
    """Each sequence is a mixture of two whole shifts of the ring that lie side by side."""
    found = varied(rotation=1.0)
    for one, plain in zip(found[:16], PLAIN[:16], strict=True):
        shifts = np.stack([np.roll(plain, -s, axis=1).ravel() for s in (-1, 0, 1)], axis=1)
        weights = np.linalg.lstsq(shifts, one.ravel(), rcond=None)[0]
        assert weights.sum() == pytest.approx(1, abs=1e-3)
        assert min(abs(weights[0]), abs(weights[2])) < 1e-3
        np.testing.assert_allclose(shifts @ weights, one.ravel(), atol=1e-4)
    assert np.abs(found - PLAIN).max() > 0.1


def test_the_seed_decides() -> None:
    """The same seed gives the same variation, another another."""
    np.testing.assert_array_equal(varied(noise=0.5), varied(noise=0.5))
    assert (varied(noise=0.5) != varied(seed=6, noise=0.5)).any()


def other_frames(spec: SignalSpec, **settings: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Frames of another kind, (64, 30, bands, channels), as they were and varied."""
    plain = np.random.default_rng(2).uniform(-1, 1, (64, 30, spec.features)).astype(np.float32)
    found = augment(tf.constant(plain), Recipe(**{**NONE, **settings}), spec, tf.constant([5, 0])).numpy()
    shape = (64, 30, -1, spec.channels)
    return plain.reshape(shape), np.asarray(found).reshape(shape)


def test_what_happens_to_an_electrode_happens_in_all_its_bands() -> None:
    """A gain, a turn and a loss are the electrode's; its bands do not turn into one another."""
    spec = default_spec("raw", 15, frames="sub-bands")
    plain, found = other_frames(spec, channel_gain=0.5)
    assert np.ptp(found - plain, axis=(1, 2)).max() < 1e-6
    assert (found - plain)[:, 0, 0].std() > 0.3
    _, lost = other_frames(spec, channel_dropout=0.2)
    flat = (lost == -CLIP).all(axis=1)
    assert 0 < flat.mean() < 0.5
    np.testing.assert_array_equal(flat[:, 0], flat[:, 1])
    one_band = default_spec("raw", 15)
    for band in range(2):
        plain, found = other_frames(spec, rotation=1.5)
        alone = augment(
            tf.constant(plain[:, :, band]), Recipe(**{**NONE, "rotation": 1.5}), one_band, tf.constant([5, 0])
        ).numpy()
        np.testing.assert_allclose(found[:, :, band], alone, atol=1e-6)


def test_a_gain_of_samples_is_a_factor() -> None:
    """Nought stays nought, and a lost electrode is nought, the mean of samples."""
    spec = default_spec("raw", 79, frames="raw")
    plain, found = other_frames(spec, gain=0.5)
    factor = found / plain
    assert np.ptp(factor, axis=(1, 2, 3)).max() < 1e-3
    assert 0.3 < np.log(factor[:, 0, 0, 0]).std() < 0.7
    _, lost = other_frames(spec, channel_dropout=0.2)
    assert 0 < (lost == 0).all(axis=1).mean() < 0.5


def test_only_electrodes_around_the_arm_turn() -> None:
    """The two on the finger muscles stay where they are, and are varied as the others are."""
    spec = default_spec("envelope", 7, "ring8+2")
    plain, found = other_frames(spec, rotation=1.0)
    np.testing.assert_array_equal(found[..., 8:], plain[..., 8:])
    assert np.abs(found - plain)[..., :8].max() > 0.1
    plain, found = other_frames(spec, channel_gain=0.5)
    assert np.abs(found - plain)[..., 8:].max() > 0.1


def test_an_acceleration_gets_noise_alone() -> None:
    """Its own, of the same size."""
    recipe = Recipe(**{**NONE, "noise": 0.5})
    found = augment(tf.constant(frames()), recipe, SPEC, tf.constant([5, 0])).numpy()
    assert 0.45 < (found - frames())[..., CHANNELS:].std() < 0.55
