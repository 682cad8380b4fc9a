import numpy as np
import pytest

from emg_edge.decoding.interpreter import Network, softmax
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.device.boards.board import Board
from emg_edge.device.boards.replay import ReplayBoard
from emg_edge.device.decoder import Decoder
from emg_edge.device.wearer import choose_ring, choose_scale
from emg_edge.recordings.recording import Recording
from emg_edge.signal.frontend import FrontEnd, Standardisation, windows


def offline(model: ModelFile, recording: Recording, scale: Standardisation, ring: str):
    """As training evaluates: the whole recording in one block, every window by itself.

    Returns the newest sample of each window, and its probabilities.
    """
    spec = model.description.signal
    front = FrontEnd(spec, recording.source, scale, ring)
    cut = windows(front.push(recording.samples), spec.context)[:: spec.hop]
    network = Network(model.flatbuffer)
    newest = front.first + front.stride * (spec.context - 1 + spec.hop * np.arange(len(cut)))
    return newest, np.array([softmax(network(window)) for window in cut])


def live(model: ModelFile, board: Board, scale: Standardisation, ring: str):
    """As the device decodes: block by block from a board."""
    decoder = Decoder(model, board.source, scale, ring)
    newest, probabilities, seen = [], [], 0
    with board:
        while not board.finished:
            block = board.read(1.0)
            for prediction in decoder.push(block.samples):
                newest.append(seen + prediction.sample)
                probabilities.append(prediction.probabilities)
            seen += len(block.samples)
    return np.array(newest), np.array(probabilities)


@pytest.mark.parametrize("block", [1, 3, 5, 64, 997, 100_000])
def test_streaming_equals_offline_bit_for_bit(model, recording, block):
    """Odd-sized blocks give the very probabilities of the offline evaluation, at the same samples."""
    ring = choose_ring(model.description, recording.source, None).name
    scale = choose_scale(model.description, recording.source, recording.wearer, ring).scale
    when, expected = offline(model, recording, scale, ring)
    newest, got = live(model, ReplayBoard(recording, float("inf"), block), scale, ring)
    assert len(expected) > 200
    np.testing.assert_array_equal(newest, when)
    np.testing.assert_array_equal(got, expected)


def test_the_newest_sample_is_never_ahead_of_what_was_pushed(model, recording):
    """A prediction comes with the block that holds its newest sample, neither before nor after."""
    scale = model.description.scales.units["myo-count"]
    decoder = Decoder(model, recording.source, scale)
    for start in range(0, 1000, 7):
        block = recording.samples[start : start + 7]
        assert all(0 <= prediction.sample < len(block) for prediction in decoder.push(block))


def test_after_a_reset_it_decides_as_if_new(model, recording):
    """A reset leaves nothing of what was before."""
    scale = model.description.scales.units["myo-count"]
    used, new = (Decoder(model, recording.source, scale) for _ in range(2))
    used.push(recording.samples[:777] * 100)
    used.reset()
    first, second = used.push(recording.samples[1000:1500]), new.push(recording.samples[1000:1500])
    assert [p.sample for p in first] == [p.sample for p in second]
    np.testing.assert_array_equal([p.probabilities for p in first], [p.probabilities for p in second])
