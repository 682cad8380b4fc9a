from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from emg_edge.recordings.takes import recordings
from emg_edge.signal.alignment import pattern, turns
from emg_edge.signal.frontend import FrontEnd
from emg_edge.signal.spec import default_spec

MOVEMENTS = tuple(range(1, 13))


@pytest.mark.parametrize(("shift", "mirrored"), [(0, False), (3, False), (0, True), (5, True), (7, True)])
def test_a_turned_ring_is_found(shift: int, mirrored: bool) -> None:
    """Of all 16 rotations and reflections the one that was made correlates at 1, and stands first."""
    one = np.random.default_rng(2).normal(size=(12, 8))
    k = np.arange(8)
    other = np.empty_like(one)
    other[:, (shift - k if mirrored else shift + k) % 8] = one
    found = turns(one, other)
    assert len(found) == 16
    assert (found[0].shift, found[0].mirrored) == (shift, mirrored)
    assert found[0].correlation == pytest.approx(1)
    assert found[0].is_identity == ((shift, mirrored) == (0, False))
    assert found[1].correlation < 0.9


def test_a_pattern_is_the_mean_of_each_movement_standardised_a_channel() -> None:
    """Neither an amplifier's gain nor a loud electrode changes it."""
    frames, movement = np.random.default_rng(2).normal(size=(600, 8)), np.repeat([1, 2, 3, 0], 150)
    found = pattern(frames, movement, (1, 2, 3))
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(found.std(axis=0), 1)
    np.testing.assert_allclose(pattern(7 * frames + np.arange(8), movement, (1, 2, 3)), found, atol=1e-9)


@pytest.mark.realdata
def test_db1_lies_mirrored_on_db5(shared_data: Path) -> None:
    """Column by column the 22 people's patterns correlate at 0.45; with DB1 mirrored, as we merge it, at 0.70.

    That is the best of all 16 turns by far.
    """
    spec = default_spec("envelope", 7)

    def mean_pattern(database: str, ring: str | None) -> NDArray[np.float64]:
        each = []  # mean log amplitude of the movements, (12, 8), a person
        for recording in recordings(shared_data / "ninapro", database):
            front_end = FrontEnd(spec, recording.source, ring=ring)
            frames = front_end.push(recording.samples)
            movement = recording.movement[front_end.timing.newest(np.arange(len(frames)))]
            each.append([frames[movement == m].mean(axis=0, dtype=np.float64) for m in MOVEMENTS])
        return pattern(np.mean(each, axis=0), np.array(MOVEMENTS), MOVEMENTS)

    db1, db5 = mean_pattern("DB1", None), mean_pattern("DB5", "upper")
    as_merged = turns(db1, db5)
    assert as_merged[0].is_identity
    assert as_merged[0].correlation == pytest.approx(0.70, abs=0.01)
    assert as_merged[1].correlation < 0.6
    as_in_the_file = turns(db1[:, ::-1], db5)
    assert (as_in_the_file[0].shift, as_in_the_file[0].mirrored) == (7, True)
    assert next(turn for turn in as_in_the_file if turn.is_identity).correlation == pytest.approx(0.45, abs=0.01)
