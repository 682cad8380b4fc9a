import numpy as np
import pytest
from support.evaluations import blank

from emg_edge.errors import RecordingError
from emg_edge.signal.frontend import Standardisation
from emg_edge.signal.source import Unit
from emg_edge.train.data.scaling import fit_scales, mean_scales, scale_of, sittings, training_movements, training_rows
from emg_edge.train.data.splits import Side
from emg_edge.train.data.track import Track

TRAIN, VALIDATION, TEST = Side.TRAIN, Side.VALIDATION, Side.TEST


def least(_unit: Unit) -> float:
    return 0.5


def rows(*values: float) -> np.ndarray:
    return np.array(values, np.float32)[:, None]


def all_of(tracks: list[Track]) -> list[np.ndarray]:
    return [np.ones(len(track.frames), bool) for track in tracks]


def none_of(track: Track) -> np.ndarray:
    return np.zeros(len(track.frames), bool)


def test_files_of_one_sitting_share_a_scale() -> None:
    """Of one wearer, session and ring; another session, ring or wearer has its own."""
    tracks = [
        blank([1], take="a"),
        blank([2], take="b"),
        blank([1], session=2),
        blank([1], ring="upper"),
        blank([1], wearer="DB1-S2"),
    ]
    assert sittings(tracks) == [[0, 1], [2], [3], [4]]
    values = [rows(0), rows(4), rows(10), rows(20), rows(30)]
    scales = fit_scales(tracks, values, all_of(tracks), least)
    assert [scale.mean for scale in scales] == [(2,), (2,), (10,), (20,), (30,)]
    assert [scale.sd for scale in scales] == [(2,), (2,), (0.5,), (0.5,), (0.5,)]


def test_only_fitted_rows_count() -> None:
    """The others may hold anything."""
    one = blank([1, 1, 2, 2])
    fitted = np.array([True, True, False, False])
    assert fit_scales([one], [rows(1, 3, np.nan, 1e9)], [fitted], least) == [Standardisation((2.0,), (1.0,))]


def test_a_stranger_borrows_the_mean_of_the_others_in_their_unit() -> None:
    """Means are averaged, deviations as root mean square; volts say nothing about counts."""
    tracks = [
        blank([1, 1], wearer="a"),
        blank([1, 1], wearer="b"),
        blank([1, 1], wearer="c", unit="myo-count"),
        blank([1, 1], wearer="d"),
    ]
    values = [rows(-1, 1), rows(-5, 9), rows(700, 900), rows(50, 60)]
    fitted = [*all_of(tracks[:3]), none_of(tracks[3])]
    assert fit_scales(tracks, values, fitted, least, strangers=True)[3] == Standardisation((1.0,), (5.0,))
    with pytest.raises(RecordingError, match="DB1-S1-D1-A has no movement in its training repetitions; leave it out"):
        fit_scales(tracks, values, fitted, least)
    counts = [blank([1], wearer="e", unit="uV"), *tracks]
    with pytest.raises(RecordingError, match="has no movement"):
        fit_scales(counts, [rows(1), *values], [none_of(counts[0]), *fitted], least, strangers=True)


def test_another_day_borrows_from_the_persons_own_days_first() -> None:
    """Other people come in only where there are none."""
    tracks = [blank([1], session=1), blank([1], session=2), blank([1], session=3), blank([1], wearer="other")]
    fitted = [*all_of(tracks[:2]), none_of(tracks[2]), *all_of(tracks[3:])]
    scales = fit_scales(tracks, [rows(1), rows(3), rows(9), rows(100)], fitted, least, strangers=True)
    assert scales[2].mean == (2.0,)


def test_rows_of_training_touch_no_other_side() -> None:
    """A frame at the border is partly made of samples of the other side, and does not count; validation is training."""
    track = blank([1] * 6 + [2] * 6, [0] * 3 + [5] * 9, overlap=2)
    side = np.array([TEST] * 6 + [TRAIN] * 4 + [VALIDATION] * 2, np.int8)
    assert training_rows([track], [side])[0].tolist() == [False] * 8 + [True] * 4
    assert training_rows([track], [side], context=3)[0].tolist() == [False] * 10 + [True] * 2
    flipped = np.where(side == TEST, np.int8(TRAIN), np.int8(TEST))
    assert training_rows([track], [flipped])[0].tolist() == [False] * 2 + [True] * 4 + [False] * 6
    assert training_movements([track], [flipped])[0].tolist() == [False] * 3 + [True] * 3 + [False] * 6


def test_a_flat_feature_has_a_floor() -> None:
    """Of its own, where features differ in it."""
    flat = scale_of(np.full((9, 2), 3.0, np.float32), (0.1, 0.2))
    assert flat == Standardisation((3.0, 3.0), (0.1, 0.2))


def test_means_are_kept_apart_by_unit() -> None:
    """One for each unit that occurs."""
    tracks = [blank([1]), blank([1], unit="myo-count"), blank([1])]
    scales = [Standardisation((mean,), (sd,)) for mean, sd in ((1.0, 3.0), (50.0, 1.0), (3.0, 4.0))]
    found = mean_scales(tracks, scales)
    assert found["myo-count"] == scales[1]
    assert found["db1-volt"].mean == (2.0,)
    assert found["db1-volt"].sd == pytest.approx((np.sqrt(12.5),))
    assert set(found) == {"myo-count", "db1-volt"}
