import dataclasses

import msgspec
import numpy as np
import pytest

from emg_edge.decoding.modelfile import ModelFile
from emg_edge.recordings.recording import Recording
from emg_edge.signal.source import Source
from emg_edge.verification.windows import SETTLED_S, cut

RATE_HZ, HOP = 200.0, 10
HOLD = 160  # samples: 0.8 s


@pytest.fixture
def recording(model: ModelFile) -> Recording:
    """Rest and movement in turn, in repetitions 1, 2, 3, of somebody whom the model does not know."""
    movements = model.description.movements[1:3]
    movement = np.tile(np.repeat(np.array([0, movements[0], 0, movements[1]], np.int16), HOLD), 3)
    repetition = np.repeat(np.array([1, 2, 3], np.int16), 4 * HOLD)
    samples = np.random.default_rng(0).normal(0, 20, (len(movement), 8)).astype(np.float32)
    return Recording(samples, movement, repetition, Source("raw", RATE_HZ, "myo-count", "ring8"), "elsewhere", 99)


def test_a_window_is_judged_once_its_movement_has_settled(model: ModelFile, recording: Recording) -> None:
    """A hop a window; its class is that of its newest sample."""
    found = cut(model, recording)
    spec = model.description.signal
    assert found.windows.shape[1:] == (spec.context, spec.features)
    assert len(found.windows) == pytest.approx((len(recording.samples) - spec.context_ms * RATE_HZ / 1000) / HOP, abs=2)
    shares = [(found.classes == k).mean() for k in range(len(model.description.movements))]
    expected = 0.25 * (1 - SETTLED_S * RATE_HZ / HOLD)
    assert shares[1] == pytest.approx(expected, abs=0.03)
    assert sum(shares[3:]) == 0
    assert set(np.unique(found.classes)) == {-1, 0, 1, 2}


def test_what_is_not_labelled_is_not_judged(model: ModelFile, recording: Recording) -> None:
    """Its windows are there all the same: runtimes must agree on them."""
    blank = dataclasses.replace(recording, unlabelled=np.ones(len(recording.samples), bool))
    assert (cut(model, blank).classes == -1).all()
    assert len(cut(model, blank).windows) == len(cut(model, recording).windows)


def test_a_movement_that_the_model_does_not_know_is_not_judged(model: ModelFile, recording: Recording) -> None:
    """It could only be wrong."""
    strange = dataclasses.replace(recording, movement=np.full(len(recording.samples), 999, np.int16))
    assert (cut(model, strange).classes == -1).all()


def test_of_people_who_were_trained_on_only_the_tested_repetitions_are_judged(
    model: ModelFile, recording: Recording
) -> None:
    """What the network has learnt would flatter it."""
    training = msgspec.structs.replace(
        model.description.training,
        databases={"elsewhere": [99]},
        repetitions={"elsewhere": {"train": [1], "validation": [3], "test": [2]}},
    )
    knows = dataclasses.replace(model, description=msgspec.structs.replace(model.description, training=training))
    all_of_them, tested = cut(model, recording).classes, cut(knows, recording).classes
    assert (tested >= 0).sum() == pytest.approx((all_of_them >= 0).sum() / 3, rel=0.1)
    other = dataclasses.replace(recording, subject=98)
    assert (cut(knows, other).classes == all_of_them).all()
