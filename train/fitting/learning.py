"""What runs in the graph, many steps a call, without Python: learning from sequences, and settling statistics."""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from emg_edge.train.data.sequences import OUTPUTS, Sequences
from emg_edge.train.fitting.augment import augment
from emg_edge.train.fitting.heads import Heads
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.fitting.task import Task


class Learner:
    """The steps of one network with its optimizer; `heads` None is one head for all.

    learn   (steps, batch) first frames of sequences -> mean loss and accuracy, (2,)
    settle  the same, -> nothing: batch norm's statistics become those of the weights as they stand
    """

    def __init__(
        self, task: Task, recipe: Recipe, network: Any, optimizer: Any, sequences: Sequences, heads: Heads | None
    ) -> None:
        self._task, self._recipe, self._network, self._optimizer = task, recipe, network, optimizer
        self._heads = heads
        data = task.data
        self._frames, self._weights = tf.constant(data.frames), tf.constant(sequences.loss_weight)
        self._classes, self._group = tf.constant(data.classes, tf.int32), tf.constant(data.group, tf.int32)
        self._times = tf.range(sequences.length)
        starts = [tf.TensorSpec((None, recipe.batch), tf.int32)]  # traced once, however many steps a call has
        self._learn = tf.function(self._learn_all, input_signature=starts)
        self._settle = tf.function(self._settle_all, input_signature=starts)

    def learn(self, starts: NDArray[np.int32]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self._learn(tf.constant(starts)).numpy()
        return found

    def settle(self, starts: NDArray[np.int32]) -> None:
        self._settle(tf.constant(starts))

    def _learn_all(self, batches: Any) -> Any:
        sums = tf.zeros(2)
        for starts in batches:  # a loop in the graph
            sums += self._step(starts)
        return sums / tf.cast(tf.shape(batches)[0], tf.float32)

    def _settle_all(self, batches: Any) -> None:
        for number in tf.range(tf.shape(batches)[0]):
            index = batches[number][:, None] + self._times
            self._network(self._varied(index, tf.cast(self._optimizer.iterations, tf.int32) + number), training=True)

    def _step(self, starts: Any) -> Any:
        index = starts[:, None] + self._times
        x = self._varied(index, tf.cast(self._optimizer.iterations, tf.int32))
        outputs = index[:, -OUTPUTS:]
        y, weight = tf.gather(self._classes, outputs), tf.gather(self._weights, outputs)
        total = tf.reduce_sum(weight) + 1e-6
        with tf.GradientTape() as tape:
            logits, lost = self._lost(self._network(x, training=True)["logits"], y, outputs)
            loss = tf.reduce_sum(lost * weight) / total
        variables = self._network.trainable_variables
        self._optimizer.apply(tape.gradient(loss, variables), variables)
        right = tf.cast(tf.argmax(logits, -1, tf.int32) == y, tf.float32)
        return tf.stack([loss, tf.reduce_sum(right * weight) / total])

    def _varied(self, index: Any, number: Any) -> Any:
        seed = tf.stack([self._task.seed, number])  # as the user said, and where it stands
        return augment(tf.gather(self._frames, index), self._recipe, self._task.spec, seed)

    def _lost(self, logits: Any, y: Any, outputs: Any) -> tuple[Any, Any]:
        """Logits that count, and the loss, of each output frame; labels are smoothed over the classes of its head."""
        smoothing, classes = self._recipe.label_smoothing or 0.0, self._task.classes
        share: Any = smoothing / classes
        if self._heads is not None:
            logits, known = self._heads.own(logits, tf.gather(self._group, outputs))
            known = tf.cast(known, tf.float32)
            # Frames of a head that has learnt nothing do not count; they must only not divide by nought.
            share = smoothing * known / tf.maximum(tf.reduce_sum(known, axis=-1, keepdims=True), 1.0)
        goal = tf.one_hot(y, classes) * (1 - smoothing) + share
        return logits, tf.nn.softmax_cross_entropy_with_logits(goal, logits)
