"""The network: dilated, unpadded convolutions along time, small and int8-friendly; where asked, a GRU after them.

For each dilation a dense convolution of width 3, batch norm, and a ReLU limited at 6; a linear 1x1 head. Where they
look back less far than the context, their mean over the rest of it stands beside the newest frame. The input of
the head is the embedding. Without residuals every activation lies in 0..6, which int8 resolves well (docs/decisions/).
It works along any time: trained on long sequences (a convolution as one matrix product, the fastest on a CPU),
deployed on one context (Conv2D on (time, 1, channels), which needs no reshapes on any TFLite target). The weights are
the same numbers, in layers of the same names; the deployed network is made of Keras's own layers alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from emg_edge.train.fitting.recurrence import gru
from emg_edge.train.fitting.shape import Shape

# Batch norm's gamma starts where the limit at 6 cuts the tails, so that int8 spends its steps on the bulk.
_GAMMA = 5.0
# A person's data make some ten steps an epoch, too few for Keras's momentum of 0.99 to settle.
MOMENTUM = 0.9
# Numbers that an accelerometer's three axes become before they join: the arm's direction, in a few half-spaces.
_BRANCH = 8
HEAD = "head"


class Taps(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """(batch, time, n) -> (batch, time - 2 d, 3 n): each frame beside those d and 2 d after it."""

    def __init__(self, dilation: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.dilation = dilation

    def call(self, x: Any) -> Any:
        return _taps_with_gradient(x, self.dilation)


def _taps_with_gradient(x: Any, d: int) -> Any:
    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow is untyped
    def taps(x: Any) -> Any:
        def gradient(wanted: Any) -> Any:
            # TensorFlow's own gradient of a slice costs as much as the matrix products: a third of a training step.
            parts = tf.split(wanted, 3, axis=-1)
            places = ((0, 2 * d), (d, d), (2 * d, 0))
            return tf.add_n([tf.pad(part, [[0, 0], place, [0, 0]]) for part, place in zip(parts, places, strict=True)])

        return tf.concat([x[:, : -2 * d], x[:, d:-d], x[:, 2 * d :]], axis=-1), gradient

    return taps(x)


@dataclass(frozen=True)
class Layers:
    """How the same layers are made for one arrangement of time and features; the last axis is the features'.

    convolution  (x, width, dilation, name) -> x, without a bias
    dense        (width, name, with a bias) -> a layer
    mean         frames -> a layer: of each frame and those before it
    """

    convolution: Callable[[Any, int, int, str], Any]
    dense: Callable[[int, str, bool], Any]
    mean: Callable[[int], Any]


def _taps(x: Any, width: int, dilation: int, name: str) -> Any:
    return keras.layers.Dense(width, use_bias=False, name=name)(Taps(dilation)(x))


def _conv2d(x: Any, width: int, dilation: int, name: str) -> Any:
    # Dilations are equal in both axes, as the Edge TPU wants; on width 1 it is the same thing.
    layer = keras.layers.Conv2D(width, (3, 1), dilation_rate=(dilation, dilation), use_bias=False, name=name)
    return layer(x)


TRAINED = Layers(
    _taps,
    lambda width, name, bias: keras.layers.Dense(width, use_bias=bias, name=name),
    lambda frames: keras.layers.AveragePooling1D(frames, strides=1),
)
DEPLOYED = Layers(
    _conv2d,
    lambda width, name, bias: keras.layers.Conv2D(width, 1, use_bias=bias, name=name),
    lambda frames: keras.layers.AveragePooling2D((frames, 1), strides=1),
)


def training_network(features: int, classes: int, shape: Shape, dropout: float, heads: int | None = None) -> Any:
    """(batch, time, features) -> {"logits": (batch, time - context + 1, classes), "embedding": ...}.

    With `heads`, the logits are (..., heads, classes).
    """
    frames = keras.Input((None, features), name="frames")
    embedding = _trunk(frames, shape, TRAINED, dropout)
    logits = TRAINED.dense((heads or 1) * classes, HEAD, True)(embedding)
    if heads is not None:
        logits = keras.layers.Reshape((-1, heads, classes))(logits)
    return keras.Model(frames, {"logits": logits, "embedding": embedding})


def deployed_network(trained: Any, shape: Shape) -> Any:
    """Make the same function of one context, (batch, context, 1, features), with the trained weights."""
    frames = keras.Input((shape.context, 1, trained.input_shape[-1]), name="frames")
    embedding = _trunk(frames, shape, DEPLOYED, 0.0)
    logits = DEPLOYED.dense(trained.output["logits"].shape[-1], HEAD, True)(embedding)
    network = keras.Model(frames, {"logits": logits, "embedding": embedding})
    for layer in _learning(network):
        weights = zip(trained.get_layer(layer.name).get_weights(), layer.weights, strict=True)
        layer.set_weights([np.reshape(weight, own.shape) for weight, own in weights])
    return network


def weights_of(network: Any) -> list[NDArray[np.float32]]:
    """All that was learnt, in an order that networks of one shape share, whatever their drop-out."""
    return [np.asarray(weight) for layer in _learning(network) for weight in layer.weights]


def set_weights(network: Any, weights: list[NDArray[np.float32]]) -> None:
    """Put what `weights_of` gave into a network of the same shape; of several heads, each becomes the given one."""
    targets = [weight for layer in _learning(network) for weight in layer.weights]
    for target, weight in zip(targets, weights, strict=True):
        copies = target.shape[-1] // weight.shape[-1]
        target.assign(np.reshape(np.tile(weight, copies), target.shape))


def _learning(network: Any) -> list[Any]:
    """Layers that learn, in order; a drop-out's random state is not learnt."""
    kinds = (keras.layers.Dense, keras.layers.Conv2D, keras.layers.BatchNormalization)
    return [layer for layer in network.layers if isinstance(layer, kinds)]


def _trunk(frames: Any, shape: Shape, layers: Layers, dropout: float) -> Any:
    own = frames[..., : -shape.acceleration] if shape.acceleration else frames
    x = own
    for number, dilation in enumerate(shape.dilations):
        x = layers.convolution(x, shape.width, dilation, f"convolution_{number}")
        gamma = keras.initializers.Constant(_GAMMA)
        x = keras.layers.BatchNormalization(momentum=MOMENTUM, gamma_initializer=gamma, name=f"norm_{number}")(x)
        x = keras.layers.ReLU(max_value=6)(x)
        if shape.acceleration and number == 0:  # both lie in 0..6 here, so that int8 joins them without loss
            axes = layers.dense(_BRANCH, "acceleration", True)(frames[:, 2 * dilation :, ..., -shape.acceleration :])
            x = keras.layers.Concatenate()([x, keras.layers.ReLU(max_value=6)(axes)])
        x = _dropped(x, dropout)
    if shape.pooled > 1:
        x = keras.layers.Concatenate()([x[:, shape.pooled - 1 :], layers.mean(shape.pooled)(x)])
    if shape.steps:
        x = _dropped(gru(x, shape.steps, shape.units, layers.dense, MOMENTUM), dropout)
    return x


def _dropped(x: Any, share: float) -> Any:
    return keras.layers.Dropout(share)(x) if share else x
