import numpy as np
import pytest
from support import ninapro_files as files
from support.data_folders import lab

from emg_edge.errors import RecordingError
from emg_edge.recordings.inventory import inventory, ranges


def test_a_complete_subject_has_no_problems(tmp_path):
    """All exercises, movements and repetitions of one subject of DB5."""
    for exercise, movements in ((1, 12), (2, 17), (3, 23)):
        files.write(tmp_path / f"S4_E{exercise}_A1.mat", files.db5(movements))
    found = inventory(tmp_path)
    (held,) = found.databases
    assert found.problems == ()
    assert (held.database, held.subjects, held.exercises, held.exercise_letters) == (
        "DB5",
        (4,),
        (1, 2, 3),
        ("A", "B", "C"),
    )
    assert (held.channels, held.layouts, held.rates_hz, held.domain) == ((16,), ("ninapro-db5",), (200.0,), "raw")
    assert (held.movements, held.repetitions) == (tuple(range(1, 53)), tuple(range(1, 7)))
    samples = (52 * 6 * 2 + 3) * files.STRETCH
    assert (held.recordings, held.samples) == (3, samples)
    assert held.minutes == pytest.approx(samples / 200 / 60)
    assert held.rest_share == pytest.approx((52 * 6 + 3) / (52 * 6 * 2 + 3))


def test_what_is_missing_is_told(tmp_path):
    """Exercises by subject, movements and repetitions by file."""
    files.write(tmp_path / "S1_A1_E1.mat", files.db1(11))
    files.write(tmp_path / "S2_A1_E1.mat", files.db1(12, 8))
    files.write(tmp_path / "S2_A1_E2.mat", files.db1(17))
    assert inventory(tmp_path).problems == (
        "DB1: no file of exercise 2 (B) for subject 1",
        "DB1: no file of exercise 3 (C) for any subject",
        "DB1 subject 1 exercise 1: movement 12 missing",
        "DB1 subject 2 exercise 1: repetition 9-10 of movement 1-12 missing",
    )


def test_every_database_of_a_folder_is_listed_with_its_problems(tmp_path):
    """Good files are counted, and what the reader mended, could not tell or could not read is a problem each."""
    variables = files.db6()
    variables["emg"] = variables["emg"][:-3]
    files.write(tmp_path / "S1_D1_T1.mat", variables)
    files.write(tmp_path / "DB3" / "S6_E3_A1.mat", files.delsys([*range(41, 50)], 10))
    files.write(tmp_path / "DB3" / "S1_E3_A1.mat", files.delsys([*range(41, 50)]))
    files.write(tmp_path / "S1_E2_A1.mat", files.delsys([*range(1, 24)]))
    files.write(tmp_path / "DB8" / "S1_E1_A1.mat", files.arrays(16, [1], 2))
    holed = files.db5()
    holed["emg"][0, 0] = np.inf
    files.write(tmp_path / "S5_E1_A1.mat", holed)
    (tmp_path / "S6_E1_A1.mat").write_bytes(b"junk")
    found = inventory(tmp_path)
    by_name = {held.database: held for held in found.databases}
    assert list(by_name) == ["DB3", "DB6"]
    assert by_name["DB3"].channels == (10, 12)
    assert (by_name["DB6"].exercises, by_name["DB6"].channels) == ((), (14,))
    for piece in ("could be of DB2", "DB8 is left out", "not finite", "not a MATLAB 5", "trimmed to the shortest"):
        assert sum(piece in problem for problem in found.problems) == 1, piece


def test_nothing_readable_is_an_error(tmp_path):
    """A file that looks sound until its samples are read is no inventory either."""
    variables = files.db1()
    variables["emg"][:] = np.nan
    files.write(tmp_path / "S1_A1_E1.mat", variables)
    with pytest.raises(RecordingError, match="not finite"):
        inventory(tmp_path)


@pytest.mark.parametrize(("numbers", "short"), [([], ""), ([3], "3"), ([1, 2, 3, 4, 7], "1-4, 7"), ([9, 1, 1], "1, 9")])
def test_ranges(numbers, short):
    """Runs of whole numbers are written short."""
    assert ranges(numbers) == short


def test_other_sets_are_held_with_names_and_days(tmp_path):
    """What a day lacks that others have is told, and how many people there should be nobody knows."""
    lab(tmp_path)
    for trial in (1, 2):
        (tmp_path / "bo" / "day2" / f"fist_{trial}.csv").unlink()
    (tmp_path / "bo" / "day1" / "snap_2.csv").unlink()
    found = inventory(tmp_path)
    (held,) = found.databases
    assert (held.wearers, held.subjects, held.subjects_published) == (("LAB-al", "LAB-bo"), (1, 2), None)
    assert (held.sessions, held.movements, held.repetitions, held.exercises) == ((1, 2), (18, 100), (1, 2), ())
    assert (held.recordings, held.minutes) == (21, pytest.approx(21 / 60))
    assert found.problems == (
        "lab LAB-bo session 1: repetition 2 of movement 100 missing",
        "lab LAB-bo session 2: movement 18 missing",
    )
