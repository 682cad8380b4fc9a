from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray
from support import takes

from emg_edge.decoding.interpreter import Network, find_runtime
from emg_edge.decoding.micro import arena_bytes
from emg_edge.quantize.convert import convert
from emg_edge.quantize.edgetpu.check import check
from emg_edge.quantize.graph import operators
from emg_edge.quantize.micro.tensors import tensors
from emg_edge.quantize.network import load_network
from emg_edge.signal.spec import AXES, default_spec
from emg_edge.train.data.dataset import make_dataset
from emg_edge.train.data.sequences import FrameSet
from emg_edge.train.data.splits import Side
from emg_edge.train.fitting.fit import fit, logits_at
from emg_edge.train.fitting.network import Taps, deployed_network, set_weights, training_network, weights_of
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.fitting.shape import Shape
from emg_edge.train.fitting.task import Task

CLASSES = 4
SHAPES = {
    "gru": Shape((1, 2), 16, steps=5, units=12),
    "acceleration": Shape((1, 2), 16, acceleration=AXES),
    "both": Shape((1,), 16, steps=3, units=12, acceleration=AXES),
    "samples": Shape((1, 2, 4, 8, 4), 8),
    "pooled": Shape((1, 2), 16, pooled=9),
}


def _made(shape: Shape, seed: int = 1) -> tuple[Any, NDArray[np.float32]]:
    """A network with weights that tell every layer from an untrained one, and windows for it."""
    random = np.random.default_rng(seed)
    network = training_network(8 + shape.acceleration, CLASSES, shape, dropout=0.2)
    weights = [w if w.ndim > 1 else np.abs(w + random.normal(0, 0.2, w.shape)) for w in weights_of(network)]
    set_weights(network, weights)  # variances are among them, hence no sign
    windows = random.normal(size=(300, shape.context, 8 + shape.acceleration)).clip(-2.5, 2.5)
    return network, windows.astype(np.float32)


@pytest.mark.parametrize("name", SHAPES)
def test_the_deployed_network_is_the_trained_one(name: str) -> None:
    """Logits and embedding on one context equal those on a sequence, for every kind of layer."""
    network, windows = _made(SHAPES[name])
    trained = network.predict(windows, verbose=0)
    deployed = deployed_network(network, SHAPES[name]).predict(windows[:, :, None], verbose=0)
    for output in ("logits", "embedding"):
        assert np.ptp(trained[output]) > 0.1
        np.testing.assert_allclose(deployed[output].reshape(len(windows), -1), trained[output][:, 0], atol=1e-4)


@pytest.mark.parametrize("name", SHAPES)
def test_every_output_of_a_sequence_sees_its_own_context_alone(name: str) -> None:
    """A GRU starts anew for each, and an accelerometer's branch is in step with the convolutions."""
    shape = SHAPES[name]
    network, windows = _made(shape)
    stretch = windows[:6].reshape(-1, windows.shape[-1])
    at = np.arange(shape.context - 1, len(stretch))
    one_by_one = network.predict(stretch[at[:, None] + np.arange(1 - shape.context, 1)], verbose=0)["logits"][:, 0]
    np.testing.assert_allclose(network.predict(stretch[None], verbose=0)["logits"][0], one_by_one, atol=1e-4)
    np.testing.assert_allclose(logits_at(network, stretch, at, shape.context), one_by_one, atol=1e-4)


@pytest.mark.parametrize("name", ["gru", "both", "pooled"])
def test_int8_is_integers_throughout_and_without_a_loop(name: str, tmp_path: Any) -> None:
    """Built-in operators alone, in a saved network that needs no code of ours; it stays near the float network.

    An Edge TPU would take all of them, by Coral's list.
    """
    network, windows = _made(SHAPES[name])
    deployed_network(network, SHAPES[name]).save(tmp_path / "network.keras")
    flatbuffer = convert(load_network(tmp_path / "network.keras"), windows)
    elementwise = {"ADD", "MUL", "SUB", "LOGISTIC", "TANH"}
    others = {"CONV_2D", "CONCATENATION", "STRIDED_SLICE", "RESHAPE", "AVERAGE_POOL_2D"}
    assert set(operators(flatbuffer)) <= elementwise | others
    assert check(flatbuffer).on_cpu == ()
    assert arena_bytes(flatbuffer) <= tensors(flatbuffer).arena_guess
    interpreter = find_runtime("litert").interpreter(model_content=flatbuffer)
    interpreter.allocate_tensors()
    assert {np.dtype(one["dtype"]).name for one in interpreter.get_tensor_details()} <= {"int8", "int32"}
    int8, expected = Network(flatbuffer), network.predict(windows, verbose=0)
    for output in ("logits", "embedding"):
        found = np.stack([int8(window, output) for window in windows[:100]])
        # What is far below all that decides saturates.
        error = np.abs(found - np.maximum(expected[output][:100, 0], int8.outputs[output].reach[0]))
        assert np.quantile(error, 0.99) < 0.05 * np.ptp(expected[output])


@pytest.fixture(scope="module")
def wearer() -> FrameSet:
    """Ten batches an epoch of one who makes three movements, or rests."""
    spec = default_spec("raw", SHAPES["gru"].context)
    one = takes.recording(takes.DB5, "DB5", hold_s=3.0)
    return make_dataset(takes.tracks(one, spec, "upper", "lower"), spec, rest=True).frames()


def test_a_gru_learns_and_keeps_its_decisions_in_int8(wearer: FrameSet) -> None:
    """After a few epochs it finds a loud electrode's movement; its int8 file decides nearly all windows alike."""
    shape = SHAPES["gru"]
    spec = default_spec("raw", shape.context)
    network, history = fit(Task(wearer, CLASSES, shape, Recipe(epochs=8), 0, spec), None, lambda step: None)
    assert history[-1]["loss"] < history[0]["loss"]
    ends = np.flatnonzero((wearer.sides == Side.TEST) & (wearer.classes > 0))
    logits = logits_at(network, wearer.frames, ends, shape.context)
    assert (logits.argmax(axis=1) == wearer.classes[ends]).mean() > 0.5
    learnt = np.flatnonzero(np.isin(wearer.sides, (Side.TRAIN, Side.VALIDATION)))[::5]
    cut = np.arange(1 - shape.context, 1)
    int8 = Network(convert(deployed_network(network, shape), wearer.frames[learnt[:, None] + cut]))
    decided = [int8(wearer.frames[end + cut]).argmax() for end in ends]
    assert (decided == logits.argmax(axis=1)).mean() >= 0.95


@pytest.mark.parametrize("dilation", [1, 2, 4])
def test_the_taps_have_the_gradient_that_tensorflow_would_find(dilation: int) -> None:
    """Each frame gets back what the three places that it was copied to ask for."""
    random = np.random.default_rng(3)
    x = tf.constant(random.normal(size=(2, 15, 3)).astype(np.float32))
    weight = tf.constant(random.normal(size=(2, 15 - 2 * dilation, 9)).astype(np.float32))
    found = []
    for taps in (
        Taps(dilation),
        lambda x: tf.concat([x[:, : -2 * dilation], x[:, dilation:-dilation], x[:, 2 * dilation :]], axis=-1),
    ):
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(taps(x) * weight)
        found.append(tape.gradient(total, x).numpy())
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)
    assert np.ptp(found[0]) > 1
