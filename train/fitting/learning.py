"""What runs in the graph, many steps a call, without Python: learning from sequences, and settling statistics."""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from emg_edge.signal.spec import SignalSpec
from emg_edge.train.data.sequences import OUTPUTS, FrameSet, Sequences
from emg_edge.train.fitting.augment import augment
from emg_edge.train.fitting.heads import Heads
from emg_edge.train.fitting.recipe import Recipe

_BATCHES_A_CALL = 25  # that the graph runs before Python looks in: about a second, so progress moves and Ctrl-C works


class Learner:
    """One network's steps on one set of frames. `heads` None is one head for all."""

    def __init__(
        self,
        network: Any,
        optimizer: Any,
        data: FrameSet,
        sequences: Sequences,
        recipe: Recipe,
        spec: SignalSpec,
        seed: int,
        heads: Heads | None,
    ) -> None:
        self._network, self._optimizer, self._heads = network, optimizer, heads
        self._recipe, self._spec, self._seed = recipe, spec, seed
        self._frames, self._weights = tf.constant(data.frames), tf.constant(sequences.loss_weight)
        self._classes, self._group = tf.constant(data.classes, tf.int32), tf.constant(data.group, tf.int32)
        self._times = tf.range(sequences.length)
        starts = [tf.TensorSpec((None, recipe.batch), tf.int32)]  # traced once, however many batches a call has
        self._learn = tf.function(self._learn_all, input_signature=starts)
        self._settle = tf.function(self._settle_all, input_signature=starts)
