import hashlib
import shutil
import time
import zipfile
from pathlib import Path

import msgspec
import pytest
from support.stand_in import hide_compiler, put_compiler_on_path

from emg_edge.decoding import modelfile
from emg_edge.errors import CompilerError, EmgEdgeError
from emg_edge.models import shipped
from emg_edge.quantize.edgetpu.build import build, compiled_path
from emg_edge.quantize.edgetpu.check import check
from emg_edge.quantize.graph import read_graph


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model file of the user's, alone in its folder."""
    path = tmp_path / "models" / "gesture.tflite"
    path.parent.mkdir()
    shutil.copy(shipped(), path)
    return path


def test_the_compiled_file_describes_itself_with_both_hashes(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The compiler drops the zip: it is put back, of the compiled bytes, and says what they were compiled from."""
    put_compiler_on_path(tmp_path / "bin", "maps", monkeypatch)
    built = build(model)
    assert built is not None
    assert built.path == compiled_path(model) == model.with_name("gesture_edgetpu.tflite")
    before, after = modelfile.read(model), modelfile.read(built.path)
    assert b"edgetpu-custom-op" in after.flatbuffer
    assert after.description.model_sha256 == hashlib.sha256(after.flatbuffer).hexdigest()
    told = after.description.edgetpu
    assert told == built.edgetpu
    assert told is not None
    assert (told.source, told.source_bytes) == ("gesture.tflite", len(before.flatbuffer))
    assert told.source_sha256 == before.description.model_sha256 != after.description.model_sha256
    assert told.compiler == "Edge TPU Compiler 16.0.384591198"
    assert (told.mapped, told.on_cpu, told.off_chip_bytes) == (4, {}, 0)
    parameters = check(before.flatbuffer).parameter_bytes
    assert told.on_chip_bytes == pytest.approx(parameters, abs=6)  # it says hundredths of a KiB
    assert told.outputs == read_graph(before.flatbuffer).signature
    same = {"model_bytes": 0, "model_sha256": "", "edgetpu": None}
    assert msgspec.structs.replace(after.description, **same) == msgspec.structs.replace(before.description, **same)
    with zipfile.ZipFile(built.path) as archive:
        assert archive.namelist() == ["labels.txt", "emg-edge.json"]
    assert model.read_bytes() == shipped().read_bytes()


def test_operators_left_on_the_cpu_keep_the_compilers_reasons(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the file, too; only the parameters of what was mapped are on the chip."""
    put_compiler_on_path(tmp_path / "bin", "partly", monkeypatch)
    built = build(model)
    assert built is not None
    told = built.edgetpu
    assert told.mapped == 2
    assert told.on_cpu == {
        "CONV_2D: Operation is otherwise supported, but not mapped due to some unspecified limitation": 1,
        "CONV_2D: More than one subgraph is not supported": 1,
    }
    assert told.on_chip_bytes is not None
    assert 0 < told.on_chip_bytes < 0.6 * told.source_bytes


def test_without_the_compiler_nothing_is_built(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is written."""
    hide_compiler(monkeypatch)
    assert build(model) is None
    assert [path.name for path in model.parent.iterdir()] == ["gesture.tflite"]


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        ("fails", r"^edgetpu_compiler failed with exit code 1: ERROR: Didn't find op for builtin opcode 'CONV_2D'"),
        ("dies", r"^edgetpu_compiler failed with exit code 134: Internal compiler error\. Aborting!$"),
        (
            "writes nothing",
            r"^edgetpu_compiler ended without a compiled model: Compilation failed: .* large",
        ),
        ("writes rubbish", r"^edgetpu_compiler wrote a file that is no whole TFLite model: "),
        (
            "maps nothing",
            r"left every operator on the CPU \(CONV_2D: Operation is otherwise supported.*gesture\.tflite",
        ),
        ("renames", r"^edgetpu_compiler changed the model's outputs: it has .*'renamed'"),
        ("hangs", r"^edgetpu_compiler did not end within 2 s and was stopped; try it again$"),
    ],
)
def test_a_compiler_that_fails_is_one_sentence(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, sentence: str
) -> None:
    """Nothing half-written, the model as it was, and a hanging compiler is ended."""
    put_compiler_on_path(tmp_path / "bin", mode, monkeypatch)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    began_s = time.monotonic()
    with pytest.raises(CompilerError, match=sentence) as refused:
        build(model, limit_s=2 if mode == "hangs" else 60)
    assert "\n" not in str(refused.value)
    assert time.monotonic() - began_s < 30
    assert (tmp_path / "hanging").exists() == (mode == "hangs")
    assert [path.name for path in model.parent.iterdir()] == ["gesture.tflite"]
    assert model.read_bytes() == shipped().read_bytes()
    assert not list(tmp_path.glob("emg-edge-*"))  # the temporary folder is gone


def test_a_compiler_that_cannot_start_is_one_sentence(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one of another architecture."""
    put_compiler_on_path(tmp_path / "bin", "maps", monkeypatch)
    (tmp_path / "bin" / "edgetpu_compiler").write_bytes(b"\x7fELF not for this machine")
    with pytest.raises(CompilerError, match=r"edgetpu_compiler cannot be started: exec format error"):
        build(model)


def test_a_compiled_file_is_not_overwritten_unasked(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--force does."""
    put_compiler_on_path(tmp_path / "bin", "maps", monkeypatch)
    compiled_path(model).write_bytes(b"mine")
    with pytest.raises(EmgEdgeError, match=r"gesture_edgetpu\.tflite exists already"):
        build(model)
    assert compiled_path(model).read_bytes() == b"mine"
    built = build(model, force=True)
    assert built is not None
    assert modelfile.read(built.path).description.edgetpu == built.edgetpu
