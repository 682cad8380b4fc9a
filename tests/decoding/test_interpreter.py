import importlib.util
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from emg_edge.decoding import modelfile
from emg_edge.decoding.interpreter import Network, QuantisedTensor, find_runtime, softmax
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.errors import MissingDependency, ModelFileError
from emg_edge.models import shipped


@pytest.fixture(scope="module")
def model() -> ModelFile:
    return modelfile.read(shipped())


@pytest.fixture(scope="module")
def network(model: ModelFile) -> Network:
    return Network(model.flatbuffer)


def a_window(model: ModelFile) -> NDArray[np.float32]:
    shape = (model.description.signal.context, model.description.signal.channels)
    return np.random.default_rng(4).normal(size=shape).astype(np.float32)


def tensor(dtype: Any, scale: float, zero_point: int = 0, shape: tuple[int, ...] = (1, 4)) -> QuantisedTensor:
    return QuantisedTensor(0, shape, np.dtype(dtype), scale, zero_point)


def test_an_outlier_saturates_and_does_not_wrap() -> None:
    """Far beyond the range is the end of the range, with its sign; and half steps round to even."""
    encoded = tensor(np.int8, 0.1, -3).encode(np.array([1e6, -1e6, 12.94, 0.25], np.float32))
    assert encoded.tolist() == [[127, -128, 126, -1]]
    assert encoded.dtype == np.int8
    assert tensor(np.uint8, 0.5, 128).encode(np.array([1e9, -1e9, 0, 1], np.float32)).tolist() == [[255, 0, 128, 130]]


@given(st.lists(st.floats(-12, 12, width=32), min_size=4, max_size=4))
def test_within_the_range_decoding_undoes_encoding_to_half_a_step(values: list[float]) -> None:
    """real = scale * (integer - zero_point)."""
    real = np.array(values, np.float32)
    held = tensor(np.int8, 0.1, -3)
    np.testing.assert_allclose(held.decode(held.encode(real)), real, atol=0.0501)


def test_a_float_tensor_passes_as_it_is() -> None:
    """A float model needs no scale."""
    real = np.array([0.1, -2.5, 3e5, 0.0], np.float32)
    np.testing.assert_array_equal(tensor(np.float32, 0.0).decode(tensor(np.float32, 0.0).encode(real)), real)


def test_outputs_are_found_by_the_name_in_the_signature(model: ModelFile, network: Network) -> None:
    """The runtime's own signature runner gives the same numbers under the same names."""
    window = a_window(model)
    runner = find_runtime().interpreter(model_content=model.flatbuffer).get_signature_runner()
    (argument, details), *more = runner.get_input_details().items()
    assert not more
    scale, zero_point = details["quantization"]
    encoded = tensor(details["dtype"], scale, zero_point, tuple(details["shape"])).encode(window)
    expected = runner(**{argument: encoded})
    widths = {}
    for name in ("logits", "embedding"):
        scale, zero_point = runner.get_output_details()[name]["quantization"]
        found = network(window, name)
        widths[name] = len(found)
        np.testing.assert_allclose(found, scale * (expected[name].astype(float).ravel() - zero_point), rtol=1e-6)
    assert widths["logits"] == len(model.description.movements) != widths["embedding"]


def test_shapes_are_read_from_the_file(model: ModelFile, network: Network) -> None:
    """Input shape and number of classes are the file's own."""
    signal = model.description.signal
    assert network.input_shape == (1, signal.context, 1, signal.channels)
    assert network.classes == len(model.description.movements)
    assert network.runtime.name == "litert"


def test_one_window_does_not_touch_the_next(model: ModelFile, network: Network) -> None:
    """The same window gives the same logits whatever came between."""
    window = a_window(model)
    first = network(window)
    between = network(-5 * window)
    np.testing.assert_array_equal(network(window), first)
    assert (between != first).any()


@pytest.mark.parametrize("cut", [0, 7, 100, 20_000])
def test_bytes_that_are_no_model_are_refused(model: ModelFile, cut: int) -> None:
    """One sentence names the runtime and its reason."""
    with pytest.raises(ModelFileError, match="litert cannot open the model: "):
        Network(model.flatbuffer[:cut])


@pytest.mark.skipif(importlib.util.find_spec("tflite_runtime") is not None, reason="tflite-runtime is installed here")
def test_a_runtime_that_is_not_installed_is_named() -> None:
    """What was tried, why it failed, and what to install."""
    with pytest.raises(MissingDependency, match=r"tflite-runtime: No module named .*pip install ai-edge-litert"):
        find_runtime("tflite-runtime")


def test_without_any_runtime_all_failures_are_said() -> None:
    """On a machine with none of the three, each is named with its reason."""
    program = (
        "import sys\n"
        "for name in ('ai_edge_litert', 'tflite_runtime', 'tensorflow'): sys.modules[name] = None\n"
        "from emg_edge.decoding.interpreter import find_runtime\n"
        "from emg_edge.errors import MissingDependency\n"
        "try: find_runtime()\n"
        "except MissingDependency as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("no TFLite runtime works here (litert: ")
    assert "; tflite-runtime: " in done.stdout
    assert "; tensorflow: " in done.stdout


def test_the_runtime_is_quiet(model: ModelFile) -> None:
    """What native code writes past Python's stderr stays off the user's terminal."""
    program = (
        "from emg_edge.decoding import modelfile\n"
        "from emg_edge.decoding.interpreter import Network\n"
        "from emg_edge.models import shipped\n"
        "Network(modelfile.read(shipped()).flatbuffer)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_softmax_is_exact_and_does_not_overflow() -> None:
    """Probabilities add up to one in every row, for logits of any size."""
    logits = np.array([[0, np.log(3)], [1e4, 1e4], [-1e4, 1e4]])
    np.testing.assert_allclose(softmax(logits), np.array([[0.25, 0.75], [0.5, 0.5], [0, 1]]))
