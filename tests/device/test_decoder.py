import dataclasses

import msgspec
import numpy as np
import pytest
import scipy.signal as reference

from emg_edge.decoding.interpreter import Network, softmax
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.decoding.wearer import choose_ring, choose_scale
from emg_edge.device.boards.board import Board
from emg_edge.device.boards.replay import ReplayBoard
from emg_edge.device.decoder import Decoder
from emg_edge.errors import SpecError
from emg_edge.recordings.recording import Recording
from emg_edge.signal.adaptation import NONE, Adjustment
from emg_edge.signal.frontend import FrontEnd, Standardisation
from emg_edge.signal.montage import Turn
from emg_edge.signal.source import Source
from emg_edge.signal.units import UV_PER_MYO_COUNT
from emg_edge.signal.windows import windows

MYO = Source("raw", 200.0, "myo-count", "ring8")
CYTON = Source("raw", 250.0, "uV", "ring8")
DAISY = Source("raw", 125.0, "uV", "double-ring")
FITTED = Adjustment(Turn(3, mirrored=True), "myo-count", 50.0)


def offline(model: ModelFile, recording: Recording, scale: Standardisation, ring: str, adjustment: Adjustment = NONE):
    """As training evaluates: the whole recording in one block, every window by itself.

    Returns the newest sample of each window, and its probabilities.
    """
    spec = model.description.signal
    front = FrontEnd(spec, recording.source, scale, ring, adjustment)
    cut = windows(front.push(recording.samples), spec.context)[:: spec.hop]
    network = Network(model.flatbuffer)
    newest = front.timing.newest(spec.context - 1 + spec.hop * np.arange(len(cut)))
    return newest, np.array([softmax(network(window)) for window in cut])


def live(model: ModelFile, board: Board, scale: Standardisation, ring: str, adjustment: Adjustment = NONE):
    """As the device decodes: block by block from a board."""
    decoder = Decoder(model, board.source, scale, ring, adjustment=adjustment)
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


@pytest.mark.parametrize("block", [1, 7, 250, 100_000])
@pytest.mark.parametrize("source", [CYTON, DAISY], ids=["cyton", "daisy"])
def test_another_boards_stream_equals_offline_too(model, source, block):
    """Resampled, converted, turned, with a notch: still the same bits at the same samples, however it is cut."""
    samples = np.random.default_rng(4).normal(1e5, 60, (int(8 * source.rate_hz), source.channels)).astype(np.float32)
    labels = np.zeros(len(samples), np.int16)
    taken = Recording(samples, labels, labels, source, "own", 1)
    scale = choose_scale(model.description, source, None, "upper").scale
    when, expected = offline(model, taken, scale, "upper", FITTED)
    newest, got = live(model, ReplayBoard(taken, float("inf"), block), scale, "upper", FITTED)
    assert len(expected) > 140
    np.testing.assert_array_equal(newest, when)
    np.testing.assert_array_equal(got, expected)


def test_a_model_that_takes_the_acceleration_is_refused(model, recording):
    """Boards hand over the EMG alone: nothing is made up in its place."""
    signal = msgspec.structs.replace(model.description.signal, acceleration=3)
    wanting = dataclasses.replace(model, description=msgspec.structs.replace(model.description, signal=signal))
    scale = choose_scale(model.description, recording.source, recording.wearer, "upper").scale
    with pytest.raises(SpecError, match=r"takes an acceleration of 3 axes.*has the EMG alone; use a model"):
        Decoder(wanting, recording.source, scale, "upper")


def test_a_myos_signal_in_microvolts_at_250_hz_is_decided_as_a_myos(model, recording):
    """The same arm through a Cyton, with its offset: nine decisions in ten are the same."""
    scale = choose_scale(model.description, recording.source, recording.wearer, "upper").scale
    _, expected = offline(model, recording, scale, "upper")
    volts = reference.resample(recording.samples, len(recording.samples) * 5 // 4) * UV_PER_MYO_COUNT + 50_000
    labels = np.zeros(len(volts), np.int16)
    taken = Recording(volts.astype(np.float32), labels, labels, CYTON, "SIM", 1, simulated=True)
    _, got = offline(model, taken, scale, "upper", Adjustment(unit="myo-count"))
    n = min(len(got), len(expected))
    assert (got[:n].argmax(axis=1) == expected[:n].argmax(axis=1)).mean() > 0.9


@pytest.mark.parametrize("source", [MYO, CYTON, Source("raw", 125.0, "uV", "ring8")], ids=["myo", "cyton", "slow"])
def test_the_newest_sample_is_never_ahead_of_what_was_pushed(model, recording, source):
    """A prediction comes with the block that holds its newest sample, neither before nor after."""
    scale = model.description.scales.units["myo-count"]
    decoder = Decoder(model, source, scale)
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
