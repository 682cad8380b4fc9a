import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from emg_edge.train.fitting.augment import augment
from emg_edge.train.fitting.recipe import Recipe

CHANNELS, CLIP = 8, 2.5
NONE = {"gain": 0.0, "noise": 0.0}


def frames() -> NDArray[np.float32]:
    """Eight electrodes and a ninth feature that is none, (64 sequences, 30 frames, 9)."""
    return np.random.default_rng(1).uniform(-1, 1, (64, 30, CHANNELS + 1)).astype(np.float32)


def varied(seed: int = 5, **settings: float) -> NDArray[np.float32]:
    recipe = Recipe(**{**NONE, **settings})
    found = augment(tf.constant(frames()), recipe, CHANNELS, CLIP, tf.constant([seed, 0])).numpy()
    np.testing.assert_array_equal(found[..., CHANNELS:], frames()[..., CHANNELS:])  # what is no electrode stays
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
