import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from support import broken_models
from support.tiny_run import TinyRun

from emg_edge.cli.main import cli, main
from emg_edge.decoding import modelfile
from emg_edge.decoding.contradictions import contradictions
from emg_edge.decoding.interpreter import Network
from emg_edge.models import shipped
from emg_edge.progress import in_order
from emg_edge.quantize import run as quantize


def invoked(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["quantize", *map(str, arguments)], catch_exceptions=False)


def test_the_parity_table_is_printed_and_the_file_written(tiny: TinyRun, tmp_path: Path) -> None:
    """stdout: a row for each form and runtime, sizes, and the operators."""
    out = tmp_path / "new" / "g.tflite"
    command = [sys.executable, "-m", "emg_edge", "quantize", str(tiny.out), "--out", str(out), "--below-bound"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)  # native code writes past sys.stdout
    windows, columns, *rows, lowest, against, _, sizes, operators = result.stdout.splitlines()
    held = modelfile.read(out).description
    assert windows == f"{held.quantisation.windows} test windows"
    shares = ["accuracy", "balanced", "agreement", "near-ties"]
    assert columns.split() == [*shares, "probability", "error", "(largest,", "99", "%)"]
    names = [row.split("  ")[0] for row in rows]
    assert names[:4] == ["float Keras", "float TFLite", "int8, litert, XNNPACK", "int8, litert, plain kernels"]
    assert lowest.startswith("lowest recall: ")
    assert against == "agreement and errors are against float Keras, over all windows"
    assert sizes.endswith(f", int8 {held.model_bytes}")
    assert operators.startswith("operators: CONV_2D x ")
    assert f"wrote {out} ({out.stat().st_size} bytes); next: emg-edge run" in result.stderr
    assert ("is marked so" in result.stderr) == (not held.quantisation.within_bound)


@pytest.mark.parametrize("taken", [True, False])
def test_what_cannot_be_done_is_one_sentence(
    tiny: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str], taken: bool
) -> None:
    """An existing file, and a folder that is no run: exit 1, nothing on stdout, the user's file untouched."""
    out = tmp_path / "g.tflite"
    run = tiny.out
    if taken:
        out.write_bytes(b"mine")
    else:
        run = tmp_path
    with pytest.raises(SystemExit) as stopped:
        main(["quantize", str(run), "--out", str(out)])
    said, complained = capsys.readouterr()
    assert (stopped.value.code, said) == (1, "")
    expected = "exists already; choose another name or say --force" if taken else "is not a finished training run"
    assert expected in complained.splitlines()[-1]
    assert out.exists() == taken
    if taken:
        assert out.read_bytes() == b"mine"


def test_int16_activations_are_nearer_to_float(tiny: TinyRun, tmp_path: Path) -> None:
    """Run by every runtime here; the file says so, and no other target takes them."""
    out = tmp_path / "g.tflite"
    assert invoked(tiny.out, "--out", out, "--activations", "int16", "--below-bound").exit_code == 0
    held = modelfile.read(out)
    cost = held.description.quantisation
    assert cost.scheme.startswith("int8 weights per channel, int16 activations")
    assert (cost.activations, set(cost.accuracy)) == ("int16", {"float_keras", "float_tflite", "int16"})
    assert contradictions(held) == []
    assert Network(held.flatbuffer).input.dtype == np.int16
    plain = quantize.quantised(tiny.out, in_order, below_bound=True)[0].quantised
    finer = quantize.quantised(tiny.out, in_order, below_bound=True, activations="int16")[0].quantised
    assert len(finer) == len(plain), "a row for each runtime"
    assert all(one.runtime.startswith("int16, ") for one in finer)
    assert all(
        here.p99_probability_error < there.p99_probability_error for here, there in zip(finer, plain, strict=True)
    )
    for target in ("micro", "edgetpu"):
        assert invoked(tiny.out, "--out", out, "--activations", "int16", "--target", target).exit_code == 2


def test_misuse_is_two() -> None:
    """Without a run or an output there is nothing to do."""
    assert invoked().exit_code == 2
    assert invoked("run").exit_code == 2


def test_a_folder_for_a_microcontroller_is_made_of_a_model_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """stdout: what it takes; nothing of TensorFlow is loaded for it."""
    out = tmp_path / "micro"
    result = invoked(shipped(), "--target", "micro", "--out", out, "--rate", 500, "--wearer", "SIM-S1")
    assert result.exit_code == 0
    names = [line.split()[0] for line in result.stdout.splitlines()[:5]]
    assert names == ["model", "operators", "arena", "Cortex-M4", "board"]
    assert "8 channels at 500 Hz; frames standardised for SIM-S1/upper" in result.stdout
    assert f"wrote {out}; next: read {out / 'README.md'}" in result.stderr
    assert (out / "emg_run.c").is_file()


def test_a_folder_is_made_of_a_training_run_behind_the_same_gate(tiny: TinyRun, tmp_path: Path) -> None:
    """The parity table, then what it takes."""
    out = tmp_path / "micro"
    result = invoked(tiny.out, "--target", "micro", "--out", out, "--below-bound")
    assert result.exit_code == 0
    assert "test windows" in result.stdout
    assert "float Keras" in result.stdout
    assert "arena" in result.stdout
    assert (out / "emg_model_data.c").is_file()


def test_a_board_that_cannot_be_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["quantize", str(shipped()), "--target", "micro", "--out", str(tmp_path / "m"), "--channels", "5"])
    said = capsys.readouterr()
    assert (stopped.value.code, said.out) == (1, "")
    assert "Traceback" not in said.err
    assert not (tmp_path / "m").exists()


def test_a_taken_place_of_a_folder_is_refused_before_anything_is_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not after minutes: the run is not even looked for."""
    (tmp_path / "m").mkdir()
    with pytest.raises(SystemExit, match="1"):
        main(["quantize", str(tmp_path / "no run"), "--target", "micro", "--out", str(tmp_path / "m")])
    said = capsys.readouterr().err
    assert "loading TensorFlow" not in said
    assert said.endswith(f"{tmp_path / 'm'} exists already; choose another name or say --force to replace it\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rate", "500"], "--rate, --channels and --wearer are for --target micro alone"),
        (["--target", "edgetpu", "--wearer", "SIM-S1"], "are for --target micro alone"),
        (["--target", "micro", "--rate", "1e9"], "is not in the range"),
        (["--target", "micro", "--channels", "0"], "is not in the range"),
    ],
)
def test_options_that_would_be_ignored_or_cannot_be_are_refused(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    """Before anything is read."""
    result = CliRunner().invoke(cli, ["quantize", str(shipped()), "--out", str(tmp_path / "x"), *arguments])
    assert result.exit_code == 2
    assert said in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["network.keras", "decoder.json", "windows.npz"])
def test_force_replaces_no_file_but_a_model(
    tiny: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Above all none of the run's own."""
    run = tiny.copy(tmp_path / "run")
    before = (run / name).read_bytes()
    with pytest.raises(SystemExit, match="1"):
        main(["quantize", str(run), "--out", str(run / name), "--force"])
    assert "exists and is not a TFLite model; name another place" in capsys.readouterr().err
    assert (run / name).read_bytes() == before


def test_a_broken_model_replaces_no_good_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is looked at before it is copied to where the Edge TPU's file is made."""
    broken, good = tmp_path / "broken.tflite", tmp_path / "good.tflite"
    model = broken_models.wrong_input_scale(modelfile.read(shipped()))
    modelfile.write(broken, model.flatbuffer, model.description)
    good.write_bytes(shipped().read_bytes())
    with pytest.raises(SystemExit, match="1"):
        main(["quantize", str(broken), "--target", "edgetpu", "--out", str(good), "--force"])
    assert f"{broken} contradicts itself" in capsys.readouterr().err
    assert good.read_bytes() == shipped().read_bytes()


@pytest.mark.parametrize("out", [".", "/"])
def test_a_place_that_is_no_file_is_one_sentence(capsys: pytest.CaptureFixture[str], out: str) -> None:
    with pytest.raises(SystemExit, match="1"):
        main(["quantize", str(shipped()), "--target", "edgetpu", "--out", out, "--force"])
    assert "is not a plain file" in capsys.readouterr().err


def test_a_name_too_long_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="1"):
        main(["quantize", "x" * 5000, "--target", "micro", "--out", str(tmp_path / "m")])
    assert "name too long" in capsys.readouterr().err
