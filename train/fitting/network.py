"""The network: dilated, unpadded convolutions along time, small and int8-friendly.

For each dilation a dense convolution of width 3, batch norm, and a ReLU limited at 6; a linear 1x1 head. The input of
the head is the embedding. Without residuals every activation lies in 0..6, which int8 resolves well (docs/decisions/).
It is fully convolutional: trained on long sequences (Conv1D, twice as fast on a CPU), deployed on one context (Conv2D
on (time, 1, channels), which needs no reshapes on any TFLite target). The weights are the same numbers.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from emg_edge.errors import SpecError
from emg_edge.signal.source import Domain

# Channels of every layer, as many as an int8 file of 100 kB allows at 400 ms of context: width lowers int8's noise.
WIDTHS: dict[Domain, int] = {"raw": 96, "envelope": 144}

# Batch norm's gamma starts where the limit at 6 cuts the tails, so that int8 spends its steps on the bulk.
_GAMMA = 5.0
# A person's data make some ten steps an epoch, too few for Keras's momentum of 0.99 to settle.
_MOMENTUM = 0.9

# Context in ms -> dilations; a frame every 25 ms (raw) or 50 ms (envelope).
DILATIONS: dict[Domain, dict[int, tuple[int, ...]]] = {
    "raw": {200: (1, 2), 400: (1, 2, 4), 600: (1, 2, 4, 4), 1000: (1, 2, 4, 8, 4)},
    "envelope": {200: (1,), 400: (1, 2), 600: (1, 2, 2), 1000: (1, 2, 4, 2)},
}


@dataclass(frozen=True)
class Shape:
    """What makes one network differ from another, besides its channels and classes."""

    dilations: tuple[int, ...]
    width: int

    @property
    def context(self) -> int:
        """Frames that one output is made of."""
        return 1 + 2 * sum(self.dilations)


def shape_for(domain: Domain, context_ms: int) -> Shape:
    """Shape of a domain's network for a context. Raises SpecError, naming those that are offered."""
    try:
        return Shape(DILATIONS[domain][context_ms], WIDTHS[domain])
    except KeyError:
        known = ", ".join(str(c) for c in DILATIONS[domain])
        raise SpecError(f"a context of {context_ms} ms is not offered; choose one of {known} ms") from None


def training_network(channels: int, classes: int, shape: Shape, dropout: float) -> Any:
    """(batch, time, channels) -> {"logits": (batch, time - context + 1, classes), "embedding": ...}."""
    x = frames = keras.Input((None, channels), name="frames")
    for d in shape.dilations:
        x = _activated(keras.layers.Conv1D(shape.width, 3, dilation_rate=d, use_bias=False)(x), dropout)
    return keras.Model(frames, {"logits": keras.layers.Conv1D(classes, 1)(x), "embedding": x})


def deployed_network(trained: Any, shape: Shape) -> Any:
    """Make the same function of one context, (batch, context, 1, channels), with the trained weights."""
    classes = trained.output["logits"].shape[-1]
    x = frames = keras.Input((shape.context, 1, trained.input_shape[-1]), name="frames")
    for d in shape.dilations:  # equal in both axes, as the Edge TPU wants; on width 1 it is the same thing
        x = _activated(keras.layers.Conv2D(shape.width, (3, 1), dilation_rate=(d, d), use_bias=False)(x), 0.0)
    network = keras.Model(frames, {"logits": keras.layers.Conv2D(classes, 1)(x), "embedding": x})
    weights = [np.asarray(weight) for weight in _numbers(trained)]
    targets = _numbers(network)
    for target, weight in zip(targets, weights, strict=True):
        target.assign(np.reshape(weight, target.shape))
    return network


def _numbers(network: Any) -> list[Any]:
    """Weights of convolutions and batch norms, layer by layer; a drop-out's random state is not among them."""
    kinds = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.BatchNormalization)
    return [weight for layer in network.layers if isinstance(layer, kinds) for weight in layer.weights]


def _activated(x: Any, dropout: float) -> Any:
    gamma = keras.initializers.Constant(_GAMMA)
    x = keras.layers.BatchNormalization(momentum=_MOMENTUM, gamma_initializer=gamma)(x)
    x = keras.layers.ReLU(max_value=6)(x)
    return keras.layers.Dropout(dropout)(x) if dropout else x
