from dataclasses import replace

import numpy as np
import pytest
from support import takes

from emg_edge.decoding.interpreter import Network
from emg_edge.errors import RecordingError
from emg_edge.quantize.convert import convert
from emg_edge.signal.spec import default_spec
from emg_edge.train.data.dataset import make_dataset
from emg_edge.train.data.sequences import FrameSet
from emg_edge.train.data.splits import Side
from emg_edge.train.fitting.fit import fit, logits_at
from emg_edge.train.fitting.network import deployed_network, weights_of
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.fitting.shape import Shape
from emg_edge.train.fitting.task import Task

SHAPE = Shape((1, 2), width=32)
SPEC = default_spec("raw", SHAPE.context)
CLASSES = 5
RECIPE = Recipe(heads="database", epochs=12, label_smoothing=0.1)


@pytest.fixture(scope="module")
def merged() -> FrameSet:
    """Two databases with the same signals; the second calls movement 1 what is 4 and has no 1, the first has no 4."""
    one = takes.recording(takes.DB5, "DB5", hold_s=3.0)
    renamed = np.where(one.movement == 1, 4, one.movement)
    swapped = np.where(renamed == 2, 3, np.where(renamed == 3, 2, renamed)).astype(np.int16)
    other = replace(takes.with_labels(one, swapped), database="DB7", subject=2)
    tracks = [*takes.tracks(one, SPEC, "upper"), *takes.tracks(other, SPEC, "upper")]
    return make_dataset(tracks, SPEC, rest=True).frames()


def task(data: FrameSet, head: int, recipe: Recipe = RECIPE) -> Task:
    return Task(data, CLASSES, SHAPE, recipe, 0, SPEC, head)


def windows_of(data: FrameSet, head: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.flatnonzero((data.sides == Side.TEST) & (data.classes > 0) & (data.group == head))


@pytest.mark.parametrize(("head", "unknown"), [(0, 4), (1, 1)])
def test_each_head_has_its_own_labels(merged: FrameSet, head: int, unknown: int) -> None:
    """The same signals are decided as the chosen database names them, and never as what it does not show, in int8 too.

    A head for all could not: what one calls 2, the other calls 3.
    """
    network, _ = fit(task(merged, head), None, lambda step: None)
    ends = windows_of(merged, head)
    logits = logits_at(network, merged.frames, ends, SHAPE.context)
    assert logits.shape == (len(ends), CLASSES)
    assert (logits.argmax(axis=1) == merged.classes[ends]).mean() > 0.7
    everywhere = np.arange(SHAPE.context - 1, len(merged.frames))
    decided = logits_at(network, merged.frames, everywhere, SHAPE.context)
    assert (decided.max(axis=1) - decided[:, unknown]).min() > 1
    cut = merged.frames[everywhere[::7, None] + np.arange(1 - SHAPE.context, 1)]
    int8 = Network(convert(deployed_network(network, SHAPE), cut))
    assert all(int8(window).argmax() != unknown for window in cut[:300])


def test_one_database_alone_has_one_head_as_all_have(merged: FrameSet) -> None:
    """A protocol's row with a single database runs with the same recipe, to the same network."""
    of_one = merged.group == 0
    alone = FrameSet(*(array[of_one] for array in (merged.frames, merged.classes, merged.sides, merged.group)))
    own, shared = (
        fit(replace(task(alone, 0, Recipe(heads=heads, epochs=1)), classes=4), None, lambda step: None)[0]
        for heads in ("database", "shared")
    )
    for found, expected in zip(weights_of(own), weights_of(shared), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_frame_teaches_its_own_databases_head_alone(merged: FrameSet) -> None:
    """Where the other database is not learnt from, its labels change nothing."""
    own_only = replace(merged, sides=np.where(merged.group == 0, merged.sides, np.int8(Side.NONE)))
    mixed = replace(own_only, classes=np.where(merged.group == 0, merged.classes, 0))
    short = Recipe(heads="database", epochs=1)
    one, two = (fit(task(data, 0, short), None, lambda step: None)[0] for data in (own_only, mixed))
    for found, expected in zip(weights_of(one), weights_of(two), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_fit_goes_on_from_one_head(merged: FrameSet) -> None:
    """What another fit gave is where every head begins: at a learning rate of next to nought, it stays."""
    first = weights_of(fit(task(merged, 0, Recipe(epochs=1)), None, lambda step: None)[0])
    still = Recipe(heads="database", epochs=1, learning_rate=1e-9)
    network, _ = fit(task(merged, 0, still), None, lambda step: None, first)
    kernel, expected = weights_of(network)[-2], first[-2]
    np.testing.assert_allclose(kernel[:, :4], expected[:, :4], atol=1e-5)


def test_a_head_that_has_nothing_to_learn_from_is_refused(merged: FrameSet) -> None:
    """Before any work; a way out is named."""
    without = replace(merged, sides=np.where(merged.group == 1, np.int8(Side.NONE), merged.sides))
    with pytest.raises(RecordingError, match=r"has no training window, so it has no head; .* or say heads=shared"):
        fit(task(without, 1), None, lambda step: None)
