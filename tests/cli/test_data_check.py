import json
import subprocess
import sys

import numpy as np
import pytest
from support import ninapro_files as files
from support.data_folders import lab


def _check(*arguments):
    """The command as a user runs it: exit code, standard output, standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "emg_edge", "data", "check", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path):
    files.write(tmp_path / "data" / "S2_A1_E1.mat", files.db1())
    files.write(tmp_path / "data" / "S1_E1_A1.mat", files.db5())
    return tmp_path / "data"


def test_json_has_the_promised_fields(folder):
    """Databases with subjects, rate, channels, exercises and minutes; problems a sentence each; nothing else said."""
    code, out, err = _check(folder, "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert set(found) == {"databases", "problems"}
    promised = {
        key: found["databases"]["DB1"][key] for key in ("subjects", "rate_hz", "channels", "exercises", "minutes")
    }
    assert promised == {"subjects": [2], "rate_hz": 100, "channels": 10, "exercises": [1], "minutes": 0.8}
    assert "DB5: no file of exercise 2 (B) for any subject" in found["problems"]


def test_a_person_gets_a_table_with_the_problems_below(folder):
    """Damage beside good files is listed, and the exit code stays 0."""
    (folder / "S9_E1_A1.mat").write_bytes(b"junk")
    code, out, err = _check(folder)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split()[:3] == ["database", "subjects", "exercises"]
    assert [line.split()[0] for line in lines[1:3]] == ["DB1", "DB5"]
    assert "5 problems:" in lines
    assert any("S9_E1_A1.mat is not a MATLAB 5 file" in line for line in lines)


def test_one_database_can_be_asked_for(folder):
    """The others are left out, and that is said on standard error."""
    code, out, err = _check(folder, "--json", "--database", "db5")
    assert (code, list(json.loads(out)["databases"])) == (0, ["DB5"])
    assert err == "1 files of DB1 were left out: not asked for\n"


def test_other_data_sets_stand_beside_ninapro(folder):
    """With the names of their people and their sessions; a broken description is a problem."""
    lab(folder / "lab")
    (lab(folder / "more") / "emg-data.toml").write_text("name = 3")
    code, out, err = _check(folder)
    assert (code, err) == (0, "")
    row = next(line for line in out.splitlines() if line.startswith("lab "))
    assert row.split() == ["lab", "2:", "1-2", "-", "raw", "200", "Hz", "4", "1-2", "1-2", "18,", "100", "0.4", "33%"]
    assert "lab: LAB-al, LAB-bo" in out.splitlines()
    assert "emg-data.toml does not describe a data set" in out
    code, out, _ = _check(folder, "--json", "--database", "lab")
    held = json.loads(out)["databases"]["lab"]
    assert (held["wearers"], held["sessions"], held["subjects_published"]) == (["LAB-al", "LAB-bo"], [1, 2], None)


def test_a_data_set_that_is_not_there_is_named(folder):
    """With those that are known."""
    code, out, err = _check(folder, "--database", "lob")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "'lob' is no database of NinaPro" in err


def _nan():
    variables = files.db5()
    variables["emg"][5, 5] = np.nan
    return variables


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("", None, "there is no"),
        ("empty/readme.txt", b"hello", "holds no recording"),
        ("alien/S1_E1_A1.mat", {"x": np.zeros(3)}, "holds no two-dimensional 'emg'"),
        ("holed/S1_E1_A1.mat", _nan(), "not finite"),
        ("zip/s1.zip", b"junk", "damaged"),
        ("twelve/S1_E1_A1.mat", files.delsys([1]), "--database"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_1(tmp_path, name, content, sentence):
    """Whatever is wrong: no traceback, nothing on standard output, one line on standard error."""
    path = tmp_path / "data" / name
    if content is not None:
        path.parent.mkdir(parents=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            files.write(path, content)
    code, out, err = _check(path.parent if content is not None else tmp_path / "nothere")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert sentence in err


def test_misuse_is_exit_2(folder):
    """An unknown database is misuse."""
    code, out, err = _check(folder, "--database", "DB9")
    assert (code, out) == (2, "")
    assert "DB9" in err


def test_help_loads_nothing_heavy():
    """Listing and help work without importing numpy."""
    program = (
        "import sys; from emg_edge.cli.main import cli\n"
        "for words in (['data', '--help'], ['data', 'check', '--help']): cli.main(words, standalone_mode=False)\n"
        "assert not {'numpy', 'scipy', 'tensorflow', 'tqdm'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "simulate" in done.stdout
