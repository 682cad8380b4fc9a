import json
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from support.stand_in import LOG, compile_delegate, hide_compiler, put_compiler_on_path
from support.tiny_run import TinyRun

from emg_edge.cli.main import cli
from emg_edge.cli.quantize_edgetpu import after
from emg_edge.decoding import modelfile
from emg_edge.device.benchmark.run import ROUNDS
from emg_edge.errors import CompilerError, EmgEdgeError
from emg_edge.models import shipped
from emg_edge.quantize.edgetpu.build import build
from emg_edge.verification import simulated
from emg_edge.verification.verify import LOOP

FAST = ("--board", "synthetic", "--speed", "max", "--duration", "4")


def emg_edge(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "emg_edge", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def refused(done: "subprocess.CompletedProcess[str]") -> str:
    """The one sentence on stderr of a command that ended with 1."""
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_delegate(tmp_path_factory.mktemp("library"))


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped model, compiled by the stand-in, beside the file that it was made from."""
    path = tmp_path / "gesture.tflite"
    shutil.copy(shipped(), path)
    put_compiler_on_path(tmp_path / "bin", "maps", monkeypatch)
    built = build(path)
    assert built is not None
    return built.path


def test_quantize_checks_compiles_and_reports(tiny: TinyRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check and the compiler's words on stdout, two files, and how to use them on stderr."""
    put_compiler_on_path(tmp_path / "bin", "partly", monkeypatch)
    out = tmp_path / "g.tflite"
    done = emg_edge("quantize", tiny.out, "--out", out, "--below-bound", "--target", "edgetpu")
    assert done.returncode == 0, done.stderr
    checked, told = modelfile.read(out), modelfile.read(tmp_path / "g_edgetpu.tflite").description.edgetpu
    assert told is not None
    assert told.source_sha256 == checked.description.model_sha256
    lines = done.stdout.splitlines()
    operators = len(checked.description.quantisation.operators)
    assert f"Edge TPU, by Coral's list: {operators} of {operators} operators can be mapped" in lines
    assert (
        f"Edge TPU Compiler 16.0.384591198: {operators - 2} operators mapped to the Edge TPU, 2 left on the CPU"
        in lines
    )
    assert sum(line.startswith("  on the CPU: 1 x ") for line in lines) == 2
    assert "next, with an Edge TPU: emg-edge run --board ... --model" in done.stderr


def test_without_the_compiler_quantize_says_how_to_get_it(
    tiny: TinyRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checked file is there, and is good; --edgetpu is the same as --target edgetpu."""
    hide_compiler(monkeypatch)
    out = tmp_path / "g.tflite"
    done = emg_edge("quantize", tiny.out, "--out", out, "--below-bound", "--edgetpu")
    assert done.returncode == 0, done.stderr
    assert "operators can be mapped" in done.stdout
    assert "not compiled: edgetpu_compiler is not on PATH: it is Coral's Debian package" in done.stderr
    assert modelfile.read(out).description.edgetpu is None
    assert not (tmp_path / "g_edgetpu.tflite").exists()


def test_info_shows_a_compiled_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens on an Edge TPU alone, which is no contradiction; what it was made from is named."""
    shutil.copy(shipped(), tmp_path / "gesture.tflite")
    put_compiler_on_path(tmp_path / "bin", "maps", monkeypatch)
    built = build(tmp_path / "gesture.tflite")
    assert built is not None
    done = emg_edge("info", built.path)
    assert done.returncode == 0, done.stderr
    assert "made from     gesture.tflite" in done.stdout


def test_a_model_below_the_bound_stays_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And whoever compiles it is told again."""
    hide_compiler(monkeypatch)
    held = modelfile.read(shipped())
    cost = msgspec.structs.replace(held.description.quantisation, within_bound=False)
    below = tmp_path / "below.tflite"
    modelfile.write(below, held.flatbuffer, msgspec.structs.replace(held.description, quantisation=cost))
    done = emg_edge("quantize", below, "--out", tmp_path / "g.tflite", "--edgetpu")
    assert done.returncode == 0, done.stderr
    assert "g.tflite is below the parity bound, and is marked so" in done.stderr
    ignored = emg_edge("quantize", below, "--out", tmp_path / "h.tflite", "--edgetpu", "--below-bound")
    assert ignored.returncode == 2
    assert "--below-bound is for a training run" in ignored.stderr


def test_a_failing_compiler_leaves_the_checked_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, which the command line ends with, after what the check said of it was shown."""
    put_compiler_on_path(tmp_path / "bin", "dies", monkeypatch)
    out = tmp_path / "g.tflite"
    shutil.copy(shipped(), out)
    with pytest.raises(CompilerError, match=r"^edgetpu_compiler failed .*; .*g\.tflite is whole, and runs on a CPU$"):
        after(out, force=False)
    assert "4 of 4 operators can be mapped" in capsys.readouterr().out
    assert [path.name for path in tmp_path.glob("*.tflite")] == ["g.tflite"]


def test_a_compiled_file_is_refused_before_any_work(tmp_path: Path) -> None:
    """Before TensorFlow is loaded, and before the run folder is looked at."""
    (tmp_path / "g_edgetpu.tflite").write_bytes(b"mine")
    done = emg_edge("quantize", tmp_path / "no run", "--out", tmp_path / "g.tflite", "--edgetpu")
    assert "g_edgetpu.tflite exists already; choose another name or say --force" in refused(done)
    assert "loading TensorFlow" not in done.stderr


def test_two_targets_are_misuse(tmp_path: Path) -> None:
    """One of them must be meant."""
    done = emg_edge("quantize", tmp_path, "--out", tmp_path / "g.tflite", "--edgetpu", "--target", "device")
    assert done.returncode == 2
    assert "--edgetpu means --target edgetpu, not --target device" in done.stderr


def test_a_run_is_decoded_by_the_delegate(
    compiled: Path, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The opening words, the last ones and the summary name it; every decision is its."""
    monkeypatch.setenv(LOG, str(tmp_path / "log"))
    summary = tmp_path / "s.json"
    options = ("--delegate", "edgetpu", "--delegate-library", library, "--summary", summary)
    done = emg_edge("run", *FAST, "--model", compiled, *options)
    assert done.returncode == 0, done.stderr
    assert f"the network runs on the Edge TPU (litert, {library})" in done.stderr.splitlines()
    assert "(litert on edgetpu, scale " in done.stderr
    told = json.loads(summary.read_bytes())
    assert (told["delegate"], told["model"]) == ("edgetpu", "gesture_edgetpu.tflite")
    assert len(done.stdout.splitlines()) > 60
    assert (tmp_path / "log").read_text().splitlines()[:2] == ["create", "prepare 1 nodes, 1 claimed"]
    plain = emg_edge("run", *FAST, "--model", compiled.with_name("gesture.tflite"))
    assert "the network runs on the CPU (litert)" in plain.stderr.splitlines()
    assert [json.loads(line)["probability"] for line in plain.stdout.splitlines()] != [
        json.loads(line)["probability"] for line in done.stdout.splitlines()
    ]


def test_without_an_edge_tpu_a_run_falls_back_and_says_so(compiled: Path, tmp_path: Path) -> None:
    """auto, the default: the same decisions as from the file that it was made from, and why, on stderr."""
    absent = tmp_path / "libabsent.so"
    done = emg_edge("run", *FAST, "--model", compiled, "--delegate-library", absent)
    assert done.returncode == 0, done.stderr
    said = f"the network runs on the CPU (litert), from gesture.tflite: the library {absent} cannot be loaded"
    assert any(line.startswith(said) for line in done.stderr.splitlines())
    plain = emg_edge("run", *FAST, "--model", compiled.with_name("gesture.tflite"))
    probabilities = [[json.loads(line)["probability"] for line in one.stdout.splitlines()] for one in (done, plain)]
    assert probabilities[0] == probabilities[1] != []


def test_what_cannot_run_as_asked_is_one_sentence(compiled: Path, tmp_path: Path) -> None:
    """edgetpu without one; cpu with a compiled model; a compiled model alone, without an Edge TPU."""
    absent = ("--delegate-library", tmp_path / "libabsent.so")
    done = emg_edge("run", *FAST, "--model", compiled, "--delegate", "edgetpu", *absent)
    assert "libabsent.so cannot be loaded" in refused(done)
    done = emg_edge("run", *FAST, "--model", compiled, "--delegate", "cpu")
    assert "was compiled for the Edge TPU and cannot run on the CPU: use the file" in refused(done)
    compiled.with_name("gesture.tflite").unlink()
    done = emg_edge("run", *FAST, "--model", compiled, *absent)
    assert "; and gesture_edgetpu.tflite was compiled for the Edge TPU and cannot run on the CPU" in refused(done)
    done = emg_edge("run", *FAST, "--delegate", "edgetpu")
    assert "forearm.tflite was not compiled for the Edge TPU" in refused(done)
    done = emg_edge("verify", compiled)
    assert "was compiled for the Edge TPU and cannot run on the CPU" in refused(done)


def test_a_library_beside_cpu_is_misuse(compiled: Path, library: Path) -> None:
    """It would be ignored; in either order."""
    for options in (
        ("--delegate", "cpu", "--delegate-library", library),
        ("--delegate-library", library, "--delegate", "cpu"),
    ):
        done = emg_edge("run", *FAST, "--model", compiled, *options)
        assert done.returncode == 2
        assert "--delegate-library goes with --delegate edgetpu or auto" in done.stderr


def test_the_benchmark_measures_and_names_the_delegate(
    compiled: Path, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the stages, bare, and in the run of its own process; each gives the device back before the next has it."""
    monkeypatch.setenv(LOG, str(tmp_path / "log"))
    path = tmp_path / "b.json"
    options = ("--num-runs", 20, "--warmup-runs", 5, "--duration", 4, "--json", path)
    done = emg_edge("bench", "--model", compiled, "--delegate", "edgetpu", "--delegate-library", library, *options)
    assert done.returncode == 0, done.stderr
    found = json.loads(path.read_bytes())
    assert (found["delegate"], found["model"]["name"]) == ("edgetpu", "gesture_edgetpu.tflite")
    assert done.stdout.splitlines()[0].endswith("; litert on edgetpu")
    assert f"the network runs on the Edge TPU (litert, {library})" in done.stderr
    events = [line for line in (tmp_path / "log").read_text().splitlines() if line in ("create", "destroy")]
    assert events == ["create", "destroy"] * (2 * ROUNDS + 1)
    assert events[-2:] == ["create", "destroy"]  # the run had it alone


def test_a_file_that_was_made_before_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it lies, or beside a copy of it; one that was compiled is not compiled again."""
    put_compiler_on_path(tmp_path / "bin", "maps", monkeypatch)
    here = tmp_path / "gesture.tflite"
    shutil.copy(shipped(), here)
    done = emg_edge("quantize", here, "--out", here, "--edgetpu")
    assert done.returncode == 0, done.stderr
    assert "4 of 4 operators can be mapped" in done.stdout
    assert here.read_bytes() == shipped().read_bytes()
    there = tmp_path / "there.tflite"
    assert emg_edge("quantize", here, "--out", there, "--edgetpu").returncode == 0
    assert modelfile.read(there).flatbuffer == modelfile.read(here).flatbuffer
    assert modelfile.read(tmp_path / "there_edgetpu.tflite").description.edgetpu is not None
    again = refused(
        emg_edge("quantize", tmp_path / "there_edgetpu.tflite", "--out", tmp_path / "g.tflite", "--edgetpu")
    )
    assert again.endswith("was compiled for the Edge TPU already; name the file it was made from, there.tflite")


def test_verify_catches_an_edge_tpu_that_computes_something_else(
    compiled: Path, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a row of its own, and so is the loop on it; the stand-in's sum is no network, and that is said."""
    monkeypatch.setattr(simulated, "SECONDS", 20.0)
    out = tmp_path / "v.json"
    result = CliRunner().invoke(cli, ["verify", str(compiled), "--delegate-library", str(library), "--json", str(out)])
    assert isinstance(result.exception, EmgEdgeError), result.output
    rows = {row["runtime"]: row for row in json.loads(out.read_bytes())["runtimes"]}
    assert list(rows)[-3:] == ["Edge TPU (litert)", LOOP, f"{LOOP}, on the Edge TPU"]
    assert rows[LOOP]["agreement"] > 0.99
    assert rows["Edge TPU (litert)"]["agreement"] == rows[f"{LOOP}, on the Edge TPU"]["agreement"] < 0.5
    assert "Edge TPU (litert) decides as litert, plain kernels on" in str(result.exception)


def test_verify_needs_the_edge_tpu_and_the_file_that_a_model_was_compiled_from(compiled: Path, library: Path) -> None:
    """A sentence for each that is missing."""
    assert "libedgetpu.so.1 cannot be loaded" in refused(emg_edge("verify", compiled))
    compiled.with_name("gesture.tflite").unlink()
    said = refused(emg_edge("verify", compiled, "--delegate-library", library))
    assert said.endswith("to compare them, it must lie beside it")
