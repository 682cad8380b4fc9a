import pytest

from emg_edge.errors import RecordingError
from emg_edge.recordings.filename import TakeName, database_said, parse
from emg_edge.recordings.identify import Facts, identify


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("S1_A1_E1.mat", TakeName(1, 1, 1, "A_E")),
        ("s27_a1_e3.MAT", TakeName(27, 3, 1, "A_E")),
        ("S10_E2_A1.mat", TakeName(10, 2, 1, "E_A")),
        ("S3_D1_T1.mat", TakeName(3, None, 1, "D_T")),
        ("S3_D5_T2.mat", TakeName(3, None, 10, "D_T")),
        ("S1_E1_A1.mat.part", None),
        ("glove.mat", None),
    ],
)
def test_file_names(name, expected):
    """Every kind of NinaPro file name is read, and nothing else is."""
    assert parse(name) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("home", "DB5", "s1", "S1_E1_A1.mat"), "DB5"),
        (("DB5", "DB2_s1.zip", "S1_E1_A1.mat"), "DB2"),
        (("ninapro_db7", "S1_E1_A1.mat"), "DB7"),
        (("my NinaPro DB 3 files", "S1_E1_A1.mat"), "DB3"),
        (("feedb1", "DB12", "S1_E1_A1.mat"), None),
    ],
)
def test_folder_and_zip_names(parts, expected):
    """The nearest folder or zip that names a database counts."""
    assert database_said(parts) == expected


def _facts(name, channels, rate=None, keys=(), said=None):
    return Facts(name, parse(name), channels, rate, frozenset({"emg", *keys}), said)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (_facts("S1_A1_E1.mat", 10), "DB1"),
        (_facts("S7_A1_E1.mat", 10), "DB1"),
        (_facts("S7_A1_E1.mat", 10, keys=["acc"]), "DB3"),
        (_facts("S6_E1_A1.mat", 10), "DB3"),
        (_facts("S1_A1_E1.mat", 12), "DB3"),
        (_facts("S1_E1_A1.mat", 16, 200), "DB5"),
        (_facts("S1_D1_T1.mat", 14, 2000), "DB6"),
        (_facts("S1_D1_T1.mat", 16, 2000), "DB6"),
        (_facts("S1_E1_A1.mat", 16, 2000), "DB8"),
        (_facts("S1_E1_A1.mat", 16, 1111), "DB8"),
        (_facts("S30_E3_A1.mat", 12, 2000), "DB2"),
        (_facts("S20_E1_A1.mat", 12, 2000, ["gyro", "mag"]), "DB7"),
        (_facts("S1_E1_A1.mat", 12, said="DB4"), "DB4"),
        (_facts("S1_E1_A1.mat", 16, 200, said="DB2"), "DB5"),
    ],
)
def test_a_file_is_told_by_what_fits_then_by_its_folder(facts, expected):
    """Channels, rate, keys and the name decide; the folder decides only among those that fit."""
    assert identify(facts).name == expected


def test_in_doubt_the_user_decides():
    """Twelve channels could be four databases: refused with what to say, and settled by the user's word."""
    facts = _facts("S1_E1_A1.mat", 12, 2000)
    with pytest.raises(RecordingError, match=r"could be of DB2, DB3, DB4, DB7.*--database DB2"):
        identify(facts)
    assert identify(facts, ["DB4"]).name == "DB4"


def test_the_folder_outweighs_a_filter():
    """A DB3 file in a folder of that name is not taken for DB2 because the user asked for DB2 only."""
    assert identify(_facts("S1_E1_A1.mat", 12, said="DB3"), ["DB2"]).name == "DB3"


def test_a_file_that_fits_nothing_is_refused():
    """Seven channels are in no database."""
    with pytest.raises(RecordingError, match="7 channels at 300 Hz"):
        identify(_facts("S1_E1_A1.mat", 7, 300))
