"""Fitting one network: a fixed number of epochs, cut, varied and learnt in the graph, resumable at any time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from emg_edge.train.data.sequences import OUTPUTS, FrameSet, Sequences, learnt_from
from emg_edge.train.data.splits import Side
from emg_edge.train.fitting.augment import augment
from emg_edge.train.fitting.checkpoint import Checkpoint
from emg_edge.train.fitting.network import Shape, set_weights, training_network
from emg_edge.train.fitting.recipe import Recipe

_SEGMENT = 256  # frames decided a row when a whole stretch is run through the network
_BATCHES_A_CALL = 25  # that the graph runs before Python looks in: about a second, so progress moves and Ctrl-C works


@dataclass(frozen=True)
class Step:
    """What a progress display needs every second or so."""

    epoch: int
    epochs: int
    batch: int
    batches: int
    loss: float
    accuracy: float


Report = Callable[[Step], None]


# From this many training windows on, drop-out only costs; below it, a person's own data, label smoothing does.
MANY_WINDOWS = 100_000


def regularised(recipe: Recipe, windows: int) -> Recipe:
    """Fill in what depends on the amount of data: drop-out for little, label smoothing for much.

    Smoothed labels also keep logits in a narrow range, which int8 resolves better.
    """
    many = windows >= MANY_WINDOWS
    dropout = recipe.dropout if recipe.dropout is not None else (0.0 if many else 0.2)
    smoothing = recipe.label_smoothing if recipe.label_smoothing is not None else (0.15 if many else 0.0)
    return msgspec.structs.replace(recipe, dropout=dropout, label_smoothing=smoothing)


@dataclass(frozen=True)
class Task:
    """What is to be learnt, and how.

    channels   how many of the frames' features are electrodes, and are varied
    clip       of the frames, see SignalSpec
    on         the sides whose windows are learnt from
    """

    data: FrameSet
    classes: int
    shape: Shape
    recipe: Recipe
    seed: int
    channels: int
    clip: float
    on: tuple[Side, ...] = (Side.TRAIN, Side.VALIDATION)


def fit(
    task: Task, checkpoint: Path | None, report: Report, start: list[NDArray[np.float32]] | None = None
) -> tuple[Any, list[dict[str, Any]]]:
    """Train; returns the network and its history, a row an epoch.

    An interrupted fit goes on from `checkpoint`. `start` holds weights to begin with, of a network of the same shape.
    """
    task = replace(task, data=learnt_from(task.data, task.on, task.shape.context))
    counted = int(np.isin(task.data.sides, task.on).sum())
    recipe = regularised(task.recipe, counted)
    sequences = Sequences(task.data, task.on, task.shape.context, recipe.balance, task.seed)
    batches = -(-min(sequences.size, recipe.most_sequences) // recipe.batch)
    epochs = max(recipe.epochs, -(-recipe.fewest_steps // batches))
    state = (Checkpoint.read(checkpoint) if checkpoint else None) or Checkpoint()
    keras.utils.set_random_seed(task.seed)
    network = training_network(task.data.frames.shape[1], task.classes, task.shape, recipe.dropout or 0.0)
    if start is not None:
        set_weights(network, start)
    optimizer = keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(recipe.learning_rate, epochs * batches),
        weight_decay=recipe.weight_decay,
        use_ema=recipe.average > 0,
        ema_momentum=recipe.average or 0.99,
    )
    optimizer.build(network.trainable_variables)
    variables = [*network.variables, *optimizer.variables]
    state.restore(variables)
    learn = _learner(task, recipe, network, optimizer, sequences)
    while state.epoch < epochs:
        starts = sequences.epoch(state.epoch, recipe.most_sequences)
        row = _one_epoch(learn, starts, recipe.batch, Step(state.epoch, epochs, 0, batches, 0, 0), report)
        state.epoch_done(row)
        if checkpoint:
            state.write(checkpoint, variables)
    if recipe.average:
        optimizer.finalize_variable_values(network.trainable_variables)
    return network, state.history


def _learner(task: Task, recipe: Recipe, network: Any, optimizer: Any, sequences: Sequences) -> Any:
    """Make the graph that learns from (steps, batch) starts and returns their mean loss and accuracy."""
    frames, classes = tf.constant(task.data.frames), tf.constant(task.data.classes, tf.int32)
    weights = tf.constant(sequences.loss_weight)
    smoothing = recipe.label_smoothing or 0.0
    steps_of_time = tf.range(sequences.length)

    def step(starts: Any) -> Any:
        index = starts[:, None] + steps_of_time
        seed = tf.stack([task.seed, tf.cast(optimizer.iterations, tf.int32)])  # as the user said, and where it stands
        x = augment(tf.gather(frames, index), recipe, task.channels, task.clip, seed)
        outputs = index[:, -OUTPUTS:]
        y, weight = tf.gather(classes, outputs), tf.gather(weights, outputs)
        total = tf.reduce_sum(weight) + 1e-6
        goal = tf.one_hot(y, task.classes) * (1 - smoothing) + smoothing / task.classes
        with tf.GradientTape() as tape:
            logits = network(x, training=True)["logits"]
            lost = tf.nn.softmax_cross_entropy_with_logits(goal, logits)
            loss = tf.reduce_sum(lost * weight) / total
        variables = network.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        right = tf.cast(tf.argmax(logits, -1, tf.int32) == y, tf.float32)
        return tf.stack([loss, tf.reduce_sum(right * weight) / total])

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]  # TensorFlow is untyped
    def learn(batches: Any) -> Any:
        sums = tf.zeros(2)
        for starts in batches:  # a loop in the graph
            sums += step(starts)
        return sums / tf.cast(tf.shape(batches)[0], tf.float32)

    return learn


def _one_epoch(learn: Any, starts: NDArray[np.int32], batch: int, stands: Step, report: Report) -> dict[str, Any]:
    batches = np.resize(starts, (stands.batches, batch))  # the last batch is filled up from the first
    sums = np.zeros(2)
    for first in range(0, stands.batches, _BATCHES_A_CALL):
        some = batches[first : first + _BATCHES_A_CALL]
        sums += len(some) * learn(tf.constant(some)).numpy()
        done = first + len(some)
        loss, accuracy = (sums / done).tolist()
        report(Step(stands.epoch, stands.epochs, done, stands.batches, loss, accuracy))
    return {"epoch": stands.epoch, "loss": loss, "accuracy": accuracy}


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
    out = network.predict(padded[index], batch_size=32, verbose=0)["logits"]  # (segments, _SEGMENT, classes)
    row = np.searchsorted(segments, ends // _SEGMENT)
    chosen: NDArray[np.float32] = out[row, ends % _SEGMENT]
    return chosen
