"""The exported folder: what is in it, what it says of itself, and when there is none."""

import dataclasses
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from support import broken_models

from emg_edge.decoding import micro
from emg_edge.decoding.interpreter import Network, find_runtime
from emg_edge.decoding.modelfile import EdgeTpu, ModelFile
from emg_edge.errors import EmgEdgeError, MissingDependency, ModelFileError, SpecError
from emg_edge.quantize.micro.constants import _text
from emg_edge.quantize.micro.export import Export, export, refuse_place
from emg_edge.quantize.micro.footprint import COMPILER, SIZE
from emg_edge.quantize.micro.tensors import RESOLVER, tensors
from emg_edge.signal.source import Source

BOARD = Source("raw", 1000.0, "uV", "ring8")


@pytest.fixture(scope="module")
def made(model: ModelFile, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Export]:
    folder = tmp_path_factory.mktemp("export") / "micro"
    return folder, export(model, BOARD, folder)


def test_the_folder_holds_the_model_byte_for_byte(made: tuple[Path, Export], model: ModelFile) -> None:
    """Without the description's tail, aligned; the report has its hash."""
    folder, report = made
    text = (folder / "emg_model_data.c").read_text()
    assert bytes(int(byte, 16) for byte in re.findall(r"0x([0-9a-f]{2}),", text)) == model.flatbuffer
    assert "aligned(16)" in text
    assert report.model_sha256 == model.description.model_sha256
    assert msgspec.json.decode((folder / "report.json").read_bytes(), type=Export) == report
    readme = (folder / "README.md").read_text()
    assert f"{report.model_bytes} bytes" in readme
    assert f"{report.arena_bytes} bytes" in readme


def test_the_arena_is_the_smallest_that_it_runs_in(made: tuple[Path, Export], model: ModelFile) -> None:
    """Sixteen bytes less are too few; the shipped model keeps to the bound of 32 kB, and the guess is more."""
    _, report = made
    assert report.arena_bytes is not None
    assert report.arena_bytes <= 32 << 10
    assert report.arena_bytes <= tensors(model.flatbuffer).arena_guess <= 4 * report.arena_bytes
    micro._open(model.flatbuffer, report.arena_bytes)
    with pytest.raises(ModelFileError, match=r"tflite-micro cannot open the model: .*allocate"):
        micro._open(model.flatbuffer, report.arena_bytes - 16)


def test_the_microcontrollers_interpreter_decides_as_litert_does(model: ModelFile) -> None:
    """The same flatbuffer, window by window."""
    there, here = Network(model.flatbuffer, micro.micro_runtime()), Network(model.flatbuffer, find_runtime("litert"))
    rng = np.random.default_rng(0)
    spec = model.description.signal
    windows = rng.normal(0, 1, (300, spec.context, spec.features)).astype(np.float32)
    said = np.array([[network(window).argmax() for window in windows] for network in (there, here)])
    assert (said[0] == said[1]).mean() >= 0.99
    assert len(np.unique(said[1])) > 3
    np.testing.assert_allclose(there(windows[0]), here(windows[0]), atol=3 * here.outputs["logits"].scale)
    assert there(windows[0], "embedding").shape == here(windows[0], "embedding").shape


def test_outputs_are_found_by_name_and_operators_once(model: ModelFile) -> None:
    """The converter may put the embedding first."""
    read = tensors(model.flatbuffer)
    assert read.operators[0] == "CONV_2D"
    assert sorted(read.operators) == sorted(set(model.description.quantisation.operators))
    assert read.resolver == tuple(RESOLVER[name] for name in read.operators)
    network = Network(model.flatbuffer)
    logits = network.outputs["logits"]
    assert (read.logits.scale, read.logits.zero_point) == (pytest.approx(logits.scale), logits.zero_point)
    interpreter = find_runtime("litert").interpreter(model_content=model.flatbuffer)
    assert interpreter.get_output_details()[read.logits_output]["index"] == logits.index


def test_an_operator_that_no_target_has_is_named(model: ModelFile) -> None:
    with pytest.raises(ModelFileError, match="has the operator OnlyHere, which the export for microcontrollers"):
        tensors(broken_models.unsupported_operator(model).flatbuffer)


def test_what_is_there_stands(model: ModelFile, tmp_path: Path) -> None:
    """Without --force nothing is touched; with it only files of ours are replaced."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine")
    with pytest.raises(EmgEdgeError, match="exists already; choose another name or say --force"):
        export(model, BOARD, mine)
    with pytest.raises(EmgEdgeError, match="not a folder that was exported before, so it is not replaced"):
        export(model, BOARD, mine, force=True)
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]
    ours = tmp_path / "ours"
    export(model, BOARD, ours)
    (ours / "emg_run.c").write_text("changed")
    (ours / "main_mine.c").write_text("mine")
    (ours / "build").mkdir()
    (ours / "build" / "main.o").write_text("built")
    export(model, Source("raw", 500.0, "uV", "ring8"), ours, force=True)
    assert "EMG_SOURCE_RATE_MILLIHERTZ 500000u" in (ours / "emg_model.h").read_text()
    assert (ours / "emg_run.c").read_text() != "changed"
    assert (ours / "main_mine.c").read_text() == "mine"
    assert (ours / "build" / "main.o").read_text() == "built"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "ours"]


def test_a_model_that_contradicts_itself_is_not_exported(model: ModelFile, tmp_path: Path) -> None:
    """C would compute something else than the network was trained on."""
    with pytest.raises(ModelFileError, match="contradicts itself: the network's input reaches from"):
        export(broken_models.wrong_input_scale(model), BOARD, tmp_path / "micro")
    assert not list(tmp_path.iterdir())


def test_a_refused_model_leaves_no_folder(model: ModelFile, tmp_path: Path) -> None:
    with pytest.raises(SpecError):
        export(model, Source("raw", 50.0, "uV", "ring8"), tmp_path / "micro")
    assert not list(tmp_path.iterdir())


def test_without_the_extra_and_a_cross_compiler_it_says_that_nothing_was_measured(
    model: ModelFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is made all the same, with an arena that is guessed, and enough."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "tflite_micro.python.tflite_micro", None)
    monkeypatch.delitem(sys.modules, "tflite_micro.python.tflite_micro.runtime", raising=False)
    with pytest.raises(MissingDependency, match=r"pip install 'emg-edge\[micro\]'"):
        micro.micro_runtime()
    report = export(model, BOARD, tmp_path / "micro")
    assert (report.arena_bytes, report.footprint) == (None, None)
    guess = tensors(model.flatbuffer).arena_guess
    assert re.search(rf"EMG_ARENA_BYTES +{guess}\n", (tmp_path / "micro" / "emg_model.h").read_text())
    assert "not measured" in (tmp_path / "micro" / "README.md").read_text()


def test_a_compiler_without_its_size_measures_nothing(
    model: ModelFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of a toolchain is none; the folder is made."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / COMPILER).write_text("#!/bin/sh\nexit 0\n")
    (tools / COMPILER).chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    report = export(model, BOARD, tmp_path / "micro")
    assert report.footprint is None
    assert report.unmeasured.startswith("no arm-none-eabi-size on PATH")


def test_a_compiler_without_its_library_measures_nothing(
    model: ModelFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian packages newlib apart: the folder is made, and says what is missing."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in (COMPILER, SIZE):
        (tools / name).write_text("#!/bin/sh\necho cannot read spec file nano.specs >&2\nexit 1\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    report = export(model, BOARD, tmp_path / "micro")
    assert report.unmeasured == (
        f"{COMPILER} failed (cannot read spec file nano.specs); Debian's libnewlib-arm-none-eabi is needed too"
    )
    assert report.unmeasured in (tmp_path / "micro" / "README.md").read_text()


@pytest.mark.parametrize("error", [OSError(28, "no space left"), KeyboardInterrupt()])
def test_what_was_there_comes_back_where_the_new_folder_cannot_go(
    model: ModelFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """The user's own files in it among the rest."""
    out = tmp_path / "micro"
    export(model, BOARD, out)
    (out / "main_mine.c").write_text("mine")
    (out / "emg_decoder.c").unlink()
    there = {path.name: path.read_bytes() for path in out.iterdir()}
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if target == out / "emg_model_data.c":
            raise error
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises((EmgEdgeError, KeyboardInterrupt)):
        export(model, Source("raw", 500.0, "uV", "ring8"), out, force=True)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == there
    assert [path.name for path in tmp_path.iterdir()] == ["micro"]


def test_a_folder_is_replaced_from_within_and_through_a_link(
    model: ModelFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder itself stays where it is, with what else is in it; so does the link."""
    real, link = tmp_path / "real", tmp_path / "link"
    export(model, BOARD, real)
    link.symlink_to(real)
    (real / "notes.txt").write_text("mine")
    monkeypatch.chdir(real)
    for rate, out in ((500.0, Path("../real")), (250.0, link), (800.0, Path())):
        export(model, Source("raw", rate, "uV", "ring8"), out, force=True)
        assert f"{round(1000 * rate)}u" in (real / "emg_model.h").read_text()
    assert link.is_symlink()
    assert (real / "notes.txt").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real"]


def test_a_folder_of_the_users_with_a_files_name_stays(model: ModelFile, tmp_path: Path) -> None:
    out = tmp_path / "micro"
    export(model, BOARD, out)
    (out / "report.json").unlink()
    (out / "report.json").mkdir()
    (out / "report.json" / "keep").write_text("mine")
    with pytest.raises(EmgEdgeError, match=r"report\.json is a folder, and a file of that name goes there"):
        export(model, BOARD, out, force=True)
    assert (out / "report.json" / "keep").read_text() == "mine"


def test_a_model_for_an_edge_tpu_is_not_exported(model: ModelFile, tmp_path: Path) -> None:
    """The one that it was compiled from is."""
    told = EdgeTpu("Edge TPU Compiler 16.0", "gesture.tflite", 1, "ab" * 32, 1, {}, None, None, {})
    compiled = dataclasses.replace(model, description=msgspec.structs.replace(model.description, edgetpu=told))
    with pytest.raises(ModelFileError, match=r"compiled for the Edge TPU already; name .* made from, gesture\.tflite"):
        export(compiled, BOARD, tmp_path / "micro")


def test_a_place_that_cannot_be_written_is_told_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmgEdgeError, match=r"cannot write .*micro: "):
        refuse_place(tmp_path / "file" / "micro", force=False)


def test_a_model_below_the_bound_says_so_in_every_file_of_its_own(model: ModelFile, tmp_path: Path) -> None:
    """Report, README and header; a model within it says nothing."""
    below = msgspec.structs.replace(model.description.quantisation, within_bound=False)
    marked = dataclasses.replace(model, description=msgspec.structs.replace(model.description, quantisation=below))
    for one, said in ((marked, True), (model, False)):
        folder = tmp_path / str(said)
        assert export(one, BOARD, folder).within_bound is not said
        assert json.loads((folder / "report.json").read_bytes())["within_bound"] is not said
        for name in ("README.md", "emg_model.h"):
            assert ("below the parity bound" in (folder / name).read_text().lower()) is said


def test_names_are_c_strings_and_json(model: ModelFile, tmp_path: Path) -> None:
    """A gesture may be called anything: quotes, backslashes, trigraphs, letters beyond ASCII."""
    name = 'a "fist"\\ ??/ schließen\n'
    source = f'#include <stdio.h>\nint main(void) {{ printf("\\"%s\\"", {_text(name)}); return 0; }}\n'
    (tmp_path / "name.c").write_text(source)
    subprocess.run(["cc", "-std=c99", "-trigraphs", "name.c", "-o", "name"], check=True, cwd=tmp_path)
    printed = subprocess.run([tmp_path / "name"], capture_output=True, check=True).stdout
    assert json.loads(printed) == name


@pytest.mark.skipif(shutil.which(COMPILER) is None, reason=f"no cross compiler {COMPILER} on this machine")
def test_flash_and_memory_of_a_cortex_m4(made: tuple[Path, Export]) -> None:
    """The model lies in flash; what the rest takes is told."""
    _, report = made
    size = report.footprint
    assert size is not None
    assert size.flash > report.model_bytes
    assert size.flash - report.model_bytes < 64 << 10
    assert 0 < size.memory < 32 << 10
