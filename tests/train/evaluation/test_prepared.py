import msgspec
import numpy as np
import pytest
from support import evaluations
from support.evaluations import LEFT_OUT, OWN, SPEC, TESTED, WITH_REST, WITHIN

from emg_edge.errors import RecordingError
from emg_edge.signal.running import Adaptive
from emg_edge.signal.td6 import NAMES, NAMES4, td4, td6
from emg_edge.train.data.splits import Side
from emg_edge.train.evaluation.prepared import prepare

ONE, TWO = (evaluations.person(subject) for subject in (1, 2))


def test_every_hop_of_what_is_tested_is_asked() -> None:
    """Transitions and rest included, and nothing else; what counts as a window is a part of it."""
    fold = evaluations.fold(WITHIN, "DB1-S1", ONE)
    asked, track = fold.asked(0), fold.data.tracks[0]
    np.testing.assert_array_equal(asked, np.flatnonzero(np.isin(track.repetition, TESTED)))
    assert (track.movement[asked] == 0).any()
    assert set(fold.data.decided(0, Side.TEST)) < set(asked)


def test_held_rest_is_settled_rest_of_the_last_training_repetition() -> None:
    """Without rest there is none."""
    fold = evaluations.fold(WITH_REST, "DB1-S1", ONE)
    track = fold.data.tracks[0]
    assert len(fold.held_rest(0)) > 10
    for frame in fold.held_rest(0):
        seen = slice(frame + 1 - SPEC.context, frame + 1)
        assert set(track.repetition[seen]) == {6}
        assert not track.movement[frame - 3 : frame + 1].any()
    assert not len(evaluations.fold(WITHIN, "DB1-S1", ONE).held_rest(0))


def test_tracks_that_take_no_part_are_gone() -> None:
    """Another person's, in a decoder of one's own; they remain where they teach."""
    own = evaluations.fold(WITHIN, "DB1-S1", ONE, TWO)
    assert [track.wearer for track in own.data.tracks] == ["DB1-S1"]
    others = evaluations.fold(LEFT_OUT, "DB1-S1", ONE, TWO)
    assert ([track.wearer for track in others.data.tracks], others.trained) == (["DB1-S1", "DB1-S2"], [False, True])


@pytest.mark.parametrize(
    ("row", "repetitions", "verb"),
    [(OWN, 1, "test"), (msgspec.structs.replace(OWN, train=(9,)), 6, "train")],
    ids=["nothing to test", "nothing to train"],
)
@pytest.mark.parametrize("pretrain", [False, True])
def test_a_person_without_the_repetitions_is_named(
    row: evaluations.Row, repetitions: int, verb: str, pretrain: bool
) -> None:
    """What other people have does not stand in for it."""
    row = msgspec.structs.replace(row, pretrain=pretrain)
    with pytest.raises(RecordingError, match=f"DB1-S1 has no repetition to {verb} on under tiny; add the missing"):
        evaluations.fold(WITHIN, "DB1-S1", evaluations.person(1, repetitions=repetitions), TWO, row=row)


def test_alone_nobody_can_be_left_out() -> None:
    """There is nobody to learn from."""
    with pytest.raises(RecordingError, match="DB1-S1 has no repetition to train on"):
        evaluations.fold(LEFT_OUT, "DB1-S1", ONE)


def test_a_file_shorter_than_a_context_is_asked_nothing() -> None:
    """It lies beside whole ones, and costs no more than itself."""
    tracks = evaluations.tracks(ONE)
    short = evaluations.blank([2, 2], [1, 1], take="short", overlap=tracks[0].overlap)
    fold = prepare(WITHIN, OWN, "DB1-S1", (*tracks, short), SPEC, ())
    assert not len(fold.asked(1))
    assert [len(values) > 0 for values in fold.features(td6).values] == [True, False]


def test_a_movement_that_is_only_tested_is_no_class() -> None:
    """Its windows count for nobody; without it the person still has a decoder."""
    movement = np.where((ONE.movement == 3) & ~evaluations.in_repetitions(ONE, TESTED), 0, ONE.movement)
    fold = evaluations.fold(WITHIN, "DB1-S1", evaluations.takes.with_labels(ONE, movement.astype(np.int16)))
    assert fold.data.movements == (1, 2)
    assert fold.unscored == (3,)
    assert evaluations.fold(WITHIN, "DB1-S1", ONE).unscored == ()
    scored = fold.data.decided(0, Side.TEST)
    assert set(fold.data.tracks[0].movement[scored]) == {1, 2}
    assert 3 in fold.data.tracks[0].movement[fold.asked(0)]


@pytest.mark.parametrize(("features", "names"), [(td6, NAMES), (td4, NAMES4)])
def test_features_are_standardised_on_whole_training_windows(features: object, names: tuple[str, ...]) -> None:
    """Of movements: their mean is nought and their deviation one, but for features that are always the same."""
    fold = evaluations.fold(WITHIN, "DB1-S1", ONE)
    found = fold.features(features)
    assert found.values[0].shape == (len(found.frames[0]), 8 * len(names))
    track, frames = fold.data.tracks[0], found.frames[0]
    reach = np.arange(1 - track.reach(SPEC.context), 1)
    inside = frames[frames + reach[0] >= 0]
    whole = np.isin(track.repetition[inside[:, None] + reach], (1, 3, 4, 6)).all(axis=1) & (track.movement[inside] > 0)
    rows = found.values[0][np.isin(frames, inside[whole])]
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-3)
    varied = rows.std(axis=0) > 0.5
    assert varied.sum() >= 8 * 2
    np.testing.assert_allclose(rows.std(axis=0)[varied], 1, atol=1e-3)


def test_baseline_and_network_are_treated_alike() -> None:
    """A scale that goes along goes along with the baseline's features too, from a prior of the training people."""
    row = msgspec.structs.replace(OWN, scale="causal")
    fold = evaluations.fold(LEFT_OUT, "DB1-S2", ONE, TWO, row=row)
    assert all(isinstance(scale, Adaptive) for scale in fold.data.scales)
    loud = evaluations.elsewhere(TWO, np.arange(len(TWO.samples)) > len(TWO.samples) // 2)
    changed = evaluations.fold(LEFT_OUT, "DB1-S2", ONE, loud, row=row)
    before, after = fold.features(td6).values[1], changed.features(td6).values[1]
    half = len(before) // 2 - 5
    np.testing.assert_allclose(after[:half], before[:half], atol=1e-4)
    assert not np.allclose(after[half + 10 :], before[half + 10 :], atol=1e-2)
