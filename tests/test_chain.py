"""The whole chain: what training evaluated is what the live loop decides."""

import math
from pathlib import Path

import numpy as np
from support.scripted_board import Kept
from support.tiny_run import TinyRun

from emg_edge.decoding import modelfile
from emg_edge.decoding.interpreter import Network, softmax
from emg_edge.decoding.runfolder import read_windows
from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.session import RunOptions, Session
from emg_edge.progress import in_order
from emg_edge.quantize.run import quantize


def test_live_decisions_are_those_of_the_evaluation(tiny: TinyRun, tmp_path: Path):
    """Train, quantise, replay the file: every test window that training stored is decided live, to the last bit."""
    path = tmp_path / "gesture.tflite"
    quantize(tiny.out, path, in_order, below_bound=True)
    model = modelfile.read(path)
    (file,) = tiny.data.rglob("*.mat")
    live = Kept()
    options = RunOptions("replay", BoardOptions(file=str(file), speed=math.inf), ring="upper")
    Session(model, "gesture", options, lambda sentence: None).run([live], lambda: False)

    stored, signal, network = read_windows(tiny.out), model.description.signal, Network(model.flatbuffer)
    first, hop = signal.context - 1, signal.hop
    of_upper = stored.test[stored.test <= first + hop * (len(live.decisions) - 1)]  # the upper ring's track comes first
    assert len(of_upper) > 100
    for end in of_upper:
        decided = live.decisions[(end - first) // hop]
        evaluated = softmax(network(stored.frames[end - first : end + 1]))
        assert decided.probability == evaluated.max()
        assert decided.number == model.description.movements[int(np.argmax(evaluated))]
