"""The last layer, set right, against the converter's own."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from support.broken_models import rebuilt
from support.tiny_run import TinyRun

from emg_edge.decoding.interpreter import Network
from emg_edge.decoding.runfolder import NETWORK, read_decoder, read_windows
from emg_edge.errors import RunFolderError
from emg_edge.quantize import convert
from emg_edge.quantize.logits import set_right
from emg_edge.quantize.network import in_keras, load_network

NEAR = 6.0


@dataclass(frozen=True)
class Both:
    """One network's file before and after, its calibration windows, and what the float network says of them."""

    before: bytes
    after: bytes
    windows: NDArray[np.float32]
    logits: NDArray[np.float32]


@pytest.fixture(scope="module")
def both(tiny: TinyRun) -> Both:
    network, stored = load_network(tiny.out / NETWORK), read_windows(tiny.out)
    windows = stored.cut(stored.calibration, read_decoder(tiny.out)[0].signal.context)
    logits = 4 * in_keras(network)(windows)  # as sure as a network that learnt for longer
    weights = network.get_layer("head").get_weights()
    network.get_layer("head").set_weights([4 * weight for weight in weights])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(convert, "set_right", lambda flatbuffer, *_: flatbuffer)
        before = convert.convert(network, windows)
    return Both(before, set_right(before, windows, logits), windows, logits)


def near(logits: NDArray[np.float32]) -> NDArray[np.bool_]:
    return logits > logits.max(axis=1, keepdims=True) - NEAR


def test_only_numbers_are_changed(both: Both) -> None:
    """Nothing moves: a bias a class, a scale and a zero point."""
    assert len(both.after) == len(both.before)
    changed = np.frombuffer(both.after, np.uint8) != np.frombuffer(both.before, np.uint8)
    assert 0 < changed.sum() <= 4 * both.logits.shape[1] + 4 + 8


def test_steps_are_finer_and_reach_over_all_that_decides(both: Both) -> None:
    """From 6 under the smallest likeliest logit of any window, to the largest; 0 is exact."""
    coarse, fine = (Network(one).outputs["logits"] for one in (both.before, both.after))
    assert fine.scale < 0.9 * coarse.scale
    low, high = fine.reach
    assert low <= np.where(near(both.logits), both.logits, np.inf).min() + fine.scale
    assert low >= both.logits.min() - fine.scale
    assert high == pytest.approx(both.logits.max(), abs=fine.scale)
    assert -128 <= fine.zero_point <= 127


def test_the_mean_error_where_decisions_fall_is_gone(both: Both) -> None:
    """Of every class: less than a step's worth is left, and less than there was."""
    masked = near(both.logits)
    left = [
        np.abs(np.where(masked, Network(one).each(both.windows) - both.logits, 0).sum(axis=0) / masked.sum(axis=0))
        for one in (both.before, both.after)
    ]
    assert left[1].mean() < left[0].mean()
    assert left[1].max() < Network(both.after).outputs["logits"].scale


def test_it_decides_as_float_does_no_less_often(both: Both) -> None:
    """On the windows that it was set right by; this network decides on most of them as float does already."""
    told = both.logits.argmax(axis=1)
    before, after = (
        (Network(one).each(both.windows).argmax(axis=1) == told).mean() for one in (both.before, both.after)
    )
    assert after >= before


def test_a_bias_that_another_layer_has_too_is_refused(both: Both) -> None:
    """That layer would change with it."""

    def share(tree: Any) -> None:
        graph = tree.subgraphs[0]
        last = max(
            (one for one in graph.operators if len(one.inputs) == 3),
            key=lambda one: -graph.tensors[one.outputs[0]].shape[-1],
        )
        other = next(one for one in graph.operators if len(one.inputs) == 3 and one is not last)
        graph.tensors[other.inputs[2]].buffer = graph.tensors[last.inputs[2]].buffer

    with pytest.raises(RunFolderError, match="last convolution has no bias of its own"):
        set_right(rebuilt(both.before, share), both.windows, both.logits)


def test_a_network_that_is_never_negative_keeps_an_exact_zero(both: Both) -> None:
    """And so does one that is never positive: the zero point is one of int8's integers."""
    for logits in (both.logits - both.logits.min() + 20, both.logits - both.logits.max() - 20):
        output = Network(set_right(both.before, both.windows, logits)).outputs["logits"]
        assert output.zero_point in (-128, 127)


def test_a_network_that_ends_in_no_convolution_is_refused(both: Both) -> None:
    """By the operator's name."""
    frames = keras.Input((4,), batch_size=1, name="frames")
    dense = keras.layers.Dense(3)(frames)
    network = keras.Model(frames, {"logits": dense, "embedding": frames})
    with pytest.raises(RunFolderError, match="logits are made by FULLY_CONNECTED, and a convolution"):
        convert.convert(network, np.ones((8, 4), np.float32))
