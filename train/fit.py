"""Fitting one network: early stopping on the validation repetition, a refit on everything, resumable at any time."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.metrics import confusion, scores
from emg_edge.train.checkpoint import Checkpoint
from emg_edge.train.config import TrainConfig
from emg_edge.train.network import context_frames, training_network
from emg_edge.train.sequences import FrameSet, Sequences
from emg_edge.train.splits import Side

_SEGMENT = 256  # frames decided a row when a whole stretch is run through the network


@dataclass(frozen=True)
class Step:
    """What a progress display needs after each batch and each epoch."""

    stage: str  # "search" or "refit"
    epoch: int
    epochs: int
    batch: int
    batches: int
    loss: float
    accuracy: float
    validation: float | None = None  # balanced accuracy, once an epoch


Report = Callable[[Step], None]


def fit(
    data: FrameSet, classes: int, dilations: tuple[int, ...], config: TrainConfig, checkpoint: Path, report: Report
) -> tuple[Any, list[dict[str, Any]]]:
    """Train; returns the network and its history, a row an epoch.

    First on the training repetitions, stopping when the balanced accuracy on the validation repetition has not risen
    for `patience` epochs; then, if config.refit, from scratch on both for as many epochs as were best.
    An interrupted fit goes on from `checkpoint`.
    """
    keras.utils.set_random_seed(config.seed)
    saved = Checkpoint.read(checkpoint)
    stage = "search" if saved is None else saved.stage
    history = [] if saved is None else saved.history
    if stage == "search":
        network, best = _search(data, classes, dilations, config, checkpoint, saved, report)
        history, saved = best.history, None
        if not config.refit:
            best.restore_best(network)
            return network, history
        epochs = best.best_epoch + 1
    else:
        assert saved is not None
        epochs = saved.best_epoch + 1
    return _refit(data, classes, dilations, config, checkpoint, saved, history, epochs, report)


def _search(
    data: FrameSet,
    classes: int,
    dilations: tuple[int, ...],
    config: TrainConfig,
    checkpoint: Path,
    saved: Checkpoint | None,
    report: Report,
) -> tuple[Any, Checkpoint]:
    sequences = Sequences(data, (Side.TRAIN,), context_frames(dilations), config.balance, config.seed)
    network = _compiled(data, classes, dilations, config, sequences, config.epochs)
    state = saved or Checkpoint("search")
    state.restore(network)
    while state.epoch < config.epochs and state.epoch - state.best_epoch <= config.patience:
        row = _one_epoch(network, sequences, config, state.epoch, config.epochs, "search", report)
        row["validation_balanced_accuracy"] = _validation(network, data, classes, context_frames(dilations))
        report(Step("search", state.epoch, config.epochs, 0, 0, row["loss"], row["accuracy"], _last(row)))
        state.epoch_done(network, row, _last(row))
        state.write(checkpoint, network)
    return network, state


def _refit(
    data: FrameSet,
    classes: int,
    dilations: tuple[int, ...],
    config: TrainConfig,
    checkpoint: Path,
    saved: Checkpoint | None,
    history: list[dict[str, Any]],
    epochs: int,
    report: Report,
) -> tuple[Any, list[dict[str, Any]]]:
    keras.utils.set_random_seed(config.seed)
    sides = (Side.TRAIN, Side.VALIDATION)
    sequences = Sequences(data, sides, context_frames(dilations), config.balance, config.seed)
    network = _compiled(data, classes, dilations, config, sequences, epochs)
    state = saved or Checkpoint("refit", best_epoch=epochs - 1, history=history)
    state.restore(network)
    while state.epoch < epochs:
        row = _one_epoch(network, sequences, config, state.epoch, epochs, "refit", report)
        state.epoch_done(network, row, None)
        state.write(checkpoint, network)
    return network, state.history


def _compiled(
    data: FrameSet, classes: int, dilations: tuple[int, ...], config: TrainConfig, sequences: Sequences, epochs: int
) -> Any:
    network = training_network(data.frames.shape[1], classes, dilations)
    batches = -(-min(sequences.size, config.most_sequences) // config.batch)
    schedule = keras.optimizers.schedules.CosineDecay(config.learning_rate, epochs * batches)
    logits = keras.Model(network.inputs, network.output["logits"])  # shares its weights with `network`
    logits.compile(
        optimizer=keras.optimizers.AdamW(schedule, weight_decay=config.weight_decay),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="mean_with_sample_weight"),
        weighted_metrics=["accuracy"],
    )
    network.trained = logits
    logits.optimizer.build(logits.trainable_variables)
    return network


def _one_epoch(
    network: Any, sequences: Sequences, config: TrainConfig, epoch: int, epochs: int, stage: str, report: Report
) -> dict[str, Any]:
    drawn = sequences.epoch(epoch, config.noise, config.gain, config.most_sequences)
    batches = -(-len(drawn.x) // config.batch)

    class Live(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
        def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
            logs = logs or {}
            report(Step(stage, epoch, epochs, batch + 1, batches, logs["loss"], logs["accuracy"]))

    done = network.trained.fit(
        drawn.x, drawn.y, sample_weight=drawn.weight, batch_size=config.batch, verbose=0, callbacks=[Live()]
    )
    last = {key: float(values[-1]) for key, values in done.history.items()}
    return {"stage": stage, "epoch": epoch, "loss": last["loss"], "accuracy": last["accuracy"]}


def _validation(network: Any, data: FrameSet, classes: int, context: int) -> float:
    where = np.flatnonzero(data.sides == Side.VALIDATION)
    if not len(where):
        return 0.0
    decided = logits_at(network, data.frames, where, context).argmax(axis=1)
    return scores(confusion(data.classes[where], decided, classes))["balanced_accuracy"]


def logits_at(network: Any, frames: NDArray[np.float32], ends: NDArray[np.int64], context: int) -> NDArray[np.float32]:
    """Logits (len(ends), classes) of the windows ending at these frames, by running whole stretches at once."""
    if not len(ends):
        return np.empty((0, network.output["logits"].shape[-1]), np.float32)
    segments = np.unique(ends // _SEGMENT)
    padded = np.concatenate(
        [
            np.zeros((context - 1, frames.shape[1]), np.float32),
            frames,
            np.zeros((_SEGMENT, frames.shape[1]), np.float32),
        ]
    )
    index = segments[:, None] * _SEGMENT + np.arange(_SEGMENT + context - 1)
    out = network.trained.predict(padded[index], batch_size=32, verbose=0)  # (segments, _SEGMENT, classes)
    row = np.searchsorted(segments, ends // _SEGMENT)
    chosen: NDArray[np.float32] = out[row, ends % _SEGMENT]
    return chosen


def _last(row: dict[str, Any]) -> float:
    return float(row["validation_balanced_accuracy"])
