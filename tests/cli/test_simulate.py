import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.command import simulating

from emg_edge.cli.simulate import BOARDS
from emg_edge.device.simulator.boards import SIMULATED

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


def simulate(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "emg_edge", "simulate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_boards_on_the_command_line_are_those_that_can_be_simulated():
    """The names are written twice, so that --help stays quick."""
    assert tuple(SIMULATED) == BOARDS


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_line_is_the_port_and_a_signal_ends_it_well(number):
    """The path can be opened at once; Ctrl-C and SIGTERM end it with 0 and leave no link behind."""
    with simulating("cyton") as (path, process):
        assert Path(path).readlink().is_char_device()
        os.close(os.open(path, os.O_RDWR | os.O_NOCTTY))
        process.send_signal(number)
        out, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out == ""
    assert path in said
    assert "Traceback" not in said
    assert not Path(path).parent.exists()


def test_a_duration_ends_it():
    """By itself, with 0, and with nothing left."""
    done = simulate("myo", "--source", "counter", "--duration", "0.2")
    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.strip()).parent.exists()


@pytest.mark.parametrize("script", sorted(path.name for path in EXAMPLES.glob("*.toml")))
def test_the_example_scripts_run(script):
    """Each of the documentation's."""
    done = simulate("cyton", "--fault-script", str(EXAMPLES / script), "--duration", "0.1")
    assert done.returncode == 0, done.stderr


def one_sentence(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_a_missing_script_is_one_sentence(tmp_path):
    """And nothing is simulated."""
    assert "no.toml" in one_sentence(simulate("cyton", "--fault-script", str(tmp_path / "no.toml")))


def test_a_bad_script_is_one_sentence(tmp_path):
    """With the file's name and the kinds there are."""
    (tmp_path / "bad.toml").write_text('[[fault]]\nkind = "dorp"\n')
    said = one_sentence(simulate("cyton", "--fault-script", str(tmp_path / "bad.toml")))
    assert "bad.toml" in said
    assert "drop" in said


@pytest.mark.parametrize("source", ["nowhere.mat", "."])
def test_a_source_that_is_none_is_one_sentence(source):
    """No such recording, or a folder."""
    one_sentence(simulate("cyton", "--source", source))


def test_faults_are_told_as_they_happen(tmp_path):
    """Each with its time, once streaming has begun."""
    script = tmp_path / "s.toml"
    script.write_text('[[fault]]\nkind = "burst-loss"\nat_s = 0.05\npackets = 3\n')
    with simulating("cyton", "--fault-script", str(script), "--duration", "20") as (path, process):
        client = os.open(path, os.O_RDWR | os.O_NOCTTY)
        os.write(client, b"b")
        assert process.stderr is not None
        assert "simulating" in process.stderr.readline()
        assert re.match(r"0\.\d\d s: burst-loss packets 3\n", process.stderr.readline())
        os.close(client)
