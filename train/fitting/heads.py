"""A head a database over one trunk: databases that differ in movements or in how they name them share what is below.

A frame is learnt by its own database's head, over the classes that this database shows. What is deployed has one
head; classes that its database never shows get the mean of its logits, less a margin, so they are never decided.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from emg_edge.errors import RecordingError
from emg_edge.train.data.sequences import FrameSet
from emg_edge.train.fitting.network import HEAD, training_network
from emg_edge.train.fitting.shape import Shape

# How far below the mean of the others a class lies that is never to be decided: far above int8's error of a logit,
# and little beside the range of logits, which int8's steps must cover.
_MARGIN = 2.0
_LOW = -1e9  # a logit that takes no part in a softmax


@dataclass(frozen=True)
class Heads:
    """`known[h, c]`: head h has learnt from frames of class c."""

    known: NDArray[np.bool_]

    @classmethod
    def of(cls, data: FrameSet, counted: NDArray[np.bool_], classes: int) -> "Heads":
        """One for each database, known from the frames that are learnt from."""
        known = np.zeros((int(data.group.max()) + 1, classes), bool)
        known[data.group[counted], data.classes[counted]] = True
        return cls(known)

    @property
    def count(self) -> int:
        return len(self.known)

    def own(self, logits: Any, group: Any) -> tuple[Any, Any]:
        """Logits (batch, time, heads, classes) -> those of each frame's own head, and which classes it knows."""
        known = tf.gather(tf.constant(self.known), group)
        return tf.where(known, tf.gather(logits, group, axis=2, batch_dims=2), _LOW), known

    def refuse_unlearnt(self, head: int) -> None:
        """Raise RecordingError where a head has nothing to learn from."""
        if not self.known[head].any():
            raise RecordingError(
                "the database that is decided in has no training window, so it has no head; add its recordings to "
                "training, or say heads=shared"
            )

    def chosen(self, network: Any, head: int, shape: Shape, dropout: float) -> Any:
        """Make the network that has this head alone."""
        one = training_network(network.input_shape[-1], self.known.shape[1], shape, dropout)
        for layer in one.layers:
            if layer.weights:
                weights = network.get_layer(layer.name).get_weights()
                layer.set_weights(self._of_one(weights, head) if layer.name == HEAD else weights)
        return one

    def _of_one(self, weights: list[NDArray[np.float32]], head: int) -> list[NDArray[np.float32]]:
        """Kernel (n, heads * classes) and bias of all heads -> of this one, (n, classes)."""
        known = self.known[head]
        kernel, bias = (
            weight.reshape(*weight.shape[:-1], *self.known.shape)[..., head, :].copy() for weight in weights
        )
        kernel[:, ~known] = kernel[:, known].mean(axis=1, keepdims=True)
        bias[~known] = bias[known].mean() - _MARGIN
        return [kernel, bias]
