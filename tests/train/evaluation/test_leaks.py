"""Each test tries to leak: it is refused, or it has no effect."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import data_folders, evaluations, takes
from support.evaluations import LEFT_OUT, OWN, SPEC, TESTED, WITH_REST, WITHIN

from emg_edge.errors import ProtocolError
from emg_edge.recordings.recording import Recording
from emg_edge.recordings.takes import find
from emg_edge.signal.frontend import Standardisation
from emg_edge.signal.running import Adaptive
from emg_edge.signal.td6 import td6
from emg_edge.train.data.sequences import learnt_from
from emg_edge.train.data.splits import Side, window_sides
from emg_edge.train.evaluation.folds import refuse_leaks, sides_of
from emg_edge.train.evaluation.job import Job, Variant, run_job
from emg_edge.train.evaluation.plan import plan
from emg_edge.train.evaluation.prepared import Prepared
from emg_edge.train.evaluation.protocol import Protocol, Row, Scale, protocol

LEARNT = (Side.TRAIN, Side.VALIDATION)
ONE, TWO, THREE = (evaluations.person(subject) for subject in (1, 2, 3))
CAUSAL = Row("causal", "adapted", scale="causal")


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMG_EDGE_CACHE", str(tmp_path / "cache"))


def loud_test(one: Recording) -> Recording:
    """Everything that is tested is a hundred times as loud."""
    return evaluations.elsewhere(one, evaluations.in_repetitions(one, TESTED))


def shuffled(one: Recording) -> Recording:
    return takes.with_samples(one, np.random.default_rng(0).permutation(one.samples))


def trained_on(fold: Prepared) -> np.ndarray:
    """All frames that a network sees while it learns."""
    return learnt_from(fold.data.frames(), LEARNT, SPEC.context).frames


def plain(fold: Prepared) -> list[Standardisation]:
    """Scales, and what adaptive ones begin with."""
    return [scale.prior if isinstance(scale, Adaptive) else scale for scale in fold.data.scales]


def test_no_sample_across_the_border_moves_a_test_window() -> None:
    """With everything outside the tested repetitions changed, the test windows that count stay bit for bit."""
    fold = evaluations.fold(WITHIN, "DB1-S1", ONE)
    changed = evaluations.fold(
        WITHIN, "DB1-S1", evaluations.elsewhere(ONE, ~evaluations.in_repetitions(ONE, TESTED), 7.0)
    )
    ends = np.flatnonzero(fold.data.sides[0] == Side.TEST)
    assert len(ends) > 50
    seen = ends[:, None] + np.arange(1 - SPEC.context, 1)
    np.testing.assert_array_equal(changed.data.sides[0], fold.data.sides[0])
    np.testing.assert_array_equal(changed.data.tracks[0].frames[seen], fold.data.tracks[0].frames[seen])
    assert (changed.data.tracks[0].frames != fold.data.tracks[0].frames).any()


@pytest.mark.parametrize("scale", ["training", "causal"])
def test_nothing_tested_moves_what_is_learnt_from(scale: Scale) -> None:
    """A hundredfold signal in the tested repetitions leaves scales, the baseline and its threshold where they were.

    The network's input is the same bit for bit with a fixed scale; one that goes along has heard what was tested
    before, as it does live, so there the prior is what must not move.
    """
    row = msgspec.structs.replace(OWN, scale=scale)
    fold = evaluations.fold(WITH_REST, "DB1-S1", ONE, row=row)
    changed = evaluations.fold(WITH_REST, "DB1-S1", loud_test(ONE), row=row)
    assert plain(changed) == plain(fold)
    if scale == "training":
        np.testing.assert_array_equal(trained_on(changed), trained_on(fold))
        before, after = (one.features(td6).fit([0]) for one in (fold, changed))
        np.testing.assert_allclose(after.coefficients, before.coefficients, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(after.intercepts, before.intercepts, rtol=1e-4, atol=1e-6)
    assert (changed.data.tracks[0].frames != fold.data.tracks[0].frames).any()


def test_only_the_declared_exception_knows_what_is_tested() -> None:
    """The person's whole signal sets the scale where the row says so, and nowhere else."""
    row = msgspec.structs.replace(OWN, scale="own-signal")
    quiet, loud = (evaluations.fold(WITHIN, "DB1-S1", one, row=row) for one in (ONE, loud_test(ONE)))
    assert plain(loud)[0].mean[0] > plain(quiet)[0].mean[0] + 0.5


def test_a_scale_that_goes_along_never_looks_ahead() -> None:
    """Whatever the tested person does later, no frame until then is another."""
    later = np.arange(len(TWO.samples)) >= len(TWO.samples) // 2
    fold = evaluations.fold(LEFT_OUT, "DB1-S2", ONE, TWO, row=CAUSAL)
    changed = evaluations.fold(LEFT_OUT, "DB1-S2", ONE, evaluations.elsewhere(TWO, later), row=CAUSAL)
    begin = len(fold.data.tracks[0].frames)
    until = begin + int(np.searchsorted(fold.data.tracks[1].ends, len(TWO.samples) // 2))
    before, after = fold.data.frames().frames, changed.data.frames().frames
    np.testing.assert_array_equal(after[:until], before[:until])
    assert (after[until + 1 :] != before[until + 1 :]).all(axis=1).any()


def test_calibration_repetitions_alone_enter_the_prior() -> None:
    """The other repetitions of the tested person's recording are not heard before they come."""
    row = msgspec.structs.replace(CAUSAL, calibration=(1,))
    tested = ~evaluations.in_repetitions(TWO, (1,))
    fold = evaluations.fold(LEFT_OUT, "DB1-S2", ONE, TWO, row=row)
    changed = evaluations.fold(LEFT_OUT, "DB1-S2", ONE, evaluations.elsewhere(TWO, tested), row=row)
    assert plain(changed) == plain(fold)
    calibrated = evaluations.elsewhere(TWO, ~tested)
    assert plain(evaluations.fold(LEFT_OUT, "DB1-S2", ONE, calibrated, row=row)) != plain(fold)


def test_the_other_ring_of_a_take_is_the_same_repetition() -> None:
    """Trained on through one ring and tested through the other is refused, whatever made the sides."""
    rings = [evaluations.blank([1, 1, 2, 2], ring=ring, take="DB5-S1-D1-A") for ring in ("upper", "lower")]
    sides = [np.array(side, np.int8) for side in ([1, 1, 3, 3], [3, 3, 3, 3])]
    refuse_leaks(rings, [sides[0], sides[0]])
    with pytest.raises(ProtocolError, match="repetition 1 of DB5-S1-D1-A would be both trained on and tested: a leak"):
        refuse_leaks(rings, sides)
    sides[0][:2] = Side.VALIDATION
    with pytest.raises(ProtocolError, match="a leak"):
        refuse_leaks(rings, sides)


@pytest.mark.parametrize("group", [("a", "b"), ("b", "a"), ("elsewhere", "a", "b")])
def test_copies_on_two_sides_are_refused(group: Sequence[str]) -> None:
    """Also where the first of the copies takes no part; on one side, copies only weigh more."""
    pair = [evaluations.blank([1, 2], take=take, wearer=take) for take in ("a", "b")]
    train, test = np.full(2, Side.TRAIN, np.int8), np.full(2, Side.TEST, np.int8)
    refuse_leaks(pair, [train, train], [group])
    refuse_leaks(pair, [test, test], [group])
    refuse_leaks(
        pair,
        [np.array([Side.TRAIN, Side.TEST], np.int8), np.zeros(2, np.int8)],
        [group],
    )
    with pytest.raises(ProtocolError, match="a and b are copies of one recording, and one would be trained on while"):
        refuse_leaks(pair, [train, test], [group])


PEOPLE = (
    "PreTrainingDataset/Female0/training0",
    "PreTrainingDataset/Male0/training0",
    "EvaluationDataset/Female0/training0",
    "EvaluationDataset/Male0/training0",
)
BASELINE = Variant(network=False)


def cote_allard(root: Path, wearer: str) -> Job:
    """The job in which the decoder learns from the others first."""
    jobs = plan(protocol("cote-allard"), find(root, "cote-allard"), (), 1, BASELINE)
    return next(job for job in jobs if job.row.pretrain and job.wearer == wearer)


def no_network(*_: object) -> bytes:
    raise AssertionError("no network was asked for")


def test_published_duplicates_are_refused(tmp_path: Path) -> None:
    """A tested person whose files lie among the pre-training people's under another name."""
    data_folders.cote_allard(tmp_path, PEOPLE)
    assert run_job(cote_allard(tmp_path, "COTE-eval-Female0"), no_network)
    shutil.copytree(tmp_path / PEOPLE[2], tmp_path / "PreTrainingDataset" / "Female7" / "training0")
    with pytest.raises(ProtocolError, match=r"COTE-pre-Female7-.* and COTE-eval-Female0-.* are copies of"):
        run_job(cote_allard(tmp_path, "COTE-eval-Female0"), no_network)
    assert run_job(cote_allard(tmp_path, "COTE-eval-Male0"), no_network)


def test_one_copied_file_is_enough(tmp_path: Path) -> None:
    """Under another movement and repetition of another person."""
    data_folders.cote_allard(tmp_path, PEOPLE)
    shutil.copy(tmp_path / PEOPLE[2] / "classe_23.dat", tmp_path / PEOPLE[1] / "classe_5.dat")
    with pytest.raises(ProtocolError, match=r"COTE-pre-Male0-D1-M18-R1 and COTE-eval-Female0-D1-.*-R4 are copies"):
        run_job(cote_allard(tmp_path, "COTE-eval-Female0"), no_network)


def test_thresholds_weights_and_calibration_never_see_what_is_tested() -> None:
    """With other samples in the tested repetitions, all that a network keeps from training is the same."""
    fold = evaluations.fold(WITH_REST, "DB1-S1", ONE)
    changed = evaluations.fold(WITH_REST, "DB1-S1", loud_test(ONE))
    held = fold.held_rest(0)
    assert set(fold.data.tracks[0].repetition[held]) == {6}
    assert set(fold.data.tracks[0].movement[held]) == {0}
    np.testing.assert_array_equal(changed.held_rest(0), held)
    seen = held[:, None] + np.arange(1 - SPEC.context, 1)
    np.testing.assert_array_equal(changed.data.frames().frames[seen], fold.data.frames().frames[seen])
    before, after = evaluations.learnt(fold), evaluations.learnt(changed)
    assert evaluations.same_weights(before, after)
    np.testing.assert_array_equal(after.calibration, before.calibration)
    learnable = np.isin(fold.data.sides[0], LEARNT)
    windows = fold.data.frames().frames[np.flatnonzero(learnable)[:, None] + np.arange(1 - SPEC.context, 1)]
    assert {window.tobytes() for window in before.calibration} <= {window.tobytes() for window in windows}


def test_a_left_out_person_never_touches_the_network() -> None:
    """Another signal, other labels, a longer recording: the others teach the same weights."""
    plainly = evaluations.learnt(evaluations.fold(LEFT_OUT, "DB1-S2", ONE, TWO, THREE))
    other = evaluations.person(2, hold_s=2.0, movements=(3, 2, 1))
    found = evaluations.learnt(
        evaluations.fold(LEFT_OUT, "DB1-S2", ONE, evaluations.elsewhere(other, other.movement > 0), THREE)
    )
    assert evaluations.same_weights(plainly, found)
    np.testing.assert_array_equal(found.calibration, plainly.calibration)
    taught = evaluations.learnt(evaluations.fold(LEFT_OUT, "DB1-S2", evaluations.person(4), TWO, THREE))
    assert not evaluations.same_weights(plainly, taught)


def test_calibration_repetitions_do_touch_it() -> None:
    """They are the exception that the row declares; the person's other repetitions still do not."""
    row = msgspec.structs.replace(OWN, calibration=(1,))
    plainly = evaluations.learnt(evaluations.fold(LEFT_OUT, "DB1-S2", ONE, TWO, row=row))
    tested = evaluations.elsewhere(TWO, ~evaluations.in_repetitions(TWO, (1,)))
    assert evaluations.same_weights(
        plainly, evaluations.learnt(evaluations.fold(LEFT_OUT, "DB1-S2", ONE, tested, row=row))
    )
    random = np.random.default_rng(0).permutation(TWO.samples)
    calibrated = evaluations.takes.with_samples(TWO, random)
    assert not evaluations.same_weights(
        plainly, evaluations.learnt(evaluations.fold(LEFT_OUT, "DB1-S2", ONE, calibrated, row=row))
    )


def test_pre_training_never_meets_the_tested_person(tmp_path: Path) -> None:
    """One pre-training serves the person whatever they did; another teacher makes another one."""
    row = msgspec.structs.replace(OWN, pretrain=True)

    def kept(*people: Recording) -> int:
        evaluations.learnt(evaluations.fold(WITHIN, "DB1-S2", *people, row=row))
        return len(list((tmp_path / "cache" / "pretrained").iterdir()))

    assert kept(ONE, TWO) == 1
    assert kept(ONE, shuffled(TWO)) == 1
    assert kept(THREE, TWO) == 2


STRETCHES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2), st.integers(1, 12)), min_size=1, max_size=20)


@given(
    stretches=STRETCHES,
    tested=st.sets(st.integers(1, 6), max_size=4),
    context=st.integers(1, 9),
    rest=st.booleans(),
    evaluation=st.sampled_from(["WithinSession", "CrossSubject"]),
    wearer=st.sampled_from(["DB1-S1", "DB1-S2"]),
)
def test_windows_of_one_repetition_never_part(
    stretches: list[tuple[int, int, int]],
    tested: set[int],
    context: int,
    rest: bool,
    evaluation: str,
    wearer: str,
) -> None:
    """Random splitting of windows can't be asked for: a repetition has one side, and no two sides share a frame."""
    lengths = [length for *_, length in stretches]
    repetition = np.repeat([number for number, *_ in stretches], lengths)
    movement = np.repeat([number for _, number, _ in stretches], lengths)
    track = evaluations.blank(repetition.tolist(), movement.tolist())
    frozen: Protocol = msgspec.structs.replace(WITHIN, rest=rest, evaluation=evaluation)
    row = msgspec.structs.replace(OWN, test=tuple(tested), calibration=tuple(tested))
    sides = sides_of(frozen, row, wearer, [track])
    refuse_leaks([track], sides)
    found = window_sides(sides[0], track.movement, track.reach(context), rest=rest)
    learnt, asked = np.isin(found, LEARNT), found == Side.TEST
    assert not set(repetition[learnt]) & set(repetition[asked])
    reach = np.arange(1 - track.reach(context), 1)
    touched = [set((np.flatnonzero(rows)[:, None] + reach).ravel()) for rows in (learnt, asked)]
    assert not touched[0] & touched[1]
