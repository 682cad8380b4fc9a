"""Fitting one network: a fixed number of epochs, cut, varied and learnt in the graph, resumable at any time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from emg_edge.train.data.sequences import Sequences, learnt_from
from emg_edge.train.fitting.checkpoint import Checkpoint
from emg_edge.train.fitting.heads import Heads
from emg_edge.train.fitting.learning import Learner
from emg_edge.train.fitting.network import set_weights, training_network
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.fitting.task import Task, regularised

_SEGMENT = 256  # frames decided a row when a whole stretch is run through the network
_ROWS = 32  # of them at once: some ten MB
_BATCHES_A_CALL = 25  # that the graph runs before Python looks in: about a second, so progress moves and Ctrl-C works
# Batches after which batch norm's statistics are those of averaged weights: what was before has faded to e-5.
_SETTLING = 100


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


def fit(
    task: Task,
    checkpoint: Path | None,
    report: Report,
    start: list[NDArray[np.float32]] | None = None,
    going_on: Callable[[int], None] = lambda epoch: None,  # noqa: ARG005 - tells nobody
) -> tuple[Any, list[dict[str, Any]]]:
    """Train; returns the network, with one head, and its history, a row an epoch.

    An interrupted fit goes on from `checkpoint`; `going_on` is told after which epoch. `start` holds weights to begin
    with, of a network of the same shape.
    Raises RecordingError when the head that is to be kept has nothing to learn from.
    """
    counted = np.isin(task.data.sides, task.on)
    recipe = regularised(task.recipe, int(counted.sum()))
    dropout = recipe.dropout or 0.0
    heads = Heads.of(task.data, counted, task.classes) if recipe.heads == "database" else None
    if heads is not None:
        heads.refuse_unlearnt(task.head)
    task = replace(task, data=learnt_from(task.data, task.on, task.shape.context))
    sequences = Sequences(task.data, task.on, task.shape.context, recipe.balance, task.seed)
    size = min(sequences.size, recipe.most_sequences)
    batches = -(-size // recipe.batch)
    epochs = max(recipe.epochs, -(-recipe.least_steps // batches))
    state = (Checkpoint.read(checkpoint) if checkpoint else None) or Checkpoint()
    if state.epoch:
        going_on(state.epoch)
    keras.utils.set_random_seed(task.seed)
    network = training_network(
        task.data.frames.shape[1], task.classes, task.shape, dropout, heads.count if heads is not None else None
    )
    if start is not None:
        set_weights(network, start)
    optimizer = _optimizer(recipe, epochs * batches)
    optimizer.build(network.trainable_variables)
    variables = [*network.variables, *optimizer.variables]
    state.restore(variables)
    learner = Learner(task, recipe, network, optimizer, sequences, heads)
    while state.epoch < epochs:
        starts = sequences.epoch(state.epoch, size)
        row = _one_epoch(learner, starts, recipe.batch, Step(state.epoch, epochs, 0, batches, 0, 0), report)
        state.epoch_done(row)
        if checkpoint:
            state.write(checkpoint, variables)
    if recipe.average:
        optimizer.finalize_variable_values(network.trainable_variables)
        # The averaged weights have never been run: batch norm's statistics are those of the last ones until now.
        learner.settle(np.resize(sequences.epoch(epochs, size), (_SETTLING, recipe.batch)))
    if heads is not None:
        network = heads.chosen(network, task.head, task.shape, dropout)
    return network, state.history


def _optimizer(recipe: Recipe, steps: int) -> Any:
    return keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps),
        weight_decay=recipe.weight_decay,
        use_ema=recipe.average > 0,
        ema_momentum=recipe.average or 0.99,
    )


def _one_epoch(learner: Learner, starts: NDArray[np.int32], batch: int, stands: Step, report: Report) -> dict[str, Any]:
    batches = np.resize(starts, (stands.batches, batch))  # the last batch is filled up from the first
    sums = np.zeros(2)
    for first in range(0, stands.batches, _BATCHES_A_CALL):
        some = batches[first : first + _BATCHES_A_CALL]
        sums += len(some) * learner.learn(some)
        done = first + len(some)
        loss, accuracy = (sums / done).tolist()
        report(Step(stands.epoch, stands.epochs, done, stands.batches, loss, accuracy))
    return {"epoch": stands.epoch, "loss": loss, "accuracy": accuracy}


def logits_at(network: Any, frames: NDArray[np.float32], ends: NDArray[np.int64], context: int) -> NDArray[np.float32]:
    """Logits (len(ends), classes) of the windows ending at these frames, by running whole stretches at once."""
    segments = np.unique(ends // _SEGMENT)
    found = np.empty((len(ends), network.output["logits"].shape[-1]), np.float32)
    row, column = np.searchsorted(segments, ends // _SEGMENT), ends % _SEGMENT
    times = np.arange(1 - context, _SEGMENT)
    for first in range(0, len(segments), _ROWS):
        index = segments[first : first + _ROWS, None] * _SEGMENT + times
        # Beyond either end lies no window that is asked for.
        x = frames[index.clip(0, len(frames) - 1)]
        out = np.asarray(network(x, training=False)["logits"])  # (segments, _SEGMENT, classes)
        here = (row >= first) & (row < first + _ROWS)
        found[here] = out[row[here] - first, column[here]]
    return found
