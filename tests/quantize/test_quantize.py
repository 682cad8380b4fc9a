import dataclasses
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from support.full_disk import no_file_beyond
from support.tiny_run import TinyRun

from emg_edge.decoding import modelfile
from emg_edge.decoding.interpreter import Network, find_runtime
from emg_edge.decoding.modelfile import Description
from emg_edge.decoding.runfolder import Windows, read_decoder, read_windows
from emg_edge.errors import EmgEdgeError, ModelFileError, ParityError, RunFolderError
from emg_edge.progress import in_order
from emg_edge.quantize.network import load_network
from emg_edge.quantize.parity import Parity
from emg_edge.quantize.run import quantize
from emg_edge.train.data.windows import save_windows


@dataclasses.dataclass(frozen=True)
class Made:
    run: Path
    path: Path
    parity: Parity
    description: Description


def logits(run: Path) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """What the float network says of the test windows."""
    windows, context = read_windows(run), read_decoder(run)[0].signal.context
    cut = windows.cut(windows.test, context)[:, :, None]
    found = load_network(run / "network.keras").predict(cut, verbose=0)["logits"]
    table: np.ndarray[tuple[int, int], np.dtype[np.float32]] = found.reshape(len(cut), -1)
    return table


def replaced(run: Path, change: Callable[[Windows], Windows]) -> None:
    save_windows(change(read_windows(run)), run / "windows.npz")


def calibrated_on(frames: np.ndarray, windows: Windows) -> Windows:
    """The same windows, with these frames in place of their own where calibration looks."""
    both = np.concatenate([windows.frames, frames])
    return dataclasses.replace(windows, frames=both, calibration=windows.calibration + len(windows.frames))


def shrunk(windows: Windows, clip: float = 3.0) -> Windows:
    """Calibration windows of a hundredth of the amplitude: int8's ranges are far too small for the test windows.

    One sample of each is as large as amplitudes go, so that the input's range stays right.
    """
    small = 0.01 * windows.frames
    small[:, 0] = clip * np.where(np.arange(len(small)) % 40 == 0, 1, -0.01)
    small[20::40, 0] = -clip
    return calibrated_on(small, windows)


def tiny_ranges(windows: Windows) -> Windows:
    """The same without that sample: the input's range is of no amplitude that the front end gives."""
    return calibrated_on(0.01 * windows.frames, windows)


@pytest.fixture(scope="module")
def made(tiny: TinyRun, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The tiny network's file, with the parity of those windows of which the float network is surest."""
    run = tiny.copy(tmp_path_factory.mktemp("made") / "run")
    ranked = np.sort(logits(run), axis=1)
    sure = np.argsort(ranked[:, -2] - ranked[:, -1])[: len(ranked) // 2]
    replaced(run, lambda w: dataclasses.replace(w, test=w.test[sure], test_classes=w.test_classes[sure]))
    path = run.parent / "gesture.tflite"
    parity, description = quantize(run, path, in_order)
    return Made(run, path, parity, description)


def test_the_parity_table_is_of_float_and_of_int8_on_every_runtime(made: Made) -> None:
    """Float TFLite is the float network to rounding; int8 agrees where float is sure; sizes are the models."""
    reference, as_float, int8 = made.parity.rows[:3]
    assert made.parity.windows == len(read_windows(made.run).test)
    assert (reference.agreement, reference.max_probability_error) == (1.0, 0.0)
    assert as_float.agreement >= 0.999
    assert as_float.max_probability_error < 1e-3
    assert int8.agreement >= 0.99
    assert 0 < int8.max_probability_error < 0.5
    assert abs(int8.accuracy - reference.accuracy) <= 0.01
    assert [row.runtime for row in made.parity.quantised][:2] == [
        "int8, litert, XNNPACK",
        "int8, litert, plain kernels",
    ]
    assert all(row.agreement >= 0.99 for row in made.parity.quantised)
    assert made.parity.quantised_bytes == made.description.model_bytes < made.parity.float_bytes
    assert made.path.stat().st_size <= 100_000
    decided = logits(made.run).argmax(axis=1)
    assert reference.accuracy == pytest.approx((decided == read_windows(made.run).test_classes).mean())


def test_the_file_describes_itself(made: Made, tiny: TinyRun) -> None:
    """Signal, movements, people, measured accuracy and cost of int8, as the run folder has them."""
    description = modelfile.read(made.path).description
    decoder, metrics = read_decoder(made.run)
    assert description == made.description
    assert (description.signal, description.movements) == (decoder.signal, decoder.movements)
    assert description.names[:2] == ("rest", "index flexion")
    assert description.training.databases == {"DB5": [1]}
    assert description.training.simulated
    assert description.metrics["test"] == metrics["test"]
    assert description.quantisation.within_bound
    assert description.quantisation.accuracy["int8"] == made.parity.rows[2].accuracy
    assert set(description.quantisation.operators) <= {"CONV_2D", "ADD", "STRIDED_SLICE", "RESHAPE"}
    assert set(description.scales.wearers) == {"SIM-S1/upper", "SIM-S1/lower"}


@pytest.mark.parametrize("runtime", ["litert", "tensorflow"])
def test_both_runtimes_open_the_file_with_its_tail(made: Made, runtime: str) -> None:
    """The zip after the flatbuffer disturbs neither; inputs and outputs are int8 with a batch of one."""
    interpreter = find_runtime(runtime).interpreter(model_path=str(made.path))
    interpreter.allocate_tensors()
    runner = interpreter.get_signature_runner()
    (given,) = runner.get_input_details().values()
    signal = made.description.signal
    assert tuple(given["shape"]) == (1, signal.context, 1, signal.channels)
    assert given["dtype"] == np.int8
    outputs = runner.get_output_details()
    assert set(outputs) == {"logits", "embedding"}
    assert all(details["dtype"] == np.int8 for details in outputs.values())
    with zipfile.ZipFile(made.path) as archive:
        assert archive.namelist() == ["labels.txt", "emg-edge.json"]


def test_tensorflow_and_litert_decide_alike(made: Made) -> None:
    """Kernels may differ by a few steps, and the decision by none of them."""
    flatbuffer = modelfile.read(made.path).flatbuffer
    here, there = Network(flatbuffer), Network(flatbuffer, find_runtime("tensorflow"))
    windows = read_windows(made.run)
    for window in windows.cut(windows.test[::40], made.description.signal.context):
        np.testing.assert_allclose(there(window), here(window), atol=0.5)
        assert there(window).argmax() == here(window).argmax()


def test_ranges_that_are_too_small_lose_parity_and_are_refused(tiny: TinyRun, tmp_path: Path) -> None:
    """Below the bound nothing is written; --below-bound writes the file and marks it."""
    run, out = tiny.copy(tmp_path / "run"), tmp_path / "g.tflite"
    replaced(run, shrunk)
    with pytest.raises(
        ParityError,
        match=r"XNNPACK loses \d.* points of balanced accuracy, and 0.5 is allowed; .*--below-bound writes it",
    ):
        quantize(run, out, in_order)
    assert not out.exists()
    with pytest.raises(ParityError):
        quantize(run, out, in_order, force=True)
    parity, description = quantize(run, out, in_order, below_bound=True)
    assert len(parity.problems) == 2 * len(parity.quantised)
    assert not description.quantisation.within_bound
    assert not modelfile.read(out).description.quantisation.within_bound


def test_a_file_that_would_contradict_itself_is_never_written(tiny: TinyRun, tmp_path: Path) -> None:
    """No option asks for one."""
    run, out = tiny.copy(tmp_path / "run"), tmp_path / "g.tflite"
    replaced(run, tiny_ranges)
    with pytest.raises(ModelFileError, match="contradicts itself: the network's input reaches from"):
        quantize(run, out, in_order, force=True, below_bound=True)
    assert not out.exists()


def test_an_existing_file_is_refused_before_any_work(made: Made, tmp_path: Path) -> None:
    """The user's file stands."""
    out = tmp_path / "mine.tflite"
    out.write_bytes(b"mine")
    with pytest.raises(EmgEdgeError, match=r"mine\.tflite exists already"):
        quantize(tmp_path / "no run at all", out, in_order)
    assert out.read_bytes() == b"mine"


def test_a_full_disk_leaves_no_half_of_a_model(made: Made, tmp_path: Path) -> None:
    """The old file stands where there was one, and nothing lies beside it."""
    out = tmp_path / "g.tflite"
    out.write_bytes(b"old")
    held = modelfile.read(made.path)
    with no_file_beyond(10_000), pytest.raises(EmgEdgeError, match=r"cannot write .*g\.tflite: file too large"):
        modelfile.write(out, held.flatbuffer, held.description, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["g.tflite"]
    assert out.read_bytes() == b"old"


def _without(name: str) -> Callable[[Path], None]:
    return lambda run: (run / name).unlink()


def _cut(name: str) -> Callable[[Path], None]:
    def cut(run: Path) -> None:
        data = (run / name).read_bytes()
        (run / name).write_bytes(data[: len(data) // 2])

    return cut


def _flipped(name: str) -> Callable[[Path], None]:
    def flip(run: Path) -> None:
        data = bytearray((run / name).read_bytes())
        middle = len(data) // 2
        data[middle : middle + 20] = bytes(255 - byte for byte in data[middle : middle + 20])
        (run / name).write_bytes(data)

    return flip


def _foreign_network(run: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("config.json", json.dumps({"module": "os", "class_name": "system", "config": {}}))
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", b"")
    (run / "network.keras").write_bytes(held.getvalue())


def _decoder(run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    held = json.loads((run / "decoder.json").read_bytes())
    change(held)
    (run / "decoder.json").write_text(json.dumps(held))


def _other_context(run: Path) -> None:
    _decoder(run, lambda d: d["signal"].update(context=d["signal"]["context"] - 1))


def _fewer_movements(run: Path) -> None:
    _decoder(run, lambda d: d.update(movements=d["movements"][:5]))


def _other_outputs(run: Path) -> None:
    keras.Sequential([keras.Input((15, 1, 8)), keras.layers.Flatten()]).save(run / "network.keras")


def _no_test_windows(run: Path) -> None:
    replaced(run, lambda w: dataclasses.replace(w, test=w.test[:0], test_classes=w.test_classes[:0]))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_without("decoder.json"), r"is not a finished training run: it has no decoder\.json; its training is unfin"),
        (_without("metrics.json"), r"is not a finished training run: it has no metrics\.json"),
        (_without("windows.npz"), r"has no readable windows\.npz"),
        (_without("network.keras"), r"there is no network .*network\.keras"),
        (_cut("decoder.json"), "is damaged"),
        (_cut("windows.npz"), r"has no readable windows\.npz"),
        (_flipped("windows.npz"), r"has no readable windows\.npz"),
        (_cut("network.keras"), r"the network .* is damaged: "),
        (_flipped("network.keras"), r"the network .* is damaged: "),
        (_foreign_network, r"the network .* is damaged: "),
        (_other_context, "network.keras makes 13 logits of"),
        (_fewer_movements, "names a class that none of the 5 movements is"),
        (_other_outputs, r"network\.keras does not give logits and an embedding"),
        (_no_test_windows, r"has no test or no calibration windows"),
    ],
)
def test_a_run_folder_that_is_not_whole_is_one_sentence(
    tiny: TinyRun, tmp_path: Path, damage: Callable[[Path], None], sentence: str
) -> None:
    """What is missing or damaged is named, and nothing is written."""
    run = tiny.copy(tmp_path / "run")
    damage(run)
    with pytest.raises(RunFolderError, match=sentence) as refused:
        quantize(run, tmp_path / "g.tflite", in_order)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "g.tflite").exists()


def test_a_person_who_has_no_run_is_told_who_has(tmp_path: Path) -> None:
    """Of the decoders of a training run with one for each."""
    for name in ("SIM-S1", "SIM-S2"):
        (tmp_path / "subjects" / name).mkdir(parents=True)
        (tmp_path / "subjects" / name / "decoder.json").write_text("{}")
    with pytest.raises(RunFolderError, match=r"no run folder .*/DB5-S1; beside it lie those of SIM-S1, SIM-S2$"):
        read_decoder(tmp_path / "subjects" / "DB5-S1")


def test_no_run_folder_says_how_to_make_one(tmp_path: Path) -> None:
    """A path that is not there, and a folder of something else."""
    with pytest.raises(RunFolderError, match=r"there is no run folder .*; make one with: emg-edge train --data"):
        quantize(tmp_path / "nowhere", tmp_path / "g.tflite", in_order)
    with pytest.raises(
        RunFolderError, match=r"is not a finished training run: it has no decoder\.json; name a folder "
    ):
        quantize(tmp_path, tmp_path / "g.tflite", in_order)
