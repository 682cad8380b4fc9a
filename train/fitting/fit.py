"""Fitting one network: early stopping on the validation repetition, a refit on everything, resumable at any time."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.metrics import confusion, scores
from emg_edge.train.config import TrainConfig
from emg_edge.train.data.sequences import FrameSet, Sequences
from emg_edge.train.data.splits import Side
from emg_edge.train.fitting.checkpoint import Checkpoint
from emg_edge.train.fitting.network import Shape, training_network

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


# From this many training windows on, drop-out only costs; below it, a person's own data, label smoothing does.
MANY_WINDOWS = 100_000


def regularised(config: TrainConfig, windows: int) -> TrainConfig:
    """Fill in what depends on the amount of data: drop-out for little, label smoothing for much.

    Smoothed labels also keep logits in a narrow range, which int8 resolves better.
    """
    many = windows >= MANY_WINDOWS
    dropout = config.dropout if config.dropout is not None else (0.0 if many else 0.2)
    smoothing = config.label_smoothing if config.label_smoothing is not None else (0.15 if many else 0.0)
    return msgspec.structs.replace(config, dropout=dropout, label_smoothing=smoothing)


@dataclass(frozen=True)
class _Task:
    data: FrameSet
    classes: int
    shape: Shape
    config: TrainConfig
    checkpoint: Path
    report: Report

    def sequences(self, *sides: Side) -> Sequences:
        return Sequences(self.data, sides, self.shape.context, self.config.balance, self.config.seed)


def fit(
    data: FrameSet, classes: int, shape: Shape, config: TrainConfig, checkpoint: Path, report: Report
) -> tuple[Any, list[dict[str, Any]]]:
    """Train; returns the network and its history, a row an epoch.

    First on the training repetitions, stopping when the balanced accuracy on the validation repetition has not risen
    for `patience` epochs; then, if config.refit, from scratch on both for as many epochs as were best.
    An interrupted fit goes on from `checkpoint`.
    """
    counted = int(np.isin(data.sides, (Side.TRAIN, Side.VALIDATION)).sum())
    task = _Task(data, classes, shape, regularised(config, counted), checkpoint, report)
    saved = Checkpoint.read(checkpoint)
    if saved is None or saved.stage == "search":
        network, best = _search(task, saved or Checkpoint("search"))
        if not config.refit:
            best.restore_best(network)
            return network, best.history
        saved = Checkpoint("refit", best_epoch=best.best_epoch, history=best.history)
    return _refit(task, saved)


def _search(task: _Task, state: Checkpoint) -> tuple[Any, Checkpoint]:
    config = task.config
    sequences = task.sequences(Side.TRAIN)
    network = _compiled(task, sequences, config.epochs)
    state.restore(network)
    while state.epoch < config.epochs and state.epoch - state.best_epoch <= config.patience:
        row = _one_epoch(task, network, sequences, state.epoch, config.epochs, "search")
        validation = _validation(task, network)
        row["validation_balanced_accuracy"] = validation
        task.report(Step("search", state.epoch, config.epochs, 0, 0, row["loss"], row["accuracy"], validation))
        state.epoch_done(network, row, validation)
        state.write(task.checkpoint, network)
    return network, state


def _refit(task: _Task, state: Checkpoint) -> tuple[Any, list[dict[str, Any]]]:
    epochs = state.best_epoch + 1
    sequences = task.sequences(Side.TRAIN, Side.VALIDATION)
    network = _compiled(task, sequences, epochs)
    state.restore(network)
    while state.epoch < epochs:
        row = _one_epoch(task, network, sequences, state.epoch, epochs, "refit")
        state.epoch_done(network, row, None)
        state.write(task.checkpoint, network)
    return network, state.history


def _compiled(task: _Task, sequences: Sequences, epochs: int) -> Any:
    config = task.config
    keras.utils.set_random_seed(config.seed)
    assert config.dropout is not None
    network = training_network(task.data.frames.shape[1], task.classes, task.shape, config.dropout)
    batches = -(-min(sequences.size, config.most_sequences) // config.batch)
    schedule = keras.optimizers.schedules.CosineDecay(config.learning_rate, epochs * batches)
    logits = keras.Model(network.inputs, network.output["logits"])  # shares its weights with `network`
    logits.compile(
        optimizer=keras.optimizers.AdamW(schedule, weight_decay=config.weight_decay),
        loss=keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=config.label_smoothing, reduction="mean_with_sample_weight"
        ),
        weighted_metrics=["accuracy"],
    )
    network.trained = logits
    logits.optimizer.build(logits.trainable_variables)
    return network


def _one_epoch(task: _Task, network: Any, sequences: Sequences, epoch: int, epochs: int, stage: str) -> dict[str, Any]:
    config = task.config
    drawn = sequences.epoch(epoch, config.noise, config.gain, config.most_sequences)
    batches = -(-len(drawn.x) // config.batch)
    one_hot = keras.utils.to_categorical(drawn.y, task.classes)

    class Live(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
        def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
            logs = logs or {}
            task.report(Step(stage, epoch, epochs, batch + 1, batches, logs["loss"], logs["accuracy"]))

    done = network.trained.fit(
        drawn.x, one_hot, sample_weight=drawn.weight, batch_size=config.batch, verbose=0, callbacks=[Live()]
    )
    last = {key: float(values[-1]) for key, values in done.history.items()}
    return {"stage": stage, "epoch": epoch, "loss": last["loss"], "accuracy": last["accuracy"]}


def _validation(task: _Task, network: Any) -> float:
    """Balanced accuracy on the validation repetition."""
    where = np.flatnonzero(task.data.sides == Side.VALIDATION)
    if not len(where):
        return 0.0
    decided = logits_at(network, task.data.frames, where, task.shape.context).argmax(axis=1)
    return scores(confusion(task.data.classes[where], decided, task.classes))["balanced_accuracy"]


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
