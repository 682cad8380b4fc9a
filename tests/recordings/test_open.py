import zipfile

import pytest
from support import ninapro_files as files

from emg_edge.errors import RecordingError
from emg_edge.recordings.open import is_labelled, open_recording


def test_a_mat_and_a_zip_of_one(tmp_path):
    """A NinaPro file opens by itself and from its zip."""
    path = files.write(tmp_path / "S1_E1_A1.mat", files.db5(2, 2))
    with zipfile.ZipFile(tmp_path / "s1.zip", "w") as archive:
        archive.write(path, "s1/S1_E1_A1.mat")
    plain, packed = open_recording(path), open_recording(tmp_path / "s1.zip")
    assert plain.take == packed.take == "DB5-S1-D1-A"
    assert (plain.samples == packed.samples).all()
    assert is_labelled(plain)


def test_the_user_may_say_the_database(tmp_path):
    """What the file cannot say, the word does."""
    path = files.write(tmp_path / "S1_E2_A1.mat", files.delsys([1, 2]))
    assert open_recording(path, database="DB7").database == "DB7"


def test_a_zip_of_several_is_refused(tmp_path):
    """Which of them to play nobody can know."""
    one = files.write(tmp_path / "S1_E1_A1.mat", files.db5(2, 2))
    two = files.write(tmp_path / "S1_E2_A1.mat", files.db5(3, 2))
    with zipfile.ZipFile(tmp_path / "s1.zip", "w") as archive:
        archive.write(one, one.name)
        archive.write(two, two.name)
    with pytest.raises(RecordingError, match="holds 2 recordings"):
        open_recording(tmp_path / "s1.zip")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nothere.mat", "is not there"),
        ("folder", "is no file"),
        ("raw.csv", "does not say its own rate and unit"),
        ("picture.png", "of no kind we read"),
    ],
)
def test_what_cannot_be_opened_says_why(tmp_path, name, sentence):
    """Absent, a folder, a table without its rate, a file of another kind."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "raw.csv").write_text("1,2,3,4,5,6,7,8\n")
    (tmp_path / "picture.png").write_bytes(b"png")
    with pytest.raises(RecordingError, match=sentence):
        open_recording(tmp_path / name)
