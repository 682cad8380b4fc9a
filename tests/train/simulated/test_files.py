import itertools
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.io import loadmat

from emg_edge.errors import EmgEdgeError
from emg_edge.firmware_bridge.forearm.wearer import SimulatedWearer
from emg_edge.signal.units import UV_PER_MYO_COUNT
from emg_edge.train.simulated.files import Plan, simulate

BRISK = {"repetitions": 2, "subjects": 1, "hold_s": 0.5, "rest_s": 0.5}
Mat = dict[str, NDArray[Any]]


def made(folder: Path, **settings: Any) -> list[Mat]:
    """The files of a brisk simulation, in order of writing."""
    return [loadmat(BytesIO(path.read_bytes())) for path in simulate(Plan(**(BRISK | settings)), folder)]


def runs(values: NDArray[Any]) -> list[tuple[int, int, int]]:
    """(value, first, past the last) of each constant stretch."""
    found, at = [], 0
    for value, group in itertools.groupby(values.ravel().tolist()):
        length = sum(1 for _ in group)
        found.append((value, at, at + length))
        at += length
    return found


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"database": "DB1", "exercises": (1, 3)}, ["S1_A1_E1.mat", "S1_A1_E3.mat"]),
        ({"database": "DB5", "subjects": 2}, ["s1/S1_E1_A1.mat", "s2/S2_E1_A1.mat"]),
        ({"database": "DB2", "repetitions": 1}, ["DB2_s1/S1_E1_A1.mat"]),
        (
            {"database": "DB6", "sessions": 3, "repetitions": 1},
            [f"DB6_s1/S1_{s}.mat" for s in ("D1_T1", "D1_T2", "D2_T1")],
        ),
    ],
)
def test_files_lie_and_are_named_as_users_have_them(tmp_path: Path, settings: dict[str, Any], names: list[str]) -> None:
    """Each database has its own folders and its own order of subject, exercise and acquisition in the name."""
    paths = simulate(Plan(**(BRISK | settings)), tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == names
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(paths)


@pytest.mark.parametrize(
    ("database", "columns", "dtype", "labels", "axes"),
    [
        ("DB1", 10, np.float64, np.uint8, None),
        ("DB2", 12, np.float32, np.int8, 36),
        ("DB3", 12, np.float32, np.int8, 36),
        ("DB4", 12, np.float32, np.int8, None),
        ("DB5", 16, np.float32, np.int8, 3),
        ("DB6", 16, np.float32, np.int8, 48),
        ("DB7", 12, np.float32, np.int8, 36),
    ],
)
def test_variables_have_the_documented_shapes_and_types(
    tmp_path: Path, database: str, columns: int, dtype: type, labels: type, axes: int | None
) -> None:
    """`emg` has its channels, labels stand upright beside it, and the file says that it is simulated."""
    (mat,) = made(tmp_path, database=database, repetitions=1)
    n = len(mat["emg"])
    assert mat["emg"].shape == (n, columns)
    assert mat["emg"].dtype == dtype
    for name in ("stimulus", "repetition", "restimulus", "rerepetition"):
        assert mat[name].shape == (n, 1)
        assert mat[name].dtype == labels
    assert mat["acc"].shape == (n, axes) if axes else "acc" not in mat
    assert mat["subject"].item() == 1
    assert mat["simulated"].item() == 1


def test_db5_is_signed_counts_with_its_wrong_exercise_field(tmp_path: Path) -> None:
    """Counts are whole, within a signed byte and in the range of real recordings; field 3 stands for exercise 1."""
    first, second, third = made(tmp_path, exercises=(1, 2, 3), repetitions=1)
    assert [mat["exercise"].item() for mat in (first, second, third)] == [3, 1, 2]
    emg = first["emg"]
    assert (emg == np.rint(emg)).all()
    assert -128 <= emg.min() < 0 < emg.max() <= 127
    assert 5 < np.sqrt((emg**2).mean(axis=0)).max() < 60
    assert first["frequency"].item() == 200


def test_db5_is_what_the_wearer_of_the_same_number_shows(tmp_path: Path) -> None:
    """The upper ring of a simulated file is the wearer's own signal, to half a count."""
    (mat,) = made(tmp_path, subjects=1, seed=3)
    wearer = SimulatedWearer(
        1, (3, 5, 1, 1), repetitions=2, order="ninapro", hold_s=(0.4, 0.6), rest_s=(0.4, 0.6), layout="ninapro-db5"
    )
    own = wearer.read(10**6)
    np.testing.assert_allclose(mat["emg"], (own.samples / UV_PER_MYO_COUNT).clip(-128, 127), atol=0.51)
    np.testing.assert_array_equal(mat["restimulus"].ravel(), own.movement)


def test_db1_is_a_quantised_envelope(tmp_path: Path) -> None:
    """Volts are never negative, lie on a grid of 5/2048 V, rest near zero and rise with movements."""
    (mat,) = made(tmp_path, database="DB1", hold_s=1.0)
    emg, active = mat["emg"], mat["restimulus"].ravel() > 0
    steps = emg / (5 / 2048)
    assert np.abs(steps - np.rint(steps)).max() < 0.03
    assert 0 <= emg.min() < emg.max() <= 4.6655
    assert np.median(emg[~active]) < 0.05
    assert emg[active].mean(axis=0).max() > 5 * np.median(emg[~active])
    assert np.abs(np.diff(emg, axis=0)).max() < 0.5


@pytest.mark.parametrize(
    ("database", "exercise", "first", "last"),
    [
        ("DB1", 2, 1, 17),
        ("DB5", 3, 1, 23),
        ("DB2", 1, 1, 17),
        ("DB2", 2, 18, 40),
        ("DB3", 3, 41, 49),
        ("DB4", 2, 1, 17),
    ],
)
def test_labels_restart_or_run_on(tmp_path: Path, database: str, exercise: int, first: int, last: int) -> None:
    """Labels restart at 1 in each file, but run on across the files of DB2 and DB3."""
    (mat,) = made(tmp_path, database=database, exercises=(exercise,), repetitions=1, hold_s=0.2, rest_s=0.2)
    assert np.unique(mat["restimulus"]).tolist() == [0, *range(first, last + 1)]


def test_db6_has_its_seven_labels_and_two_empty_columns(tmp_path: Path) -> None:
    """Raw labels are those of the documentation, and columns 9 and 10 hold nothing."""
    (mat,) = made(tmp_path, database="DB6", repetitions=1)
    assert np.unique(mat["restimulus"]).tolist() == [0, 1, 3, 4, 6, 9, 10, 11]
    silent = ~mat["emg"].any(axis=0)
    assert np.flatnonzero(silent).tolist() == [8, 9]


def test_two_of_db3_have_ten_electrodes(tmp_path: Path) -> None:
    """Subjects 6 and 7 of DB3 were recorded with ten columns."""
    mats = made(tmp_path, database="DB3", subjects=7, repetitions=1, hold_s=0.2, rest_s=0.2)
    assert [mat["emg"].shape[1] for mat in mats] == [12, 12, 12, 12, 12, 10, 10]


@pytest.mark.parametrize(("database", "rest_has_repetitions"), [("DB1", False), ("DB5", True)])
def test_rest_has_repetitions_in_db5_only(tmp_path: Path, database: str, rest_has_repetitions: bool) -> None:
    """DB5 gives rest the repetition of the movement it precedes, and 0 after the last; DB1 always 0."""
    (mat,) = made(tmp_path, database=database)
    movement, repetition = mat["restimulus"].ravel(), mat["rerepetition"].ravel()
    assert set(repetition[movement > 0]) == {1, 2}
    rests = [(first, last) for value, first, last in runs(movement) if value == 0]
    for first, last in rests[:-1]:
        assert set(repetition[first:last]) == ({repetition[last]} if rest_has_repetitions else {0})
    assert set(repetition[rests[-1][0] :]) == {0}


def test_the_cue_comes_about_a_second_before_the_movement(tmp_path: Path) -> None:
    """`stimulus` begins 0.8 to 1.2 s ahead of `restimulus`, ends after it, and names the same movements."""
    (mat,) = made(tmp_path, hold_s=2.0, rest_s=3.0)
    cues, moves = ([run for run in runs(mat[name]) if run[0]] for name in ("stimulus", "restimulus"))
    assert [cue[0] for cue in cues] == [move[0] for move in moves]
    assert all(0.79 <= (move[1] - cue[1]) / 200 <= 1.21 for cue, move in zip(cues, moves, strict=True))
    assert all(cue[2] > move[2] for cue, move in zip(cues, moves, strict=True))
    assert set(mat["repetition"][mat["stimulus"] > 0]) == {1, 2}
    assert set(mat["repetition"][mat["stimulus"] == 0]) == {0}


def test_the_same_settings_give_the_same_bytes_and_another_seed_another_signal(tmp_path: Path) -> None:
    """A simulation can be made again exactly, on another day too: the file holds no date."""
    first, again, other = (
        simulate(Plan(subjects=1, repetitions=1, hold_s=0.3, rest_s=0.3, seed=seed), tmp_path / name)[0].read_bytes()
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first == again
    assert first != other


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    """A second run refuses before it simulates anything, and replaces with force."""
    plan = Plan(subjects=2, repetitions=1, hold_s=0.3, rest_s=0.3)
    _, second = simulate(plan, tmp_path)
    second.write_bytes(b"mine")
    (tmp_path / "s1" / "S1_E1_A1.mat").unlink()
    with pytest.raises(EmgEdgeError, match=r"S2_E1_A1\.mat exists already"):
        simulate(plan, tmp_path)
    assert list(tmp_path.rglob("*.mat")) == [second]
    assert second.read_bytes() == b"mine"
    simulate(plan, tmp_path, force=True)
    assert second.stat().st_size > 1000


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"database": "DB9"}, "no database 'DB9'"),
        ({"database": "DB8"}, "DB8 is not simulated: it is made for the regression"),
        ({"subjects": 11}, "DB5 has 10 subjects, and 11"),
        ({"exercises": (4,)}, "DB5 has the exercises 1, 2, 3, and 4"),
        ({"repetitions": 101}, "1 to 100 repetitions can be simulated, and 101"),
        ({"sessions": 2}, "DB5 has 1 sessions, and 2"),
        ({"hold_s": 0.0}, r"0\.2 to 60 s in simulation, and 0 s"),
        ({"rest_s": float("nan")}, "and nan s was asked for"),
        ({"seed": -1}, "from 0, and -1"),
    ],
)
def test_what_no_database_has_is_refused(settings: dict[str, Any], sentence: str) -> None:
    """Numbers beyond a database, and durations that make no sense, are named in one sentence."""
    with pytest.raises(EmgEdgeError, match=sentence):
        Plan(**settings).takes()
