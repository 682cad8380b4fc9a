import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from emg_edge.cli.main import COMMANDS, cli, main
from emg_edge.errors import EmgEdgeError


def ran(*arguments: str, closed: str = "") -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, as a shell starts it."""
    command = [sys.executable, "-m", "emg_edge", *arguments]
    if closed:
        command = ["sh", "-c", f'exec "$@" {closed}', "sh", *command]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_help_lists_every_command() -> None:
    """One line each, and the way to try it without hardware."""
    done = ran("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for name in COMMANDS:
        assert f"\n  {name} " in done.stdout
    assert "emg-edge run --board synthetic" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    """Each command is there, with a docstring of its own."""
    command = cli.get_command(click.Context(cli), name)
    assert isinstance(command, click.Command)
    assert command.help
    with pytest.raises(SystemExit) as stopped:
        main([name, "--help"])
    assert stopped.value.code == 0


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["info", "--nonsense"], ["train"], ["quantize", "run"], ["--board"]]
)
def test_misuse_is_two(arguments: list[str]) -> None:
    """An unknown command or option, and a missing one: usage on stderr, nothing on stdout."""
    done = ran(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert "Usage:" in done.stderr


def test_a_domain_error_is_one_sentence_and_one() -> None:
    """On stderr, with the program's name; stdout stays empty."""
    done = ran("info", "nowhere.tflite")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "emg-edge: cannot read the model nowhere.tflite: no such file or directory\n"


def test_any_other_exception_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of ours is not dressed up as a mistake of the user's."""

    def defect(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "main", defect)
    with pytest.raises(ZeroDivisionError):
        main([])


def test_an_error_raised_anywhere_below_ends_with_its_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every EmgEdgeError is shown as it is."""

    def refused(**_: object) -> None:
        raise EmgEdgeError("no space left; free some")

    monkeypatch.setattr(cli, "main", refused)
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 1
    assert capsys.readouterr() == ("", "emg-edge: no space left; free some\n")


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    """`emg-edge info | head -1` ends quietly."""
    script = f"{sys.executable} -m emg_edge info --json | head -1"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "{\n"
    assert done.stderr == ""


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_do_not_matter(closed: str) -> None:
    """A service may start a command without stdout or stderr: it works, and what is open says what it should."""
    assert ran("info", closed=closed).returncode == 0
    assert ran("run", "--board", "synthetic", "--duration", "0.5", closed=closed).returncode == 0
    refused = ran("info", "nowhere.tflite", closed=closed)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == ("2" not in closed)


def test_the_version_is_the_distributions(tmp_path: Path) -> None:
    """`--version` says it, alone."""
    done = ran("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("emg-edge, version ")
    assert json.dumps(done.stdout.split()[-1])
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a command has nothing of its own to say about it."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("emg_edge.decoding.modelfile.read", interrupted)
    with pytest.raises(SystemExit) as stopped:
        main(["info", "x.tflite"])
    assert stopped.value.code == 1
    told = capsys.readouterr().err.splitlines()
    assert told == ["emg-edge: interrupted: nothing half done is kept, and the same command starts anew"]
