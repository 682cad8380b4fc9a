import gc
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.stand_in import LOG, compile_delegate, put_compiler_on_path

from emg_edge.decoding import delegates, modelfile
from emg_edge.decoding.interpreter import Network, find_runtime
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.decoding.placement import Placement, on_cpu, place
from emg_edge.errors import DelegateError, ModelFileError
from emg_edge.models import shipped
from emg_edge.quantize.edgetpu.build import build


@dataclass(frozen=True)
class Files:
    """A model, the same compiled whole or in part by the stand-in compiler, and stand-ins for libedgetpu."""

    plain: Path
    compiled: Path
    partly: Path
    library: str
    no_device: str
    silent: str
    breaks: str


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("edgetpu")
    made = {}
    for mode in ("maps", "partly"):
        path = folder / mode / "gesture.tflite"
        path.parent.mkdir()
        shutil.copy(shipped(), path)
        with pytest.MonkeyPatch.context() as patch:
            put_compiler_on_path(folder / f"bin {mode}", mode, patch)
            built = build(path)
            assert built is not None
            made[mode] = built.path
    libraries = [compile_delegate(folder, way) for way in ("WORKS", "NO_DEVICE", "SILENT", "BREAKS")]
    return Files(folder / "maps" / "gesture.tflite", made["maps"], made["partly"], *map(str, libraries))


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stand-in writes what it is asked to do."""
    monkeypatch.setenv(LOG, str(tmp_path / "log"))
    return tmp_path / "log"


def a_window(model: ModelFile) -> NDArray[np.float32]:
    shape = (model.description.signal.context, model.description.signal.features)
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def stand_ins_sum(network: Network, window: NDArray[np.float32], outputs: int) -> NDArray[np.int8]:
    """What stand_in_delegate.c computes of this window, in integers."""
    total = int(network.input.encode(window).astype(np.int64).sum())
    return (total * np.arange(1, outputs + 1) + np.arange(outputs)).astype(np.int8)


def placed(path: Path, wanted: str = "auto", library: str | None = None) -> Placement:
    return place(modelfile.read(path), path, wanted, library)


@pytest.mark.parametrize("wanted", ["auto", "edgetpu"])
@pytest.mark.parametrize("runtime", ["litert", "tensorflow"])
def test_a_compiled_model_is_computed_by_the_delegate(
    files: Files, log: Path, monkeypatch: pytest.MonkeyPatch, wanted: str, runtime: str
) -> None:
    """Loaded, asked for the graph, given its node, and its integers come back through the named outputs."""
    monkeypatch.setattr("emg_edge.decoding.placement.find_runtime", lambda: find_runtime(runtime))
    placement = placed(files.compiled, wanted, files.library)
    assert placement.said == f"the network runs on the Edge TPU ({runtime}, {files.library})"
    assert placement.delegate == "edgetpu"
    network = placement.network()
    window = a_window(placement.model)
    sizes = {name: len(Network(modelfile.read(files.plain).flatbuffer)(window, name)) for name in network.outputs}
    assert set(sizes) == {"logits", "embedding"}
    for name, outputs in sizes.items():
        tensor = network.outputs[name]
        expected = tensor.decode(stand_ins_sum(network, window, outputs))
        np.testing.assert_array_equal(network(window, name), expected)
    assert len(set(network(window).tolist())) > 5  # of the sum, not one number again and again
    told = placement.model.description.edgetpu
    assert told is not None
    del network, placement
    gc.collect()
    assert log.read_text().splitlines() == [
        "create",
        "prepare 1 nodes, 1 claimed",
        "kernel init",
        f"output {told.outputs['embedding']} of {sizes['embedding']} bytes",
        f"output {told.outputs['logits']} of 13 bytes",
        "destroy",
    ]


def test_what_the_compiler_left_runs_on_the_cpu_after_the_delegate(files: Files, log: Path) -> None:
    """The first two layers are the delegate's, and the last two take its integers."""
    placement = placed(files.partly, "edgetpu", files.library)
    network = placement.network()
    window = a_window(placement.model)
    first, other = network(window), network(-window)
    assert "prepare 3 nodes, 1 claimed" in log.read_text()
    assert (first != other).any()
    np.testing.assert_array_equal(network(window), first)


def test_every_network_has_a_delegate_of_its_own(files: Files, log: Path) -> None:
    """The one that showed that the device is there serves the first."""
    placement = placed(files.compiled, "edgetpu", files.library)
    assert log.read_text().count("create") == 1
    held = [placement.network(), placement.network()]
    assert log.read_text().count("create") == len(held)


def test_a_model_that_was_not_compiled_runs_on_the_cpu(files: Files, log: Path) -> None:
    """auto does not touch the device for it, and says where it runs."""
    for wanted in ("auto", "cpu"):
        placement = placed(files.plain, wanted, files.library if wanted == "auto" else None)
        assert (placement.delegate, placement.said) == ("cpu", "the network runs on the CPU (litert)")
        window = a_window(placement.model)
        np.testing.assert_array_equal(placement.network()(window), Network(placement.model.flatbuffer)(window))
    assert not log.exists()


def test_the_edge_tpu_is_refused_for_a_model_that_was_not_compiled_for_it(files: Files) -> None:
    """Its delegate would take no operator, and all would run on the CPU without a word."""
    with pytest.raises(DelegateError, match=r"gesture\.tflite was not compiled for the Edge TPU, .*--target edgetpu"):
        placed(files.plain, "edgetpu", files.library)


def test_the_cpu_is_refused_for_a_compiled_model(files: Files) -> None:
    """The sentence names the file that it was compiled from, by name and hash."""
    sha = modelfile.read(files.plain).description.model_sha256[:16]
    sentence = rf"gesture_edgetpu\.tflite was compiled for the Edge TPU and cannot run on the CPU: use .*, gesture\.tflite \(SHA-256 {sha}\.\.\.\), or say --delegate edgetpu"  # noqa: E501
    with pytest.raises(DelegateError, match=sentence):
        placed(files.compiled, "cpu")
    with pytest.raises(ModelFileError, match=r"was compiled for the Edge TPU and cannot run on the CPU: use the file"):
        Network(modelfile.read(files.compiled).flatbuffer)
    with pytest.raises(ModelFileError, match=r"was compiled for the Edge TPU"):
        on_cpu(modelfile.read(files.compiled)).network()


def missing(files: Files, tmp_path: Path) -> dict[str, tuple[str, str]]:
    """Ways of not being there: library, sentence."""
    foreign = tmp_path / "foreign.so"
    shutil.copy(np.linalg._umath_linalg.__file__, foreign)
    return {
        "no library": (str(tmp_path / "libnone.so"), r"the library .*libnone\.so cannot be loaded \(.*No such file"),
        "no delegate": (
            str(foreign),
            r"foreign\.so is no TFLite delegate: it has no tflite_plugin_create_delegate",
        ),
        "no device": (files.no_device, r"no_device\.so finds no Edge TPU \(no device answers\): is it plugged in"),
        "silent": (
            files.silent,
            r"silent\.so finds no Edge TPU \(and gives no reason, as it does where there is",
        ),
    }


@pytest.mark.parametrize("way", ["no library", "no delegate", "no device", "silent"])
def test_without_a_device_edgetpu_is_refused_and_auto_falls_back(
    files: Files, tmp_path: Path, capfd: pytest.CaptureFixture[str], way: str
) -> None:
    """edgetpu does not start; auto takes the file that the model was compiled from, and says why."""
    library, sentence = missing(files, tmp_path)[way]
    with pytest.raises(DelegateError, match=sentence):
        placed(files.compiled, "edgetpu", library)
    placement = placed(files.compiled, "auto", library)
    assert placement.delegate == "cpu"
    assert placement.path == files.plain
    assert placement.said.startswith("the network runs on the CPU (litert), from gesture.tflite: ")
    assert re.search(sentence, placement.said)
    window = a_window(placement.model)
    plain = Network(modelfile.read(files.plain).flatbuffer)
    np.testing.assert_array_equal(placement.network()(window), plain(window))
    del placement
    gc.collect()  # what failed to load leaves no half-made object that complains when it goes
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("beside", ["nothing", "another model", "damaged"])
def test_auto_falls_back_only_to_the_very_file(files: Files, tmp_path: Path, beside: str) -> None:
    """Where that does not lie beside it byte by byte, the run is refused, and the file is named."""
    compiled = tmp_path / files.compiled.name
    shutil.copy(files.compiled, compiled)
    other = tmp_path / "gesture.tflite"
    if beside == "another model":
        model = modelfile.read(files.plain)
        modelfile.write(other, model.flatbuffer + b"\0", model.description)
    elif beside == "damaged":
        other.write_bytes(files.plain.read_bytes()[:-10])
    with pytest.raises(DelegateError, match=r"finds no Edge TPU .*; and gesture_edgetpu\.tflite was compiled .*: use"):
        placed(compiled, "auto", files.silent)


def test_a_delegate_that_breaks_on_the_graph_is_one_sentence(files: Files) -> None:
    """As a device that was pulled out between two words."""
    placement = placed(files.compiled, "auto", files.breaks)
    with pytest.raises(DelegateError, match=r"^litert cannot hand the model to the delegate: "):
        placement.network()


def test_the_usual_library_is_named_by_the_platform() -> None:
    """libedgetpu.so.1 on a Pi."""
    assert delegates.DELEGATES["edgetpu"].libraries["linux"] == "libedgetpu.so.1"
    assert delegates.library_of("edgetpu") in delegates.DELEGATES["edgetpu"].libraries.values()


def test_the_options_of_a_run_choose_the_same(files: Files) -> None:
    """The benchmark's run in a process of its own is placed as the benchmark is."""
    assert placed(files.plain).options() == ["--delegate", "cpu"]
    assert placed(files.compiled, "auto", files.library).options() == [
        *("--delegate", "edgetpu"),
        *("--delegate-library", files.library),
    ]
    assert placed(files.compiled, "auto", files.silent).options() == ["--delegate", "cpu"]
