"""Conversion of networks that no run folder holds."""

import keras
import numpy as np
from support.tiny_run import TinyRun

from emg_edge.decoding.interpreter import Network
from emg_edge.decoding.runfolder import NETWORK, read_decoder, read_windows
from emg_edge.quantize.convert import convert
from emg_edge.quantize.graph import operators
from emg_edge.quantize.network import in_keras, load_network
from emg_edge.train.fitting.committee import joined


def test_a_committee_is_quantised_as_one_network_is(tiny: TinyRun) -> None:
    """Two members decide by one last layer, and int8 decides as they do."""
    one, stored = load_network(tiny.out / NETWORK), read_windows(tiny.out)
    windows = stored.cut(stored.calibration, read_decoder(tiny.out)[0].signal.context)
    other = keras.models.clone_model(one)
    random = np.random.default_rng(0)
    other.set_weights([w * (1 + 0.02 * random.standard_normal(w.shape)) for w in one.get_weights()])
    committee = joined([one, other])
    flatbuffer = convert(committee, windows)
    logits = in_keras(committee)(windows)
    assert (Network(flatbuffer).each(windows).argmax(axis=1) == logits.argmax(axis=1)).mean() > 0.98
    assert operators(flatbuffer)[-1] == "CONV_2D"
