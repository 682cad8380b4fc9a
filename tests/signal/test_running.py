import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emg_edge.errors import SpecError
from emg_edge.signal.frontend import FrontEnd, Standardisation
from emg_edge.signal.running import LEAST_SD, Adaptive
from emg_edge.signal.source import Source
from emg_edge.signal.spec import default_spec

PRIOR = Standardisation((1.0, -2.0, 0.5), (0.7, 1.5, 1.0))
CLIP = 2.5
half_lives = pytest.mark.parametrize("half_life", [math.inf, 400.0, 3.0])


def log_frames(n: int = 300, away: float = 1.0) -> NDArray[np.float32]:
    """Frames of a wearer who differs from the prior by `away` deviations, and half as much in spread."""
    mean, sd = np.array(PRIOR.mean), np.array(PRIOR.sd)
    return np.random.default_rng(8).normal(mean + away * sd, 0.5 * sd, (n, 3)).astype(np.float32)


def welford(
    frames: NDArray[np.float32], weight: float, half_life: float
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Mean and sd after each frame by West's weighted form of Welford's recursion, the prior as the past."""
    factor = 0.5 ** (1 / half_life)
    mean = np.array(PRIOR.mean)
    n, m2 = weight, weight * np.array(PRIOR.sd) ** 2
    after = []
    for x in frames.astype(np.float64):
        n = factor * n + 1
        away = x - mean
        mean = mean + away / n
        m2 = factor * m2 + away * (x - mean)
        after.append((mean, np.sqrt(m2 / n)))
    return after


@half_lives
@pytest.mark.parametrize("away", [0.0, 1.0, 100.0])
def test_each_frame_is_standardised_by_itself_and_those_before(half_life: float, away: float) -> None:
    """It agrees with Welford's recursion, frame by frame, also for a wearer far from the prior."""
    frames = log_frames(away=away)
    found = Adaptive(PRIOR, 50, half_life).apply(frames, 1e9)
    expected = [
        (x - m) / np.maximum(sd, LEAST_SD * np.array(PRIOR.sd))
        for x, (m, sd) in zip(frames, welford(frames, 50, half_life), strict=True)
    ]
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-4)  # of float32 frames
    mean, sd = welford(frames, 50, half_life)[-1]
    running = Adaptive(PRIOR, 50, half_life).start()
    running.apply(frames, CLIP)
    np.testing.assert_allclose(running.now.mean, mean, rtol=1e-10)
    np.testing.assert_allclose(running.now.sd, np.maximum(sd, LEAST_SD * np.array(PRIOR.sd)), rtol=1e-9)


@half_lives
@settings(max_examples=25)
@given(cuts=st.lists(st.integers(0, 40), min_size=1, max_size=20))
def test_one_by_one_or_at_once_are_the_same_bits(half_life: float, cuts: list[int]) -> None:
    """However the frames are cut; after a reset it begins with the prior again."""
    how = Adaptive(PRIOR, 20, half_life)
    frames = log_frames()
    whole = how.apply(frames, CLIP)
    assert whole.dtype == np.float32
    running = how.start()
    one_by_one = [running.apply(frame[None], CLIP) for frame in frames]
    np.testing.assert_array_equal(np.concatenate(one_by_one), whole)
    running.reset()
    parts = [running.apply(part, CLIP) for part in np.split(frames, np.minimum(np.cumsum(cuts), len(frames)))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize("weight", [20.0, 50.0])
def test_active_frames_alone_can_be_taken_in(weight: float) -> None:
    """As many quiet frames hardly move the mean; the cut of the stream changes no bit."""
    busy, quiet = log_frames(200, away=2.0), log_frames(200, away=-4.0)
    mixed = np.concatenate([part for k in range(0, 200, 20) for part in (quiet[k : k + 20], busy[k : k + 20])])
    how = Adaptive(PRIOR, weight, usual=-1.0)
    running = how.start()
    parts = [running.apply(part, CLIP) for part in np.array_split(mixed, 37)]
    np.testing.assert_array_equal(np.concatenate(parts), how.apply(mixed, CLIP))
    alone = Adaptive(PRIOR, weight).start()
    alone.apply(busy, CLIP)
    every = Adaptive(PRIOR, weight).start()
    every.apply(mixed, CLIP)
    moved, dragged = (np.subtract(alone.now.mean, one.now.mean) for one in (running, every))
    assert (np.abs(moved) < 0.1 * dragged).all()
    running.reset()
    np.testing.assert_array_equal(running.apply(mixed, CLIP), how.apply(mixed, CLIP))


@half_lives
def test_nothing_is_known_of_frames_to_come(half_life: float) -> None:
    """What follows a frame does not move it."""
    frames = log_frames()
    changed = frames.copy()
    changed[200:] += 5
    before, after = (Adaptive(PRIOR, 20, half_life).apply(x, CLIP) for x in (frames, changed))
    np.testing.assert_array_equal(after[:200], before[:200])
    assert (after[200] != before[200]).all()


def test_it_goes_from_the_prior_to_the_wearer() -> None:
    """With as many frames as the prior weighs it is half-way; with many more it is the wearer's own mean and spread."""
    frames = log_frames(20_000)
    running = Adaptive(PRIOR, 100).start()
    assert running.now == PRIOR
    running.apply(frames[:100], CLIP)
    np.testing.assert_allclose(running.now.mean, (np.array(PRIOR.mean) + frames[:100].mean(axis=0)) / 2, atol=1e-6)
    running.apply(frames[100:], CLIP)
    np.testing.assert_allclose(running.now.mean, frames.mean(axis=0), atol=0.01)
    np.testing.assert_allclose(running.now.sd, frames.std(axis=0), rtol=0.02)


def test_a_prior_of_great_weight_is_the_plain_standardisation() -> None:
    """The frames are those of Standardisation.apply, bit for bit."""
    frames = log_frames()
    np.testing.assert_array_equal(Adaptive(PRIOR, 1e15).apply(frames, CLIP), PRIOR.apply(frames, CLIP))


def test_what_is_forgotten_moves_nothing_any_more() -> None:
    """Twenty half-lives after a change, the wearer is as they are now; without forgetting, half-way."""
    frames = np.concatenate([log_frames(2000, 0.0), log_frames(2000, 2.0)])
    forgetting, remembering = Adaptive(PRIOR, 10, 100).start(), Adaptive(PRIOR, 10).start()
    for running in (forgetting, remembering):
        running.apply(frames, CLIP)
    at_last = np.array(PRIOR.mean) + 2 * np.array(PRIOR.sd)
    np.testing.assert_allclose(forgetting.now.mean, at_last, atol=0.2)
    np.testing.assert_allclose(remembering.now.mean, at_last - np.array(PRIOR.sd), atol=0.1)


def test_long_rest_does_not_make_noise_look_like_effort() -> None:
    """However still the wearer is, the deviation stays above a share of the prior's."""
    still = np.tile(np.array(PRIOR.mean, np.float32), (100_000, 1))
    running = Adaptive(PRIOR, 10).start()
    assert np.isfinite(running.apply(still, CLIP)).all()
    np.testing.assert_allclose(running.now.sd, LEAST_SD * np.array(PRIOR.sd))


def test_no_frames_change_nothing() -> None:
    """An empty block is an empty block."""
    running = Adaptive(PRIOR, 10).start()
    assert running.apply(np.empty((0, 3), np.float32), CLIP).shape == (0, 3)
    assert running.now == PRIOR


def test_a_front_end_takes_it_for_a_scale() -> None:
    """It learns along the stream, and what it has learned outlives a gap in it."""
    spec, source = default_spec("raw", 15), Source("raw", 200.0, "myo-count", "ring8")
    prior = Standardisation((2.0,) * 8, (1.0,) * 8)
    x = np.random.default_rng(9).normal(0, 30, (4000, 8))
    plain = FrontEnd(spec, source).push(x)
    running = Adaptive(prior, 50).start()
    front_end = FrontEnd(spec, source, running)
    np.testing.assert_array_equal(front_end.push(x), Adaptive(prior, 50).apply(plain, spec.clip))
    learned = running.now
    front_end.reset()
    assert running.now == learned != prior
    with pytest.raises(SpecError, match="has 3 features, the model's frames 8"):
        FrontEnd(spec, source, Adaptive(PRIOR, 50).start())


@pytest.mark.parametrize(
    ("weight", "half_life"), [(0, 5), (-1, 5), (math.inf, 5), (5, 0), (math.nan, 5), (5, math.nan)]
)
def test_a_prior_needs_a_weight_and_time(weight: float, half_life: float) -> None:
    """Both numbers are named."""
    with pytest.raises(SpecError, match=f"as much as {weight:g} frames, with a half-life of {half_life:g}"):
        Adaptive(PRIOR, weight, half_life)
