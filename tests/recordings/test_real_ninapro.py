"""NinaPro's own files: what NINAPRO's quirks were measured on."""

import numpy as np
import pytest

from emg_edge.recordings.archive import FileRef
from emg_edge.recordings.inventory import inventory
from emg_edge.recordings.matfile import contents, load
from emg_edge.recordings.takes import find

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def folder(shared_data):
    return shared_data / "ninapro"


@pytest.fixture(scope="module")
def takes(folder):
    return find(folder).takes


def _own_labels(take):
    listed = contents(take.file)
    keys = ("restimulus", "rerepetition", "stimulus", "exercise")
    return {key: value.ravel() for key, value in load(take.file, listed, keys).items()}


def _onsets(labels):
    return np.flatnonzero((labels[1:] != 0) & (labels[:-1] == 0)) + 1


def test_the_subjects_that_are_here(folder):
    """Seventeen of DB1 and five of DB5, exercise 1, complete, with nothing else to remark."""
    found = inventory(folder)
    db1, db5 = found.databases
    assert db1.subjects == (1, 2, 3, 4, *range(7, 20))
    assert db5.subjects == (1, 3, 4, 5, 7)
    assert (db1.rates_hz, db1.channels, db1.exercises, db1.repetitions) == ((100,), (10,), (1,), tuple(range(1, 11)))
    assert (db5.rates_hz, db5.channels, db5.exercises, db5.repetitions) == ((200,), (16,), (1,), tuple(range(1, 7)))
    assert db1.movements == db5.movements == tuple(range(1, 13))
    assert len(found.problems) == 4
    assert all("no file of exercise" in problem for problem in found.problems)


def test_rest_has_the_repetition_that_db5_itself_gives_it(takes):
    """All rest stretches between two movements agree with the file: 71 of 71 in each; DB1 says 0 at rest."""
    for take in takes:
        own, recording = _own_labels(take), take.read(acceleration=False)
        rest = recording.movement == 0
        if take.database == "DB1":
            assert not own["rerepetition"][rest].any()
            continue
        starts = np.flatnonzero(np.diff(own["restimulus"].astype(int), prepend=-1))
        between = [start for start in starts[own["restimulus"][starts] == 0] if start not in (0, starts[-1])]
        assert len(between) == 71
        np.testing.assert_array_equal(recording.repetition, own["rerepetition"])


def test_amplitudes_and_rest_are_as_documented(takes):
    """DB1 is an envelope of 0-4.665 V, DB5 counts that saturate at 128; rest is 46-67 % of the samples."""
    for take in takes:
        recording = take.read()
        low, high = recording.samples.min(), recording.samples.max()
        if take.database == "DB1":
            assert 0 <= low < high < 4.67
            assert recording.acceleration is None
        else:
            assert (low, high) == (-128, 127)
            assert recording.acceleration is not None
            gravity = np.linalg.norm(np.median(recording.acceleration, axis=0))
            assert gravity == pytest.approx(1, abs=0.1)  # in g
        assert 0.46 < (recording.movement == 0).mean() < 0.67
        assert recording.notes == ()


def test_the_movement_comes_about_a_second_after_its_cue(takes):
    """Which is why the relabelled movements are used."""
    lags = []
    for take in takes:
        own = _own_labels(take)
        lags.append(np.median(_onsets(own["restimulus"]) - _onsets(own["stimulus"])) / take.source.rate_hz)
    assert 0.5 < np.median(lags) < 1.5


def test_db5_says_the_wrong_exercise_and_the_name_the_right_one(takes):
    """The field is 3 in every file of exercise 1."""
    db5 = [take for take in takes if take.database == "DB5"]
    assert {int(_own_labels(take)["exercise"][0]) for take in db5} == {3}
    assert {take.read().exercise for take in db5} == {"A"}


def test_our_reader_agrees_with_scipy(takes):
    """Bit for bit, in every variable that we use."""
    scipy_io = pytest.importorskip("scipy.io")
    for take in (takes[0], takes[-1]):
        theirs = scipy_io.loadmat(take.file.path)
        ours = load(
            FileRef(take.file.path),
            contents(take.file),
            [key for key in theirs if not key.startswith("__") and theirs[key].dtype.kind in "fiu"],
        )
        assert {"emg", "restimulus", "rerepetition", "glove"} <= set(ours)
        for key, array in ours.items():
            np.testing.assert_array_equal(array, theirs[key])
            assert array.dtype == theirs[key].dtype
