import numpy as np
import pytest
from support import ninapro_files as files

from emg_edge.errors import RecordingError
from emg_edge.movements import name_of
from emg_edge.recordings.open import open_recording
from emg_edge.signal.source import Source

LENGTH = len(files.db1()["emg"])


ENVELOPE = Source("envelope", 100, "db1-volt", "ninapro-db1")
MYOS = Source("raw", 200, "myo-count", "ninapro-db5")
DELSYS = Source("raw", 2000, "V", "ninapro-delsys12")
DELSYS_10 = Source("raw", 2000, "V", "ninapro-delsys10")
DB6 = Source("raw", 2000, "V", "ninapro-db6")
A, B, C, D = range(1, 13), range(13, 30), range(30, 53), range(53, 62)
GRASPS = (62, 64, 65, 67, 70, 71, 72)
ACROSS_C, ACROSS_D = list(range(18, 41)), list(range(41, 50))  # numbers that run on across the files of DB2 and DB3


@pytest.mark.parametrize(
    ("place", "variables", "database", "exercise", "source", "movements"),
    [
        ("S1_A1_E1.mat", files.db1(), "DB1", "A", ENVELOPE, A),
        ("S1_A1_E2.mat", files.db1(17), "DB1", "B", ENVELOPE, B),
        ("DB2/S9_E1_A1.mat", files.delsys([*range(1, 18)]), "DB2", "B", DELSYS, B),
        ("DB2_s9/S9_E2_A1.mat", files.delsys(ACROSS_C), "DB2", "C", DELSYS, C),
        ("DB3/S7_A1_E3.mat", files.delsys(ACROSS_D, 10), "DB3", "D", DELSYS_10, D),
        ("DB4/S9_E1_A1.mat", files.delsys([*A]), "DB4", "A", DELSYS, A),
        ("S1_E3_A1.mat", files.db5(23), "DB5", "C", MYOS, C),
        ("S1_D2_T2.mat", files.db6(16), "DB6", "", DB6, GRASPS),
        ("S1_D1_T1.mat", files.db6(14), "DB6", "", DB6, GRASPS),
        ("S9_E2_A1.mat", files.delsys(ACROSS_C, gyro=np.zeros((9, 36))), "DB7", "C", DELSYS, C),
    ],
)
def test_every_database_becomes_a_recording(tmp_path, place, variables, database, exercise, source, movements):
    """Files of each documented layout are told apart and read into one vocabulary, with nothing to remark."""
    recording = open_recording(files.write(tmp_path / place, variables))
    assert (recording.database, recording.exercise, recording.source) == (database, exercise, source)
    assert recording.samples.dtype == np.float32
    assert recording.samples.shape == (len(variables["emg"]), source.channels)
    assert recording.samples.flags.c_contiguous
    assert set(recording.movement.tolist()) == {0, *movements}
    assert recording.notes == ()


def test_samples_are_those_of_the_file(tmp_path):
    """Values go through unchanged, DB6's two empty columns apart."""
    variables = files.db6(16)
    recording = open_recording(files.write(tmp_path / "S1_D1_T1.mat", variables))
    kept = [*range(8), *range(10, 16)]
    np.testing.assert_array_equal(recording.samples, variables["emg"][:, kept].astype(np.float32))


@pytest.mark.parametrize(("name", "session"), [("S1_D1_T1.mat", 1), ("S1_D1_T2.mat", 2), ("S1_D5_T2.mat", 10)])
def test_sessions_of_db6(tmp_path, name, session):
    """Two a day for five days; each is a take of its own."""
    assert open_recording(files.write(tmp_path / name, files.db6())).session == session


def test_grasps_of_db6_have_numbers_of_their_own(tmp_path):
    """Which of exercise C's movements they are is not known, so no name of NinaPro's is put on them."""
    recording = open_recording(files.write(tmp_path / "S1_D1_T1.mat", files.db6()))
    assert name_of(int(recording.movement.max())) == "movement 72"


def test_db6_columns_that_should_be_empty(tmp_path):
    """A signal in DB6's empty columns breaks what the reader assumes, and is refused."""
    variables = files.db6(16)
    variables["emg"][5, 9] = 1
    with pytest.raises(RecordingError, match="columns 9 and 10 hold a signal"):
        open_recording(files.write(tmp_path / "S1_D1_T1.mat", variables))


def test_rest_gets_repetitions_that_db1_does_not_give(tmp_path):
    """DB1 says 0 at rest; here a rest stretch has the repetition of the movement it precedes."""
    recording = open_recording(files.write(tmp_path / "S1_A1_E1.mat", files.db1(2, 3)))
    one_of_each = recording.repetition[:: files.STRETCH].tolist()
    assert one_of_each == [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 0]


def test_cued_labels_stand_in_with_a_remark(tmp_path):
    """Without the relabelled movements the cued ones are taken, and that is said."""
    path = files.write(tmp_path / "S1_A1_E1.mat", files.db1(restimulus=None, rerepetition=None))
    notes = open_recording(path).notes
    assert len(notes) == 2
    assert "'stimulus' was taken" in notes[0]


def test_slightly_different_lengths_are_trimmed_with_a_remark(tmp_path):
    """Arrays of one take that differ by a few samples are cut to the shortest, and that is said."""
    variables = files.db5()
    variables["emg"] = variables["emg"][:-7]
    recording = open_recording(files.write(tmp_path / "S1_E1_A1.mat", variables))
    assert len(recording.samples) == len(recording.movement) == len(recording.repetition) == len(variables["emg"])
    assert any(note.startswith("trimmed to the shortest") for note in recording.notes)


def test_acceleration_is_kept(tmp_path):
    """An IMU's columns come along, in float32, unless they have holes."""
    variables = files.db5()
    variables["acc"] = np.ones((len(variables["emg"]), 3))
    path = files.write(tmp_path / "S1_E1_A1.mat", variables)
    kept = open_recording(path).acceleration
    assert kept is not None
    assert kept.shape == (len(variables["emg"]), 3)
    assert kept.dtype == np.float32
    variables["acc"][4, 1] = np.nan
    holed = open_recording(files.write(path, variables))
    assert holed.acceleration is None
    assert any("acceleration" in note for note in holed.notes)


def test_dead_channels_are_remarked(tmp_path):
    """A flat channel and a railed one are named; a Myo's saturation at its peaks is not a fault."""
    variables = files.db5()
    counts = np.clip(np.round(variables["emg"] * 90), -128, 127)
    counts[:, 2] = 0
    counts[: int(0.7 * len(counts)), 5] = 127
    notes = open_recording(files.write(tmp_path / "S1_E1_A1.mat", {**variables, "emg": counts})).notes
    assert [note.split(" is ")[0] for note in notes] == ["channel 3", "channel 6"]
    assert (np.abs(counts) >= 127).mean() > 0.1


def test_the_file_name_is_believed_before_the_fields(tmp_path):
    """A field that contradicts the name is remarked, except DB5's exercise, which is wrong in every file."""
    said = {"subject": 9, "exercise": 2}
    notes = open_recording(files.write(tmp_path / "S1_A1_E1.mat", files.db1(**said))).notes
    assert [note.split(" says")[0] for note in notes] == ["the field 'subject'", "the field 'exercise'"]
    assert open_recording(files.write(tmp_path / "S1_E1_A1.mat", files.db5(exercise=3))).exercise == "A"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"emg": None}, "no two-dimensional 'emg'"),
        ({"emg": np.zeros(LENGTH)}, "no database of NinaPro has "),
        ({"emg": np.array([["ab"], ["cd"]])}, "no two-dimensional 'emg'"),
        ({"emg": np.ones((LENGTH, 10)) * 1j}, "no two-dimensional 'emg' of real numbers"),
        ({"emg": np.zeros((0, 10))}, "holds no samples"),
        ({"emg": np.zeros((9000, 10))}, "differ too much in length"),
        ({"emg": np.full((LENGTH, 10), -1.0)}, "negative samples"),
        ({"emg": np.full((LENGTH, 10), 1e300)}, "not finite"),
        ({"restimulus": None, "stimulus": None}, "neither 'restimulus' nor 'stimulus'"),
        ({"restimulus": np.full((LENGTH, 1), np.nan)}, "not finite"),
        ({"restimulus": np.full((LENGTH, 1), 0.5)}, "fractions"),
        ({"restimulus": np.full((LENGTH, 1), 70000)}, "no label of NinaPro"),
        ({"restimulus": np.zeros((LENGTH, 2))}, "expected one label a sample"),
        ({"restimulus": np.array([{"a": 1}], dtype=object)}, "not an array of real numbers"),
    ],
)
def test_what_cannot_be_mended_is_refused_in_one_sentence(tmp_path, change, sentence):
    """Wrong keys, types, shapes and values raise, naming the file."""
    path = files.write(tmp_path / "S1_A1_E1.mat", files.db1(**change))
    with pytest.raises(RecordingError, match=sentence) as caught:
        open_recording(path, database="DB1")
    assert "S1_A1_E1.mat" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf])
def test_a_hole_is_named_by_channel_and_place(tmp_path, hole):
    """A sample that is no number is never passed on."""
    variables = files.db5()
    variables["emg"][300, 4] = hole
    with pytest.raises(RecordingError, match=r"channel 5 at 1\.50 s \(sample 300\)"):
        open_recording(files.write(tmp_path / "S1_E1_A1.mat", variables))


def test_labels_outside_the_exercise_are_remarked(tmp_path):
    """A label that the exercise does not have is told, and its samples belong to no split."""
    variables = files.db1()
    variables["restimulus"] = np.where(variables["restimulus"] == 12, 77, variables["restimulus"]).astype(np.uint8)
    recording = open_recording(files.write(tmp_path / "S1_A1_E1.mat", variables))
    assert any("outside this exercise (77)" in note for note in recording.notes)
    strange = variables["restimulus"].ravel() == 77
    assert not recording.repetition[strange].any()
    assert not recording.movement[strange].any()


def test_movements_without_a_repetition_are_remarked(tmp_path):
    """Samples of a movement that no split will take are counted."""
    variables = files.db1(1, 12)
    notes = open_recording(files.write(tmp_path / "S1_A1_E1.mat", variables)).notes
    assert notes == (f"{2 * files.STRETCH} samples of movements have no repetition in 1-10",)
