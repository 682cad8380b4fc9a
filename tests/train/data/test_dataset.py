import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from support import takes

from emg_edge.errors import RecordingError
from emg_edge.recordings.recording import Recording
from emg_edge.signal.frontend import ContextStack, FrontEnd
from emg_edge.signal.spec import SignalSpec, default_spec
from emg_edge.train.data.dataset import SETTLE_MS, Dataset, make_dataset
from emg_edge.train.data.splits import Side

RAW, ENVELOPE = default_spec("raw", 15), default_spec("envelope", 7)
MYO = takes.recording(takes.DB5, "DB5")
FAST = takes.recording(takes.DB2, "DB2")
VOLTS = takes.recording(takes.DB1, "DB1", repetitions=10)
BOTH_RINGS = ("upper", "lower")


def dataset(one: Recording, spec: SignalSpec, *, rest: bool = True) -> Dataset:
    rings = BOTH_RINGS if one.source is takes.DB5 else ("only",)
    return make_dataset(takes.tracks(one, spec, *rings), spec, rest=rest)


def side_of_samples(data: Dataset, one: Recording) -> NDArray[np.int8]:
    return data.splits[one.database].sides(one.repetition)


@pytest.mark.parametrize(
    ("one", "spec"),
    [(VOLTS, ENVELOPE), (MYO, ENVELOPE), (MYO, RAW), (FAST, RAW)],
    ids=["DB1", "DB5 as envelope", "DB5", "DB2"],
)
@pytest.mark.parametrize("rest", [True, False])
def test_no_sample_of_a_window_lies_on_another_side(one: Recording, spec: SignalSpec, rest: bool) -> None:
    """Every sample that a window's frames (and their smoothing) are made of has the window's side."""
    data = dataset(one, spec, rest=rest)
    ratio = int(one.source.rate_hz / spec.rate_hz)
    smoothed = int(spec.envelope_ms * one.source.rate_hz / 1000) if one.source.domain == "raw" else 0
    if one is FAST:
        smoothed = 161  # taps of the low-pass before decimation
    frames_reach = (spec.frame.length + (spec.context - 1) * spec.frame.step - 1) * ratio
    front_end = FrontEnd(spec, one.source, ring=data.tracks[0].ring)
    side = side_of_samples(data, one)
    for needed in (Side.TRAIN, Side.VALIDATION, Side.TEST):
        for end in np.flatnonzero(data.sides[0] == needed):
            newest = front_end.timing.newest(end)
            oldest = newest - frames_reach - max(0, smoothed - 1)
            assert oldest >= 0
            assert set(side[oldest : newest + 1]) == {needed}
            settled = one.movement[newest - int(SETTLE_MS * one.source.rate_hz / 1000) : newest + 1]
            assert len(set(settled)) == 1
            assert rest or settled[0] != 0


def test_other_sides_do_not_move_a_test_window() -> None:
    """With everything outside the test repetitions changed, an envelope's test windows stay bit for bit."""
    data = dataset(VOLTS, ENVELOPE)
    outside = side_of_samples(data, VOLTS) != Side.TEST
    elsewhere = np.where(outside[:, None], np.float32(3.0), VOLTS.samples)
    changed = dataset(takes.with_samples(VOLTS, elsewhere), ENVELOPE)
    ends = np.flatnonzero(data.sides[0] == Side.TEST)
    assert len(ends) > 100
    seen = ends[:, None] + np.arange(1 - ENVELOPE.context, 1)
    np.testing.assert_array_equal(data.tracks[0].frames[seen], changed.tracks[0].frames[seen])
    assert (data.tracks[0].frames != changed.tracks[0].frames).any()


@pytest.mark.parametrize(("one", "spec"), [(VOLTS, ENVELOPE), (MYO, RAW)], ids=["DB1", "DB5"])
def test_test_repetitions_never_move_the_standardisation(one: Recording, spec: SignalSpec) -> None:
    """A hundredfold signal in the test repetitions, and at rest, leaves every scale as it was."""
    data = dataset(one, spec)
    side = side_of_samples(data, one)
    loud = takes.with_samples(one, one.samples * np.where(side == Side.TEST, 100, 1).astype(np.float32)[:, None])
    changed = dataset(loud, spec)
    assert (changed.tracks[0].frames != data.tracks[0].frames).any()
    for before, after in zip(data.scales, changed.scales, strict=True):
        np.testing.assert_allclose(after.mean, before.mean, atol=2e-6)
        np.testing.assert_allclose(after.sd, before.sd, atol=2e-6)
    trained = takes.with_samples(one, one.samples * np.where(side == Side.TRAIN, 100, 1).astype(np.float32)[:, None])
    assert dataset(trained, spec).scales[0].mean[0] > data.scales[0].mean[0] + 1


def test_training_movements_have_mean_nought_and_deviation_one() -> None:
    """Per channel, over the frames of movements in training and validation repetitions."""
    data = dataset(MYO, RAW)
    track, scale = data.tracks[1], data.scales[1]
    fitted = np.isin(track.repetition, (1, 3, 4, 6)) & (track.movement != 0)
    standard = (track.frames[fitted] - scale.mean) / scale.sd
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(standard.std(axis=0), 1, atol=1e-4)


def test_a_dead_channel_is_not_blown_up() -> None:
    """Its deviation has a floor."""
    dead = MYO.samples.copy()
    dead[:, 2] = 0
    assert dataset(takes.with_samples(MYO, dead), RAW).scales[0].sd[2] == pytest.approx(0.05)


def test_both_rings_of_a_take_lie_on_one_side() -> None:
    """Side by side, frame by frame."""
    data = dataset(MYO, RAW)
    assert [track.ring for track in data.tracks] == ["upper", "lower"]
    assert data.tracks[0].take == data.tracks[1].take
    np.testing.assert_array_equal(data.sides[0], data.sides[1])
    assert (data.tracks[0].frames != data.tracks[1].frames).any()


def test_rest_is_split_with_the_movement_it_precedes() -> None:
    """Rest is on every side; after the last movement it is on none; without rest it is not there at all."""
    data = dataset(MYO, RAW)
    at_rest = data.tracks[0].movement == 0
    for side in (Side.TRAIN, Side.VALIDATION, Side.TEST):
        assert (at_rest & (data.sides[0] == side)).any()
    unsplit = data.tracks[0].repetition == 0
    assert unsplit.any()
    assert (data.sides[0][unsplit] == Side.NONE).all()
    assert data.movements == (0, 1, 2, 3)
    without = dataset(MYO, RAW, rest=False)
    assert without.movements == (1, 2, 3)
    assert not (without.tracks[0].movement[without.sides[0] != Side.NONE] == 0).any()


def test_a_movement_that_nobody_trains_is_not_tested() -> None:
    """Movements only in test repetitions are no class, and their windows on no side."""
    movement = MYO.movement.copy()
    movement[(movement == 3) & ~np.isin(MYO.repetition, (2, 5))] = 1
    one = Recording(MYO.samples, movement, MYO.repetition, MYO.source, "DB5", 1, "A")
    data = dataset(one, RAW)
    assert data.movements == (0, 1, 2)
    assert (data.sides[0][data.tracks[0].movement == 3] == Side.NONE).all()


def test_labels_are_those_of_the_newest_sample() -> None:
    """At every frame, movement and repetition are those of the newest sample that it is made of."""
    for track in takes.tracks(MYO, RAW, *BOTH_RINGS):
        newest = 9 + 5 * np.arange(len(track.frames))
        np.testing.assert_array_equal(track.movement, MYO.movement[newest])
        np.testing.assert_array_equal(track.repetition, MYO.repetition[newest])
        np.testing.assert_array_equal(track.ends, newest)


@settings(max_examples=10)
@given(cuts=st.lists(st.integers(0, 700), min_size=1, max_size=12))
def test_decided_windows_are_those_of_the_live_loop(cuts: list[int]) -> None:
    """The stacked windows of a stream, cut anyhow, are the offline windows at `decided`, bit for bit."""
    data = dataset(MYO, RAW)
    frames = data.frames().frames
    every = data.decided(0, Side.NONE, Side.TRAIN, Side.VALIDATION, Side.TEST)
    front_end, stack = FrontEnd(RAW, MYO.source, data.scales[0], "upper"), ContextStack(RAW.context, RAW.hop, 8)
    blocks = np.split(MYO.samples, np.minimum(np.cumsum(cuts), len(MYO.samples)))
    live = np.concatenate([stack.push(front_end.push(block)) for block in blocks])
    np.testing.assert_array_equal(live, frames[every[:, None] + np.arange(1 - RAW.context, 1)])


def test_the_model_file_gets_each_wearers_scale_and_their_mean_by_unit() -> None:
    """By wearer and ring; the mean over people of means, the root mean square of deviations."""
    tracks = [*takes.tracks(MYO, ENVELOPE, *BOTH_RINGS), *takes.tracks(VOLTS, ENVELOPE, "only")]
    data = make_dataset(tracks, ENVELOPE, rest=True)
    scales = data.model_scales()
    assert dict(zip(("DB5-S1/upper", "DB5-S1/lower", "DB1-S1/only"), data.scales, strict=True)) == scales.wearers
    assert scales.units["db1-volt"] == data.scales[2]
    np.testing.assert_allclose(scales.units["myo-count"].mean, np.mean([s.mean for s in data.scales[:2]], axis=0))
    assert set(scales.units) == {"myo-count", "db1-volt"}


def test_a_context_longer_than_any_stretch_is_refused() -> None:
    """Before anything is trained, with what to do."""
    brief = takes.recording(takes.DB5, "DB5", hold_s=0.3, rest_s=0.2)
    assert dataset(brief, default_spec("raw", 3), rest=False).movements == (1, 2, 3)
    with pytest.raises(RecordingError, match="no window of 2500 ms lies whole in the test repetitions; choose"):
        dataset(brief, default_spec("raw", 99), rest=False)


def test_one_movement_is_nothing_to_tell_apart() -> None:
    """Two classes are the least."""
    single = takes.recording(takes.DB5, "DB5", movements=(4,))
    assert dataset(single, RAW).movements == (0, 4)
    with pytest.raises(RecordingError, match="only 1 movements"):
        dataset(single, RAW, rest=False)


def test_a_person_without_training_movements_is_named() -> None:
    """There would be nothing to fit their scale on."""
    only_in_test = np.where(MYO.repetition == 2, MYO.movement, np.int16(0))
    resting = Recording(MYO.samples, only_in_test, MYO.repetition, MYO.source, "DB5", 4, "A")
    tracks = [*takes.tracks(MYO, RAW, "upper"), *takes.tracks(resting, RAW, "upper")]
    with pytest.raises(RecordingError, match="DB5-S4-D1-A has no movement in its training repetitions"):
        make_dataset(tracks, RAW, rest=True)
