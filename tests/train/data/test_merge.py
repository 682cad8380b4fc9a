import math
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support import ninapro_files as files
from support.data_folders import DESCRIPTION, lab, rows, text
from support.recorded import description, random_blocks, record

from emg_edge.errors import EmgEdgeError, RecordingError, SpecError
from emg_edge.recordings import describedtake
from emg_edge.recordings.recording import Recording
from emg_edge.recordings.takes import Found
from emg_edge.signal.frontend import FrontEnd
from emg_edge.signal.source import Source
from emg_edge.signal.spec import SignalSpec, default_spec
from emg_edge.train.data import cache
from emg_edge.train.data.merge import domain_of, look, make_track, merge
from emg_edge.train.data.track import Track

RAW, ENVELOPE = default_spec("raw", 15), default_spec("envelope", 7)
ARRAYS = ("signal", "frames", "ends", "movement", "repetition")


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv("EMG_EDGE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """One person of DB1 and one of DB5."""
    files.write(tmp_path / "data" / "S1_A1_E1.mat", files.db1())
    files.write(tmp_path / "data" / "s2" / "S2_E1_A1.mat", files.db5(acc=np.zeros((2900, 3))))
    return tmp_path / "data"


def found(data: Path, *databases: str) -> Found:
    return look(data, databases, ())


def same(one: tuple[Track, ...], other: tuple[Track, ...]) -> None:
    """Assert that tracks are equal, bit for bit."""
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert (a.wearer, a.take, a.ring, a.unit, a.session) == (b.wearer, b.take, b.ring, b.unit, b.session)
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


def test_mixed_databases_merge_as_envelopes(data: Path) -> None:
    """The domain is raw only when all recordings are; DB5's rings are two tracks of one take."""
    assert domain_of(found(data).takes, None, "ring8") == "envelope"
    assert domain_of(found(data, "DB5").takes, None, "ring8") == "raw"
    assert domain_of(found(data).takes, "raw", "ring8") == "raw"
    merged = merge(found(data), ENVELOPE)
    assert [(t.database, t.subject, t.ring, t.unit) for t in merged.tracks] == [
        ("DB1", 1, "only", "db1-volt"),
        ("DB5", 2, "upper", "myo-count"),
        ("DB5", 2, "lower", "myo-count"),
    ]
    assert merged.tracks[1].take == merged.tracks[2].take
    for track in merged.tracks:
        assert track.frames.shape[1] == track.signal.shape[1] == 8
        assert set(track.movement) == set(range(13))
        assert len(track.frames) == len(track.movement) == len(track.repetition) == len(track.ends)
        assert track.ends[-1] < len(track.signal) <= track.ends[-1] + 5


def test_an_envelope_in_the_raw_domain_is_refused_by_name(data: Path, cache_folder: Path) -> None:
    """Before anything is read, with what to say instead."""
    with pytest.raises(SpecError, match=r"DB1 subject 1 exercise 1 is a rectified envelope.*--domain envelope"):
        merge(found(data), RAW)
    assert not cache_folder.exists()


def test_a_source_without_the_montage_is_left_out_with_a_remark(data: Path) -> None:
    """DB1 has no ring of sixteen: it neither stops the others nor decides their domain."""
    assert domain_of(found(data).takes, None, "ring16") == "raw"
    merged = merge(found(data), default_spec("raw", 15, "ring16"))
    assert [(t.database, t.ring) for t in merged.tracks] == [("DB5", "both")]
    assert merged.tracks[0].frames.shape[1] == 16
    assert "DB1 subject 1 exercise 1 is left out: its electrodes cannot serve as the montage ring16" in merged.remarks
    with pytest.raises(RecordingError, match="none of the 1 recordings can be used: DB1 subject 1 exercise 1 is left"):
        merge(found(data, "DB1"), default_spec("envelope", 7, "ring16"))


def test_a_ring_of_four_is_cut_from_every_database(data: Path) -> None:
    """A Ganglion's model trains on every second electrode, at the same places in DB1 and DB5."""
    four, eight = (merge(found(data), default_spec("envelope", 7, montage)).tracks for montage in ("ring4", "ring8"))
    assert [(t.database, t.ring) for t in four] == [("DB1", "only"), ("DB5", "upper"), ("DB5", "lower")]
    for few, all_of_them in zip(four, eight, strict=True):
        np.testing.assert_array_equal(few.frames, all_of_them.frames[:, ::2])


@pytest.mark.parametrize("spec", [RAW, ENVELOPE], ids=["raw", "envelope"])
def test_a_recording_of_an_odd_rate_is_labelled_at_its_newest_samples(spec: SignalSpec) -> None:
    """250 Hz, as a Cyton's: the label of a frame is that of sample floor(first + i * stride), and reach covers it."""
    samples = np.random.default_rng(1).normal(0, 30, (2500, 8)).astype(np.float32)
    count = np.arange(2500, dtype=np.int16)  # each sample its own label
    source = Source("raw", 250.0, "uV", "ring8")
    track = make_track(Recording(samples, count, count, source, "own", 1), spec, "upper")
    timing = FrontEnd(spec, source).timing
    assert track.movement.tolist() == [math.floor(timing.first + i * timing.stride) for i in range(len(track.frames))]
    context = spec.context
    for window in range(track.reach(context), len(track.frames)):
        oldest = timing.newest(window - context + 1) - timing.span + 1
        assert track.movement[window - track.reach(context) + 1] <= oldest


def test_the_second_merge_reads_from_the_cache(data: Path, cache_folder: Path) -> None:
    """It gives the same arrays, memory-mapped, and writes nothing: not even a time changes."""
    first = merge(found(data), ENVELOPE)
    before = {path: path.stat().st_mtime_ns for path in cache_folder.rglob("*")}
    second = merge(found(data), ENVELOPE)
    same(first.tracks, second.tracks)
    assert first.remarks == second.remarks
    assert {path: path.stat().st_mtime_ns for path in cache_folder.rglob("*")} == before
    assert all(isinstance(getattr(track, name), np.memmap) for track in second.tracks for name in ARRAYS)
    assert not any(path.name.startswith(".part") for path in cache_folder.iterdir())


def test_context_and_hop_share_a_track_and_all_else_does_not() -> None:
    """The key holds content, identity, ring and the settings that make the signal."""
    key = cache.key_of("content", "DB5 subject 1", RAW, "upper")
    assert cache.key_of("content", "DB5 subject 1", default_spec("raw", 31), "upper") == key
    others = {
        cache.key_of("another", "DB5 subject 1", RAW, "upper"),
        cache.key_of("content", "DB5 subject 2", RAW, "upper"),
        cache.key_of("content", "DB5 subject 1", RAW, "lower"),
        cache.key_of("content", "DB5 subject 1", default_spec("raw", 15, notch_hz=50), "upper"),
        cache.key_of("content", "DB5 subject 1", ENVELOPE, "upper"),
    }
    assert len(others | {key}) == 6


def test_another_content_makes_another_track(data: Path, cache_folder: Path) -> None:
    """A file that was changed is read anew, whatever its name and time."""
    merge(found(data, "DB5"), RAW)
    keys = set(cache_folder.iterdir())
    path = data / "s2" / "S2_E1_A1.mat"
    times = path.stat()
    louder = files.db5()
    louder["emg"] = 2 * louder["emg"]
    files.write(path, louder)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    merged = merge(found(data, "DB5"), RAW)
    assert len(set(cache_folder.iterdir()) - keys) == len(merged.tracks) == 2


def _cut(folder: Path) -> None:
    array = folder / "frames.npy"
    array.write_bytes(array.read_bytes()[:500])


def _empty(folder: Path) -> None:
    (folder / "signal.npy").write_bytes(b"")


def _remove(folder: Path) -> None:
    (folder / "ends.npy").unlink()


def _scribble(folder: Path) -> None:
    (folder / "track.json").write_bytes(b'{"wearer": 3')


def _garbage(folder: Path) -> None:
    (folder / "movement.npy").write_bytes(os.urandom(3000))


@pytest.mark.parametrize("damage", [_cut, _empty, _remove, _scribble, _garbage])
def test_a_damaged_entry_is_made_anew(data: Path, cache_folder: Path, damage: Callable[[Path], None]) -> None:
    """Whatever happened to a cached track, the next merge mends it and gives what the first gave."""
    first = merge(found(data), ENVELOPE)
    kept = [(track.wearer, {name: np.array(getattr(track, name)) for name in ARRAYS}) for track in first.tracks]
    for folder in list(cache_folder.iterdir()):
        damage(folder)
    again = merge(found(data), ENVELOPE)
    assert [track.wearer for track in again.tracks] == [wearer for wearer, _ in kept]
    for track, (_, arrays) in zip(again.tracks, kept, strict=True):
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(track, name), arrays[name])
    before = {path: path.stat().st_mtime_ns for path in cache_folder.rglob("*")}
    same(merge(found(data), ENVELOPE).tracks, again.tracks)
    assert {path: path.stat().st_mtime_ns for path in cache_folder.rglob("*")} == before


def test_a_cache_that_cannot_be_written_is_said(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence names the place and how to choose another."""
    monkeypatch.setenv("EMG_EDGE_CACHE", str(data / "S1_A1_E1.mat" / "cache"))
    with pytest.raises(EmgEdgeError, match=r"cannot write .*EMG_EDGE_CACHE names another folder"):
        merge(found(data, "DB5"), RAW)


def test_an_unreadable_file_is_left_out_with_a_remark(data: Path) -> None:
    """The others are merged; nothing of the user's is touched."""
    broken = data / "S2_A1_E1.mat"
    whole = (data / "S1_A1_E1.mat").read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    merged = merge(found(data), ENVELOPE)
    assert len(merged.tracks) == 3
    assert any("S2_A1_E1.mat" in remark for remark in merged.remarks)
    assert broken.stat().st_size == len(whole) // 2


def test_a_recording_shorter_than_a_frame_is_left_out(data: Path) -> None:
    """Nothing is learned from four samples, and the others do not suffer."""
    tiny = {name: value[:4] if np.ndim(value) else value for name, value in files.db5().items()}
    files.write(data / "s3" / "S3_E1_A1.mat", tiny)
    merged = merge(found(data, "DB5"), RAW)
    assert [track.subject for track in merged.tracks] == [2, 2]
    assert "DB5 subject 3 exercise 1 is left out: it is shorter than one frame" in merged.remarks


@pytest.mark.parametrize("spec", [RAW, ENVELOPE], ids=["raw", "envelope"])
def test_the_imu_is_kept_at_the_frames(data: Path, spec: SignalSpec) -> None:
    """A row of acceleration for every frame, where there is an IMU."""
    for track in merge(found(data, "DB5"), spec).tracks:
        assert track.acceleration is not None
        assert track.acceleration.shape == (len(track.frames), 3)


def test_the_exercise_stands_with_the_track(data: Path) -> None:
    """From the cache too."""
    for _ in range(2):
        assert {track.exercise for track in merge(found(data), ENVELOPE).tracks} == {"A"}


def test_each_small_file_is_a_track_that_is_not_kept_on_disk(tmp_path: Path, cache_folder: Path) -> None:
    """Reading it again is as quick."""
    spec = default_spec("raw", 15, "ring4")
    merged = merge(found(lab(tmp_path / "lab")), spec)
    assert len(merged.tracks) == 24
    assert not cache_folder.exists()
    assert len({track.take for track in merged.tracks}) == 24
    assert {track.wearer for track in merged.tracks} == {"LAB-al", "LAB-bo"}
    last = merged.tracks[-1]
    assert (set(last.movement), set(last.repetition), last.session) == ({100}, {2}, 2)
    assert last.movement_names == {100: "finger snap"}


def test_a_file_is_the_same_alone(tmp_path: Path) -> None:
    """Nothing of the file before it is in its frames."""
    spec = default_spec("raw", 15, "ring4")
    folder = lab(tmp_path / "lab")
    several = {track.take: track for track in merge(found(folder), spec).tracks}
    for path in folder.rglob("*.csv"):
        if path.name != "snap_2.csv":
            path.unlink()
    alone = merge(found(folder), spec).tracks
    assert len(alone) == 4
    for track in alone:
        np.testing.assert_array_equal(track.frames, several[track.take].frames)


def test_a_long_file_is_kept_with_the_names_of_its_gestures(
    tmp_path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another reading of the same bytes makes is kept apart."""
    monkeypatch.setattr(describedtake, "SMALL_BYTES", 1000)
    spec = default_spec("raw", 15, "ring4")
    folder = lab(tmp_path / "lab", people=())
    text(folder / "al" / "day1" / "snap_1.csv", rows(1, 2000))
    first = merge(found(folder), spec).tracks
    (again,) = merge(found(folder), spec).tracks
    assert isinstance(again.frames, np.memmap)
    same(first, (again,))
    assert again.movement_names == {100: "finger snap"}
    lab(folder, DESCRIPTION.replace("scale = 2", "scale = 4"), ())
    (louder,) = merge(found(folder), spec).tracks
    np.testing.assert_allclose(louder.signal, 2 * np.asarray(again.signal), rtol=1e-5, atol=1e-4)
    assert len(list(cache_folder.iterdir())) == 2


def test_sets_and_ninapro_merge_side_by_side(data: Path) -> None:
    """One numbering, each with its own unit and people."""
    lab(data / "lab")
    merged = merge(found(data), default_spec("envelope", 7, "ring4"))
    assert {track.database for track in merged.tracks} == {"DB1", "DB5", "lab"}
    assert domain_of(found(data, "lab").takes, None, "ring4") == "raw"


def test_a_recording_that_nobody_labelled_is_left_out(tmp_path: Path) -> None:
    """Its zeros are not taken for rest."""
    record(tmp_path / "data" / "x.tsv", random_blocks(1, [300, 300]), description(wearer="al"))
    with pytest.raises(RecordingError, match="own al session 1 x is left out: its movements are not known"):
        merge(found(tmp_path / "data"), RAW)
