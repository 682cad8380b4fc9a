import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.tiny_run import TinyRun

from emg_edge.cli.main import cli, main

pytestmark = pytest.mark.usefixtures("tiny_cache")


def invoked(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["train", *map(str, arguments)], catch_exceptions=False)


def stopped(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command that is expected to end the process."""
    with pytest.raises(SystemExit) as end:
        main(["train", *map(str, arguments)])
    return (int(str(end.value.code)), *capsys.readouterr())


def test_a_finished_run_prints_its_table_again(tiny: TinyRun) -> None:
    """stdout is the table: the network beside TD6 + LDA and the majority class; all talk is on stderr."""
    arguments = ["--data", tiny.data, "--out", tiny.out, "--context", 200, "--epochs", 4]
    result = invoked(*arguments)
    assert result.exit_code == 0
    head, columns, *rows = result.stdout.splitlines()
    assert head.startswith("test repetitions, mean over 1 person, ")
    assert columns.split() == ["accuracy", "balanced", "macro", "F1"]
    assert [row[:24].strip() for row in rows] == ["network", "td6 lda", "majority class"]
    assert float(rows[0].split()[1]) == pytest.approx(100 * tiny.metrics["test"]["accuracy"], abs=0.051)
    assert "is finished already; --force trains it anew" in result.stderr
    assert f"next: emg-edge quantize {tiny.out}" in result.stderr


def test_all_options_reach_the_run(tiny: TinyRun, tmp_path: Path) -> None:
    """One short training with every option set away from its default; the resolved settings stand in the folder."""
    out = tmp_path / "run"
    result = invoked(
        *("--data", tiny.data, "--out", out, "--database", "db5", "--subjects", "1,3-4", "--domain", "envelope"),
        *("--montage", "ring8", "--context", 200, "--no-rest", "--notch", 50, "--balance", "weights", "--seed", 7),
        *("--epochs", 1),
    )
    assert result.exit_code == 0
    config = json.loads((out / "config.json").read_bytes())
    expected = {
        "data": str(tiny.data.resolve()),
        "databases": ["DB5"],
        "subjects": [1, 3, 4],
        "domain": "envelope",
        "context_ms": 200,
        "rest": False,
        "notch_hz": 50.0,
        "seed": 7,
        "each_subject": False,
    }
    assert {key: config[key] for key in expected} == expected
    assert (config["recipe"]["balance"], config["recipe"]["epochs"]) == ("weights", 1)
    assert "12 classes, balanced by weights" in result.stderr
    assert (out / "metrics.json").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ["--subjects", "x"],
        ["--subjects", "0"],
        ["--subjects", "5-3"],
        ["--domain", "cooked"],
        ["--context", "300"],
        ["--montage", "ring9"],
        ["--notch", "55"],
        ["--seed", "-1"],
        ["--epochs", "0"],
    ],
)
def test_misuse_is_two(tiny: TinyRun, tmp_path: Path, wrong: list[str]) -> None:
    """An option that cannot mean anything is named before anything is loaded or made."""
    result = invoked("--data", tiny.data, "--out", tmp_path / "run", *wrong)
    assert (result.exit_code, result.stdout) == (2, "")
    assert wrong[0] in result.stderr
    assert "loading Keras" not in result.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--database", "DB1"], "holds nothing of the database asked for; it holds DB5"),
        (["--database", "DB77"], "'DB77' is no database of NinaPro"),
        (["--subjects", "9"], "holds none of the subjects asked for; it holds DB5 subject 1"),
    ],
)
def test_data_that_cannot_serve_is_one_sentence(
    tiny: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    """Exit 1, the sentence last on stderr, stdout empty, no run folder."""
    code, out, err = stopped(capsys, "--data", tiny.data, "--out", tmp_path / "run", *arguments)
    assert (code, out) == (1, "")
    assert sentence in err.splitlines()[-1]
    assert err.splitlines()[-1].startswith("emg-edge: ")
    assert not (tmp_path / "run").exists()


def test_no_data_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path that is not there, and an empty folder."""
    code, _, err = stopped(capsys, "--data", tmp_path / "nowhere", "--out", tmp_path / "run")
    assert (code, "there is no " in err) == (1, True)
    (tmp_path / "empty").mkdir()
    code, _, err = stopped(capsys, "--data", tmp_path / "empty", "--out", tmp_path / "run")
    assert (code, "holds no recording" in err) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_without_the_extra_the_command_says_what_to_install(tiny: TinyRun, tmp_path: Path) -> None:
    """On a device without TensorFlow: one sentence, no traceback."""
    program = (
        "import sys\n"
        "sys.modules['tensorflow'] = sys.modules['keras'] = None\n"
        "from emg_edge.cli.main import main\n"
        "main(sys.argv[1:])\n"
    )
    for arguments in (
        ["train", "--data", str(tiny.data), "--out", str(tmp_path / "run")],
        ["quantize", str(tiny.out), "--out", str(tmp_path / "g.tflite")],
    ):
        done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        last = done.stderr.splitlines()[-1]
        assert last.startswith("emg-edge: this command needs the extra 'train', and ")
        assert last.endswith("pip install 'emg-edge[train]'")
        assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_ctrl_c_is_one_sentence_and_the_same_command_goes_on(tiny: TinyRun, tmp_path: Path) -> None:
    """Interrupted while it trains, the command says how to go on; the folder is the run's."""
    out = tmp_path / "run"
    command = [sys.executable, "-m", "emg_edge", "train", "--data", str(tiny.data), "--out", str(out)]
    command += ["--recipe", "epochs=100000"]  # more than any machine has done before the signal comes
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (out / "config.json").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    said, complained = process.communicate(timeout=60)
    assert (process.returncode, said) == (1, "")
    assert (
        complained.splitlines()[-1]
        == f"emg-edge: interrupted; the same command goes on with {out}, from its last checkpoint where it has one"
    )
    assert "Traceback" not in complained
    assert (out / "config.json").exists()
    assert not (out / "metrics.json").exists()
