import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from emg_edge.cli.bench import command
from emg_edge.device.simulator.boards import SIMULATED


def invoked(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """A short benchmark, the shipped model on a Myo's bytes."""
    path = tmp_path_factory.mktemp("bench") / "here.json"
    return invoked("--num-runs", "20", "--duration", "4", "--num-threads", "1,2", "--json", str(path)), path


def test_the_json_has_the_stages_and_what_a_run_costs(written: tuple[Result, Path]) -> None:
    """In the names that others read."""
    result, path = written
    assert result.exit_code == 0
    found = json.loads(path.read_bytes())
    for stage in ("acquire", "front_end", "quantise", "invoke", "decide", "emit", "total"):
        row = found["stages"][stage]
        assert 0 < row["p50_ms"] <= row["p95_ms"] <= row["p99_ms"] <= row["max_ms"]
    assert found["decisions"] > 10
    assert found["cpu_share"] > 0
    assert found["rss_mb"] > 10
    assert found["start_to_first_decision_s"] > 0
    assert isinstance(found["deadline_misses"], int)
    assert [one["threads"] for one in found["sweep"]] == [1, 2]


def test_the_table_is_on_stdout_and_the_talk_is_not(written: tuple[Result, Path]) -> None:
    """So that the table can be pasted."""
    result, _ = written
    assert "| bare interpreter |" in result.stdout
    assert "in real time for 4 s" not in result.stdout
    assert "in real time for 4 s" in result.stderr


def test_two_files_are_compared(written: tuple[Result, Path]) -> None:
    """A column each."""
    _, path = written
    result = invoked("--compare", str(path), str(path))
    assert result.exit_code == 0
    assert result.stdout.count("(1.00 x)") >= 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--compare", "a.json"], "--compare takes two files or more"),
        (["--compare", "a.json", "b.json", "--json", "c.json"], "leave --json out"),
        (["--compare", "a.json", "b.json", "--board", "myo", "--soak", "1"], "leave --board, --soak out"),
        (["--soak", "1", "--duration", "20"], "--soak is a duration itself"),
        (["--duration", "nan"], "nan is not a number; give 3 or more"),
        (["--soak", "inf"], "inf is not a number; give 1 or more"),
        (["a.json"], "'a.json' goes with --compare"),
        (["--num-runs", "1000000000"], "is not in the range 10<=x<=20000"),
        (["--num-threads", "65"], "no list of numbers from 1 to 64"),
        (["--num-threads", ""], "--num-threads takes a number or several"),
        (["--board", "brain"], "'brain' is not one of"),
    ],
)
def test_misuse_is_said(arguments: list[str], said: str) -> None:
    """With what is expected."""
    result = invoked(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_every_simulated_board_can_be_chosen() -> None:
    """The command line names them without loading them."""
    option = next(one for one in command.params if one.name == "board")
    assert set(option.type.choices) == set(SIMULATED)  # type: ignore[attr-defined]
