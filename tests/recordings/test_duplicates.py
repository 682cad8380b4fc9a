import shutil

from support import ninapro_files as files
from support.data_folders import cote_allard, lab, rows, text

from emg_edge.recordings.takes import find


def test_people_that_are_copies_of_others_are_noticed(tmp_path):
    """As in a published set: every pair of files is exposed, and one sentence names both people."""
    root = cote_allard(tmp_path, ("PreTrainingDataset/Female6/training0", "EvaluationDataset/Female0/training0"))
    for number in (7, 8):
        shutil.copytree(root / "EvaluationDataset/Female0", root / f"PreTrainingDataset/Female{number}")
    found = find(root)
    assert len(found.takes) == 4 * 28
    assert {(one.wearer, other.wearer) for one, other in found.duplicates} == {
        ("COTE-pre-Female7", "COTE-pre-Female8"),
        ("COTE-pre-Female7", "COTE-eval-Female0"),
    }
    assert len(found.duplicates) == 2 * 28
    assert all(one.file.digest() == other.file.digest() for one, other in found.duplicates)
    assert len(found.remarks) == 2
    assert "28 files of COTE-eval-Female0 and COTE-pre-Female7 hold the same recording twice" in " ".join(found.remarks)


def test_copies_of_one_person_are_noticed_too(tmp_path):
    """A trial that was copied to stand for another would lie on both sides of a split."""
    root = lab(tmp_path)
    shutil.copy(root / "al/day1/fist_1.csv", root / "al/day2/fist_2.csv")
    found = find(root)
    assert [[take.file.name for take in pair] for pair in found.duplicates] == [["fist_1.csv", "fist_2.csv"]]
    assert "a file of LAB-al hold" in found.remarks[0]


def test_ninapros_files_are_compared_too(tmp_path):
    """Whatever their names say."""
    files.write(tmp_path / "S1_E1_A1.mat", files.db5(2, 2))
    shutil.copy(tmp_path / "S1_E1_A1.mat", tmp_path / "S2_E1_A1.mat")
    ((one, other),) = find(tmp_path).duplicates
    assert (one.wearer, other.wearer) == ("DB5-S1", "DB5-S2")


def test_files_of_one_size_and_other_content_are_none(tmp_path):
    """Only what is the same byte for byte counts."""
    root = lab(tmp_path, people=())
    for trial in (1, 2):
        text(root / f"al/day1/fist_{trial}.csv", 10 + rows(trial) % 10)
    found = find(root)
    assert len({take.file.size for take in found.takes}) == 1
    assert found.duplicates == ()
