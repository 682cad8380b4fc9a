"""The whole chain: what training evaluated is what the live loop decides."""

import math

import numpy as np
import pytest
from support.scripted_board import Kept
from support.tiny_run import tiny_run

from emg_edge.decoding import modelfile
from emg_edge.decoding.interpreter import Network, softmax
from emg_edge.decoding.runfolder import read_windows
from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.session import RunOptions, Session
from emg_edge.progress import in_order
from emg_edge.quantize.run import quantize


def test_live_decisions_are_those_of_the_evaluation(tmp_path, tmp_path_factory: pytest.TempPathFactory):
    """Train, quantise, replay the file: every test window that training stored is decided live, to the last bit."""
    made = tiny_run(tmp_path_factory)
    path = tmp_path / "gesture.tflite"
    quantize(made.out, path, in_order, force=True)
    model = modelfile.read(path)
    (file,) = made.data.rglob("*.mat")
    live = Kept()
    options = RunOptions("replay", BoardOptions(file=str(file), speed=math.inf), ring="upper")
    Session(model, "gesture", options, lambda sentence: None).run([live], lambda: False)

    stored, signal, network = read_windows(made.out), model.description.signal, Network(model.flatbuffer)
    first, hop = signal.context - 1, signal.hop
    of_upper = stored.test[stored.test <= first + hop * (len(live.decisions) - 1)]  # the upper ring's track comes first
    assert len(of_upper) > 100
    for end in of_upper:
        decided = live.decisions[(end - first) // hop]
        evaluated = softmax(network(stored.frames[end - first : end + 1]))
        assert decided.probability == evaluated.max()
        assert decided.number == model.description.movements[int(np.argmax(evaluated))]
