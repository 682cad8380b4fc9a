import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import ninapro_files
from support.data_folders import DESCRIPTION, cote_allard, int16, lab, rows, text

from emg_edge.errors import RecordingError
from emg_edge.movements import NAMES
from emg_edge.recordings.takes import find, recordings

CONTINUOUS = (
    DESCRIPTION.replace('format = "text"', 'format = "text"\nmovement = "Label"')
    .replace("{gesture}_{trial:number}", "take{trial:number}")
    .replace('movement = "gesture"\nrepetition = "trial"\n', "")
    .replace("rest =", "0 =")
    .replace("fist =", "1 =")
    .replace("snap =", "2 =")
)


def column(*runs):
    """A column of labels from pairs of label and length."""
    return np.concatenate([np.full(length, label) for label, length in runs])


def continuous(root, label, form=CONTINUOUS, header="a,b,label,c,d", **more):
    """One file with a column of labels between those of the electrodes."""
    root.mkdir(parents=True)
    (root / "emg-data.toml").write_text(form)
    values = rows(1, len(label))
    text(
        root / "al" / "day1" / "take1.csv",
        np.column_stack([values[:, :2], label, values[:, 2:], *more.values()]),
        header,
    )
    return values


def test_a_file_a_movement_is_a_take_of_its_own(tmp_path):
    """Wearer, session, movement and repetition are read from its place, and its numbers are scaled."""
    found = find(lab(tmp_path))
    assert (len(found.takes), found.unreadable, found.remarks, found.duplicates) == (24, (), (), ())
    assert found.movement_names == {100: "finger snap"}
    assert [str(take) for take in found.takes[:3]] == [
        f"lab LAB-al session 1 M{part}" for part in ("0-R1", "0-R2", "18-R1")
    ]
    assert {(take.wearer, take.subject) for take in found.takes} == {("LAB-al", 1), ("LAB-bo", 2)}
    read = [take.read() for take in found.takes]
    assert len({one.take for one in read}) == 24
    snap = read[5]
    assert (snap.wearer, snap.session, snap.database) == ("LAB-al", 1, "lab")
    assert (set(snap.movement), set(snap.repetition), snap.movement_names) == ({100}, {2}, {100: "finger snap"})
    np.testing.assert_array_equal(snap.samples, np.float32(2) * rows(18))
    assert (snap.source, snap.unlabelled) == (found.takes[5].source, None)
    rest = read[0]
    assert (set(rest.movement), set(rest.repetition)) == ({0}, {1})


def test_people_and_sets_can_be_chosen_by_number_and_name(tmp_path):
    """Side by side with NinaPro; what was not asked for is counted, and names are taken in either case."""
    lab(tmp_path / "ours")
    cote_allard(tmp_path / "theirs")
    ninapro_files.write(tmp_path / "S1_E1_A1.mat", ninapro_files.db5(2, 2))
    assert {take.database for take in find(tmp_path).takes} == {"DB5", "cote-allard", "lab"}
    found = find(tmp_path, "LAB", [2])
    assert {take.wearer for take in found.takes} == {"LAB-bo"}
    assert found.left_out == {"DB5": 1, "cote-allard": 28}
    with pytest.raises(
        RecordingError, match=r"'lob' is no database of NinaPro, and no data set that .*DB8, cote-allard, lab"
    ):
        find(tmp_path, ["lab", "lob"])


def test_a_public_set_is_recognised_wherever_one_points(tmp_path):
    """By how its folders are called; gestures that count through all files are told apart, rounds are sessions."""
    root = cote_allard(
        tmp_path,
        ("PreTrainingDataset/Male0/training0", "EvaluationDataset/Male0/training0", "EvaluationDataset/Male0/Test1"),
    )
    (root / "PreTrainingDataset/Male0/experiment.csv").write_text("Sex,F,,")
    found = find(root)
    assert len(found.takes) == 3 * 28
    assert {(take.wearer, take.subject, take.session) for take in found.takes} == {
        ("COTE-pre-Male0", 101, 1),
        ("COTE-eval-Male0", 301, 1),
        ("COTE-eval-Male0", 301, 12),
    }
    file = next(
        take for take in find(root / "EvaluationDataset/Male0/Test1").takes if take.file.name == "classe_19.dat"
    )
    recording = file.read()
    assert (set(recording.movement), set(recording.repetition)) == ({NAMES.index("fist")}, {3})
    np.testing.assert_array_equal(recording.samples, rows(219, 300, 8))
    (one,) = find(root / "EvaluationDataset/Male0/Test1/classe_19.dat").takes
    assert one.digest() == file.digest()


def test_a_zip_of_files_is_read_as_it_is(tmp_path):
    """With the description in it; the unpacked copy beside it is used once."""
    root = lab(tmp_path / "unpacked")
    with zipfile.ZipFile(tmp_path / "lab.zip", "w") as archive:
        for path in sorted(root.rglob("*.*")):
            archive.write(path, path.relative_to(tmp_path))
    zipped = find(tmp_path / "lab.zip").takes
    for one, other in zip(zipped, find(root).takes, strict=True):
        assert (str(one), one.digest()) == (str(other), other.digest())
        np.testing.assert_array_equal(one.read().samples, other.read().samples)
    both = find(tmp_path)
    assert (len(both.takes), len(both.remarks), both.duplicates) == (24, 24, ())
    assert "is a copy of" in both.remarks[0]


def test_repetitions_that_no_name_tells_are_counted(tmp_path):
    """In the order of the names, in which 9 comes before 10."""
    form = DESCRIPTION.replace('repetition = "trial"\n', "")
    lab(tmp_path, form, ())
    for trial in (2, 9, 10):
        text(tmp_path / "al" / "day1" / f"fist_{trial}.csv", rows(trial))
    assert [(take.file.name, int(take.read().repetition[0])) for take in find(tmp_path).takes] == [
        ("fist_2.csv", 1),
        ("fist_9.csv", 2),
        ("fist_10.csv", 3),
    ]


def test_a_continuous_recording_has_its_labels_in_a_column(tmp_path):
    """Repetitions are counted; rest belongs to the movement after it, and what is unknown to none."""
    form = CONTINUOUS.replace("[own", '3 = "unknown"\n\n[own')
    values = continuous(tmp_path / "a", column((0, 5), (1, 5), (0, 5), (1, 5), (3, 5), (2, 5), (0, 5)), form)
    (recording,) = recordings(tmp_path / "a")
    fist = NAMES.index("fist")
    np.testing.assert_array_equal(recording.samples, 2 * values)
    np.testing.assert_array_equal(
        recording.movement, column((0, 5), (fist, 5), (0, 5), (fist, 5), (0, 5), (100, 5), (0, 5))
    )
    np.testing.assert_array_equal(recording.repetition, column((1, 10), (2, 10), (0, 5), (1, 5), (0, 5)))
    np.testing.assert_array_equal(recording.unlabelled, column((0, 20), (1, 5), (0, 10)) == 1)


def test_a_column_may_tell_the_repetition(tmp_path):
    """By its name, or by its number where there is no header row."""
    label, repetition = column((0, 5), (1, 5), (0, 5), (1, 5)), column((0, 5), (4, 5), (0, 5), (7, 5))
    by_name = CONTINUOUS.replace('"Label"', '"label"\nrepetition = "rep"')
    by_number = CONTINUOUS.replace('"Label"', "3\nrepetition = 6\nsignal = [1, 2, 4, 5]")
    continuous(tmp_path / "a", label, by_name, "a,b,label,c,d,rep", repetition=repetition)
    continuous(tmp_path / "b", label, by_number, "", repetition=repetition)
    for folder in ("a", "b"):
        (recording,) = recordings(tmp_path / folder)
        np.testing.assert_array_equal(recording.repetition, column((4, 10), (7, 10)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda root: (root / "al/day1/fist_1.csv").write_text("1,2,3,4\n1,2,x,4\n"), "line 2, column 3: 'x'"),
        (
            lambda root: (root / "al/day1/fist_1.csv").write_text("1,2,3\n"),
            "3 columns of signal, and the layout 'ring4'",
        ),
        (lambda root: (root / "al/day1/fist_1.csv").write_bytes(b"\xff\xfe"), "is not a text file"),
        (lambda root: (root / "al/day1/fist_1.csv").write_text(""), "holds no row of numbers"),
        (lambda root: text(root / "al/day1/wave_1.csv", rows(1)), "its label 'wave' is not in [movements]"),
        (lambda root: text(root / "al/day1/fist_0.csv", rows(1)), "its repetition would be 0; expected 1 to 999"),
        (lambda root: text(root / "al/day0/fist_1.csv", rows(1)), "its session would be 0"),
        (lambda root: text(root / "a*l/day1/fist_1.csv", rows(1)), "its wearer would be called 'LAB-a*l'"),
        (lambda root: text(root / "notes.csv", rows(1)), "its place fits no pattern of the emg-data.toml above it"),
        (lambda root: text(root / "al/day1/fist_01.csv", rows(99)), "and differ: the first was used"),
        (lambda root: (root / "al/day2/emg-data.toml").write_text("name = 3"), "does not describe a data set"),
        (
            lambda root: lab(root / "more", DESCRIPTION.replace("200", "250"), ("cy",)),
            "another description has the name lab",
        ),
    ],
)
def test_a_damaged_file_among_good_ones_is_one_sentence(tmp_path, change, said):
    """The others are found and read all the same."""
    change(lab(tmp_path))
    sentences = []
    assert len(list(recordings(tmp_path, report=sentences.append))) >= 18
    assert sum(said in sentence for sentence in sentences) == len(sentences) == 1
    assert "\n" not in sentences[0]


@pytest.mark.parametrize(
    ("label", "form", "said"),
    [
        (column((0, 5), (9, 5)), CONTINUOUS, "holds the label 9, which [movements] of its description has not"),
        (column((0, 5), (0.5, 5)), CONTINUOUS, "'Label' holds other things than whole numbers"),
        (column((0, 5), (1, 5)), CONTINUOUS.replace('"Label"', '"gesture"'), "no column 'gesture'"),
        (column((0, 5), (1, 5)), CONTINUOUS.replace('"Label"', "9"), "no column '9'"),
        (column((0, 5), (1, 5)), CONTINUOUS.replace('"raw"', '"envelope"'), "negative samples"),
    ],
)
def test_labels_that_are_none_are_told(tmp_path, label, form, said):
    """With the place to mend."""
    continuous(tmp_path / "a", label, form)
    with pytest.raises(RecordingError) as caught:
        list(recordings(tmp_path / "a"))
    assert said in str(caught.value)


def test_binary_samples_that_are_cut_off_are_told(tmp_path):
    """Half a sample at the end means that the file is not whole."""
    path = int16(tmp_path / "PreTrainingDataset/Male0/training0/classe_0.dat", rows(1, 30, 8))
    path.write_bytes(path.read_bytes()[:-3])
    (take,) = find(tmp_path).takes
    with pytest.raises(RecordingError, match="477 bytes, which are no whole samples of 8 columns"):
        take.read()


def test_one_number_for_two_people_is_refused(tmp_path):
    """And two numbers for one person."""
    twice = DESCRIPTION.replace('session = "day"', 'subject = 3\nsession = "day"')
    with pytest.raises(RecordingError, match="gives the number 3 to LAB-bo, and to LAB-al"):
        find(lab(tmp_path / "a", twice))
    two = DESCRIPTION.replace('session = "day"', 'subject = "day"\nsession = 1')
    with pytest.raises(RecordingError, match="gives the number 2 to LAB-al, and 1"):
        find(lab(tmp_path / "b", two, ("al",)))


def test_one_number_for_two_gestures_is_refused(tmp_path):
    """Merged they would be one class; one set alone can be used."""
    lab(tmp_path / "a")
    lab(tmp_path / "b", DESCRIPTION.replace('"lab"', '"other"').replace("finger snap", "wave"))
    with pytest.raises(RecordingError, match="movement 100 is 'finger snap' in lab and 'wave' in other"):
        find(tmp_path)
    assert find(tmp_path, "lab").movement_names == {100: "finger snap"}


def test_what_the_description_makes_of_a_file_is_in_its_digest(tmp_path):
    """So that nothing kept of it outlives a change there."""
    before = find(lab(tmp_path)).takes[0]
    after = find(lab(tmp_path, DESCRIPTION.replace("scale = 2", "scale = 3"))).takes[0]
    assert before.file.digest() == after.file.digest()
    assert before.digest() != after.digest()


def test_tables_without_a_description_are_told_how_to_be_described(tmp_path):
    """Nobody knows their rate and unit."""
    text(tmp_path / "a.csv", rows(1))
    with pytest.raises(RecordingError, match=r"what a\.csv is, among others, must be told by an emg-data\.toml"):
        find(tmp_path)


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("form", ["text", "int16", "continuous"])
def test_any_bytes_are_read_or_refused(tmp_path, form, data):
    """Whatever a file holds: samples that are finite numbers, or one sentence that names it."""
    root, place = tmp_path / form, "al/day1/fist_1.csv"
    if not root.exists():
        lab(root, CONTINUOUS if form == "continuous" else DESCRIPTION, ())
    if form == "int16":
        place = "PreTrainingDataset/Male0/training0/classe_0.dat"
        (root / "emg-data.toml").unlink(missing_ok=True)
    if form == "continuous":
        place = "al/day1/take1.csv"
        data = b"label,a,b,c,d\n" + data
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    (root / place).write_bytes(data)
    said = place
    try:
        recording = find(root).takes[0].read()
        assert np.isfinite(recording.samples).all()
        assert len(recording.samples) == len(recording.movement) == len(recording.repetition)
    except RecordingError as error:
        said = str(error)
    assert place in said
    assert "\n" not in said
