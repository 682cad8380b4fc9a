import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from emg_edge.cli.main import main
from emg_edge.cli.simulate_data import command

BRISK = ["--repetitions", "1", "--hold", "0.3", "--rest", "0.3"]


def invoked(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_paths_are_written_to_stdout_and_talk_to_stderr(tmp_path: Path) -> None:
    """Standard output lists the files, one a line; what was done is said on standard error."""
    result = invoked(str(tmp_path), *BRISK)
    assert result.exit_code == 0
    assert [Path(line) for line in result.stdout.splitlines()] == sorted(tmp_path.rglob("*.mat"))
    assert "2 files of DB5" in result.stderr
    assert "simulating" not in result.stderr  # no progress bar without a terminal


def test_exercises_and_databases_can_be_chosen(tmp_path: Path) -> None:
    """--exercise may be given several times, and names of databases in any case."""
    result = invoked(
        str(tmp_path), *BRISK, "--database", "db1", "--subjects", "1", "--exercise", "1", "--exercise", "2"
    )
    assert result.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["S1_A1_E1.mat", "S1_A1_E2.mat"]


def test_an_existing_file_is_refused_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second call says --force and exits with 1; with --force it succeeds."""
    arguments = ["data", "simulate", str(tmp_path), *BRISK, "--subjects", "1"]
    assert invoked(*arguments[2:]).exit_code == 0
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert said[-1].startswith("emg-edge: ")
    assert "say --force" in said[-1]
    assert invoked(*arguments[2:], "--force").exit_code == 0


@pytest.mark.parametrize("wrong", [["--database", "DB8"], ["--subjects", "0"], ["--seed", "-1"], ["--hold", "long"]])
def test_misuse_exits_with_two(tmp_path: Path, wrong: list[str]) -> None:
    """An option that cannot mean anything is misuse, and nothing is written."""
    result = invoked(str(tmp_path / "out"), *wrong)
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_help_loads_neither_numpy_nor_scipy() -> None:
    """The command can be listed and explained before anything heavy is imported."""
    program = (
        "import sys; from click.testing import CliRunner; from emg_edge.cli.simulate_data import command; "
        "assert CliRunner().invoke(command, ['--help']).exit_code == 0; "
        "print([name for name in ('numpy', 'scipy', 'tqdm') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
