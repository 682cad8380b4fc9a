import os
import shutil
import zipfile

import numpy as np
import pytest
from support import ninapro_files as files
from support.data_folders import lab

from emg_edge.errors import RecordingError
from emg_edge.recordings.takes import find, recordings


def _zip(path, *members):
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            archive.write(member, member.name)
    return path


@pytest.fixture
def folder(tmp_path):
    """Two subjects of DB1 and one of DB5, as a user may have them."""
    files.write(tmp_path / "DB1" / "S2_A1_E1.mat", files.db1(2, 2))
    files.write(tmp_path / "DB1" / "S10_A1_E1.mat", files.db1(2, 3))
    loose = files.write(tmp_path / "S1_E1_A1.mat", files.db5(2, 2))
    _zip(tmp_path / "s1.zip", loose)
    loose.unlink()
    return tmp_path


def test_takes_come_in_order(folder):
    """By database, subject, session and exercise, as numbers and not as text."""
    found = find(folder)
    assert [str(take) for take in found.takes] == [
        "DB1 subject 2 exercise 1",
        "DB1 subject 10 exercise 1",
        "DB5 subject 1 exercise 1",
    ]
    assert (found.unreadable, found.remarks, found.left_out) == ((), (), {})
    assert [r.wearer for r in recordings(folder)] == ["DB1-S2", "DB1-S10", "DB5-S1"]


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_never_ends_is_not_read(tmp_path, kind):
    """A pipe waits for ever, and /dev/zero has no end."""
    path = tmp_path / "pipe"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(RecordingError, match="is neither a file nor a folder; give a folder, a zip or a file"):
        find(path)


def test_subjects_that_are_not_there_are_said(folder):
    """Those that are there are taken."""
    found = find(folder, "DB1", subjects=[1, 2, 3, 10])
    assert {take.subject for take in found.takes} == {2, 10}
    assert found.remarks == (f"{folder} holds no recording of subjects 1, 3",)


def test_databases_and_subjects_can_be_chosen(folder):
    """What was not asked for is left out, and counted by database."""
    found = find(folder, database="db5")
    assert [take.database for take in found.takes] == ["DB5"]
    assert found.left_out == {"DB1": 2}
    assert [r.wearer for r in recordings(folder, ["DB1", "DB5"], subjects=[10])] == ["DB1-S10"]


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({"database": "DB4"}, "nothing of the database asked for; it holds DB1, DB5"),
        ({"database": "DB9"}, "'DB9' is no database of NinaPro"),
        ({"subjects": [3]}, "none of the subjects asked for; it holds DB1 subject 10"),
    ],
)
def test_choosing_what_is_not_there_says_what_is(folder, limits, sentence):
    """An empty choice is an error that names the alternatives."""
    with pytest.raises(RecordingError, match=sentence):
        find(folder, **limits)


def test_a_copy_is_used_once_and_told(folder):
    """The same file unzipped beside its zip is one take, the unzipped one."""
    with zipfile.ZipFile(folder / "s1.zip") as archive:
        archive.extractall(folder / "unzipped")
    found = find(folder, "DB5")
    assert [take.file.path.name for take in found.takes] == ["S1_E1_A1.mat"]
    assert len(found.remarks) == 1
    assert "is a copy of" in found.remarks[0]


def test_two_files_that_claim_one_take_are_told(folder):
    """When they differ the first is used, and the user is told both names."""
    files.write(folder / "other" / "S2_A1_E1.mat", files.db1(3, 2))
    found = find(folder, "DB1")
    assert len(found.takes) == 2
    assert "differ" in found.remarks[0]


def test_a_digest_follows_the_content(folder, tmp_path):
    """A renamed copy has the digest of the original; another file has another."""
    first, _, other = find(folder).takes
    copied = tmp_path / "copied" / "S3_A1_E1.mat"
    copied.parent.mkdir()
    shutil.copy(first.file.path, copied)
    assert find(copied).takes[0].digest() == first.digest() != other.digest()


def test_a_damaged_file_among_good_ones(folder):
    """With someone to tell, it is passed over; without, it raises."""
    variables = files.db1(2, 2)
    variables["emg"][3, 3] = np.nan
    files.write(folder / "DB1" / "S3_A1_E1.mat", variables)
    said = []
    assert len(list(recordings(folder, report=said.append))) == 3
    assert len(said) == 1
    with pytest.raises(RecordingError, match=r"S3_A1_E1\.mat"):
        list(recordings(folder))


def test_db8_is_refused_with_the_reason(tmp_path):
    """It is recognised, and has nothing to classify."""
    files.write(tmp_path / "S1_E1_A1.mat", files.arrays(16, [1], 2, frequency=2000))
    files.write(tmp_path / "S1_E1_A2.mat", files.arrays(16, [1], 2, frequency=2000))
    with pytest.raises(RecordingError, match=r"DB8 is left out \(2 files\).*joint angles"):
        find(tmp_path)


def test_a_folder_without_files_of_ninapro_says_where_to_get_them(tmp_path):
    """An empty folder, and one with other files only."""
    for other in (None, "notes.csv"):
        if other:
            (tmp_path / other).write_text("1,2")
        with pytest.raises(RecordingError, match=r"holds no recording.*ninapro\.hevs\.ch"):
            find(tmp_path)


def test_nothing_readable_names_the_first_reason_and_counts_the_rest(tmp_path):
    """Three damaged files are one sentence."""
    for name in ("S1_E1_A1.mat", "S2_E1_A1.mat"):
        (tmp_path / name).write_bytes(b"junk")
    (tmp_path / "s3.zip").write_bytes(b"junk")
    with pytest.raises(RecordingError, match=r"nothing in .* can be used: .*and 2 more"):
        find(tmp_path)


def test_a_take_knows_the_names_that_its_recording_will_have(folder):
    """Before anything is read: person, session, exercise, signal, and what it is called."""
    lab(folder / "lab")
    for take in find(folder).takes:
        recording = take.read()
        assert (take.name, take.wearer, take.subject) == (recording.take, recording.wearer, recording.subject)
        assert (take.database, take.session, take.exercise) == (
            recording.database,
            recording.session,
            recording.exercise,
        )
        assert take.source == recording.source
