from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import takes

from emg_edge.errors import RunFolderError
from emg_edge.signal.spec import default_spec
from emg_edge.train.data.dataset import make_dataset
from emg_edge.train.data.sequences import OUTPUTS, FrameSet
from emg_edge.train.data.splits import Side
from emg_edge.train.fitting import checkpoint
from emg_edge.train.fitting.checkpoint import Checkpoint
from emg_edge.train.fitting.fit import Step, fit, logits_at
from emg_edge.train.fitting.network import deployed_network
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.fitting.shape import Shape
from emg_edge.train.fitting.task import Task

SHAPE = Shape((1, 2), width=32)
CONTEXT = SHAPE.context
CLASSES = 4
RECIPE = Recipe(epochs=5)
Fitted = tuple[Any, list[dict[str, Any]]]


def task(data: FrameSet, shape: Shape = SHAPE, recipe: Recipe = RECIPE) -> Task:
    return Task(data, CLASSES, shape, recipe, seed=0, spec=default_spec("raw", shape.context))


@pytest.fixture(scope="module")
def data() -> FrameSet:
    """Some six batches an epoch."""
    spec = default_spec("raw", CONTEXT)
    one = takes.recording(takes.DB5, "DB5", hold_s=3.0)
    return make_dataset(takes.tracks(one, spec, "upper", "lower"), spec, rest=True).frames()


@pytest.fixture(scope="module")
def fitted(data: FrameSet, tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    return fit(task(data), tmp_path_factory.mktemp("fit") / "checkpoint.npz", lambda step: None)


def windows(data: FrameSet) -> np.ndarray[Any, np.dtype[np.float32]]:
    ends = np.flatnonzero(data.sides == Side.TEST)[::7]
    cut: np.ndarray[Any, np.dtype[np.float32]] = data.frames[ends[:, None] + np.arange(1 - CONTEXT, 1)]
    return cut


def test_the_deployed_network_is_the_trained_one(data: FrameSet, fitted: Fitted) -> None:
    """Logits and embedding of the Conv2D network on one context equal those of the Conv1D one on the same windows."""
    network, _ = fitted
    deployed = deployed_network(network, SHAPE)
    x = windows(data)
    trained, carried = network.predict(x, verbose=0), deployed.predict(x[:, :, None], verbose=0)
    assert carried["logits"].shape == (len(x), 1, 1, CLASSES)
    for name in ("logits", "embedding"):
        np.testing.assert_allclose(carried[name][:, 0, 0], trained[name][:, 0], atol=1e-5)
    assert np.ptp(trained["logits"]) > 0.1


def test_whole_stretches_give_what_single_windows_give(data: FrameSet, fitted: Fitted) -> None:
    """`logits_at` runs long stretches at once; each row is still that of its own window, in the order asked."""
    network, _ = fitted
    ends = np.flatnonzero(data.sides == Side.TEST)
    ends = np.concatenate([ends[::-31], ends[:3], [CONTEXT - 1, len(data.frames) - 1]])
    found = logits_at(network, data.frames, ends, CONTEXT)
    one_by_one = network.predict(data.frames[ends[:, None] + np.arange(1 - CONTEXT, 1)], verbose=0)["logits"][:, 0]
    np.testing.assert_allclose(found, one_by_one, atol=1e-5)
    assert logits_at(network, data.frames, ends[:0], CONTEXT).shape == (0, CLASSES)


def test_it_learns(data: FrameSet, fitted: Fitted) -> None:
    """A movement that is loud on its own electrode is found far more often than by chance after a few epochs."""
    network, history = fitted
    ends = np.flatnonzero((data.sides == Side.TEST) & (data.classes > 0))
    assert (logits_at(network, data.frames, ends, CONTEXT).argmax(axis=1) == data.classes[ends]).mean() > 0.5
    assert history[-1]["loss"] < history[0]["loss"]


def test_little_data_is_gone_through_more_often(data: FrameSet) -> None:
    """Until there are the steps that were asked for; where there are more anyway, the epochs stand."""
    batches = _batches(data)
    for least, epochs in ((3 * batches - 1, 3), (3 * batches + 1, 4), (1, 2)):
        recipe = Recipe(epochs=2, least_steps=least)
        _, history = fit(task(data, Shape((1,), width=8), recipe), None, lambda step: None)
        assert len(history) == epochs


def _batches(data: FrameSet) -> int:
    counted = np.isin(data.sides, (Side.TRAIN, Side.VALIDATION)).sum()
    return int(np.ceil(np.ceil(counted / OUTPUTS) / RECIPE.batch))


def interrupt(epoch: int, batch: int) -> Callable[[Step], None]:
    """A progress display during which the user presses Ctrl-C."""

    def report(step: Step) -> None:
        if (step.epoch, step.batch) == (epoch, batch):
            raise KeyboardInterrupt

    return report


def test_an_interrupted_fit_goes_on_as_if_it_had_not_been(
    data: FrameSet, fitted: Fitted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """History and weights are those of the fit that nobody interrupted, wherever it stopped."""
    monkeypatch.setattr(checkpoint, "_SECONDS_BETWEEN", 0.0)  # in place of ten seconds' wait
    path = tmp_path / "checkpoint.npz"
    with pytest.raises(KeyboardInterrupt):
        fit(task(data), path, interrupt(2, _batches(data)))
    assert path.exists()
    network, history = fit(task(data), path, lambda step: None)
    assert history == fitted[1]
    for found, expected in zip(network.get_weights(), fitted[0].get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.fixture(scope="module")
def saved(data: FrameSet, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A checkpoint after one epoch."""
    path = tmp_path_factory.mktemp("saved") / "checkpoint.npz"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "_SECONDS_BETWEEN", 0.0)
        with pytest.raises(KeyboardInterrupt):
            fit(task(data), path, interrupt(1, _batches(data)))
    return path.read_bytes()


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "foreign"])
def test_a_damaged_checkpoint_is_one_sentence(data: FrameSet, saved: bytes, tmp_path: Path, damage: str) -> None:
    """It is named, with what to do; training does not silently begin anew."""
    path = tmp_path / "checkpoint.npz"
    middle = len(saved) // 2
    flipped = bytes(255 - byte for byte in saved[middle : middle + 50])
    held = {
        "cut": saved[:middle],
        "flipped": saved[:middle] + flipped + saved[middle + 50 :],
        "empty": b"",
        "foreign": b"PK\x05\x06" + bytes(18),
    }
    path.write_bytes(held[damage])
    with pytest.raises(RunFolderError, match=r"the checkpoint .*checkpoint\.npz is damaged: .*; remove it to start"):
        fit(task(data), path, lambda step: None)


def test_a_checkpoint_of_another_network_is_refused(data: FrameSet, saved: bytes, tmp_path: Path) -> None:
    """Weights that do not fit are not forced in."""
    path = tmp_path / "checkpoint.npz"
    path.write_bytes(saved)
    with pytest.raises(RunFolderError, match="is of another network"):
        fit(task(data, Shape((1,), width=32)), path, lambda step: None)


def test_steps_tell_how_far_it_is(data: FrameSet) -> None:
    """Batches count up to their number, epochs to theirs, and an epoch's last step is its row of the history."""
    steps: list[Step] = []
    _, history = fit(task(data, recipe=Recipe(epochs=2, balance="weights", batch=1)), None, steps.append)
    assert [step.epoch for step in steps] == sorted(step.epoch for step in steps)
    for row in history:
        of_epoch = [step for step in steps if step.epoch == row["epoch"]]
        told = [step.batch for step in of_epoch]
        assert len(told) > 1
        assert told == sorted(set(told))
        assert told[-1] == of_epoch[-1].batches
        assert (of_epoch[-1].loss, of_epoch[-1].accuracy) == (row["loss"], row["accuracy"])
    assert {step.epochs for step in steps} == {2}


def test_the_average_of_the_weights_is_kept(data: FrameSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the running mean over all steps, from the first one's weights on; statistics are those of its own."""
    monkeypatch.setattr(checkpoint, "_SECONDS_BETWEEN", 0.0)  # written after every epoch
    path = tmp_path / "checkpoint.npz"
    recipe = Recipe(epochs=8, batch=256, average=0.8, gain=0.0, noise=0.0, dropout=0.0, learning_rate=1e-2)
    steps: list[list[np.ndarray[Any, np.dtype[np.float32]]]] = []

    def last_written(step: Step) -> None:
        assert step.batches == 1  # so that every step is seen
        if step.epoch:
            steps.append(Checkpoint.read(path).variables)  # type: ignore[union-attr]  # written an epoch ago

    network, _ = fit(task(data, recipe=recipe), path, last_written)
    steps.append(Checkpoint.read(path).variables)  # type: ignore[union-attr]  # the last epoch's
    learnt = [weight.trainable for weight in network.weights]
    mean = steps[0]
    for later in steps[1:]:
        mean = [0.8 * so_far + 0.2 * one for so_far, one in zip(mean, later[: len(mean)], strict=True)]
    for found, expected, trained in zip(network.get_weights(), mean, learnt, strict=False):
        if trained:
            np.testing.assert_allclose(found, expected, atol=1e-5)
    # Batch norm's statistics of the first layer are those of its own output on what it learnt from.
    first = network.get_layer("convolution_0").get_weights()[0]
    taps = np.concatenate([data.frames[:-2], data.frames[1:-1], data.frames[2:]], axis=1)
    out = (taps @ first)[np.isin(data.sides, (Side.TRAIN, Side.VALIDATION))[2:]]
    moving_mean, moving_variance = network.get_layer("norm_0").get_weights()[2:]
    assert np.abs((moving_mean - out.mean(axis=0)) / out.std(axis=0)).max() < 0.2
    np.testing.assert_allclose(moving_variance, out.var(axis=0), rtol=0.3)
