"""The network: dilated, unpadded convolutions along time, small and int8-friendly.

1x1 to `width`; then for each dilation a dense convolution of width 3, batch norm, ReLU, drop-out and a cropped
residual; a linear 1x1 head. The input of the head is the embedding. It is fully convolutional: trained on long
sequences (Conv1D, twice as fast on a CPU), deployed on one context (Conv2D on (time, 1, channels), which needs no
reshapes on any TFLite target). The weights are the same numbers.
"""

from typing import Any

import keras
import numpy as np

from emg_edge.errors import SpecError
from emg_edge.signal.source import Domain

WIDTH = 64
DROPOUT = 0.2

# Context in ms -> dilations; a frame every 25 ms (raw) or 50 ms (envelope).
DILATIONS: dict[Domain, dict[int, tuple[int, ...]]] = {
    "raw": {200: (1, 2), 400: (1, 2, 4), 600: (1, 2, 4, 4), 1000: (1, 2, 4, 8, 4)},
    "envelope": {200: (1,), 400: (1, 2), 600: (1, 2, 2), 1000: (1, 2, 4, 2)},
}


def dilations_for(domain: Domain, context_ms: int) -> tuple[int, ...]:
    try:
        return DILATIONS[domain][context_ms]
    except KeyError:
        known = ", ".join(str(c) for c in DILATIONS[domain])
        raise SpecError(f"a context of {context_ms} ms is not offered; choose one of {known} ms") from None


def context_frames(dilations: tuple[int, ...]) -> int:
    """Frames that one output is made of."""
    return 1 + 2 * sum(dilations)


def training_network(channels: int, classes: int, dilations: tuple[int, ...]) -> Any:
    """(batch, time, channels) -> {"logits": (batch, time - context + 1, classes), "embedding": ...}."""
    x = frames = keras.Input((None, channels), name="frames")
    x = keras.layers.Conv1D(WIDTH, 1)(x)
    for d in dilations:
        y = keras.layers.Conv1D(WIDTH, 3, dilation_rate=d, use_bias=False)(x)
        x = keras.layers.Add()([keras.layers.Cropping1D((2 * d, 0))(x), _activated(y)])
    logits = keras.layers.Conv1D(classes, 1)(x)
    return keras.Model(frames, {"logits": logits, "embedding": x})


def deployed_network(trained: Any, channels: int, classes: int, dilations: tuple[int, ...]) -> Any:
    """Make the same function of one context, (batch, context, 1, channels), with the trained weights."""
    x = frames = keras.Input((context_frames(dilations), 1, channels), name="frames")
    x = keras.layers.Conv2D(WIDTH, 1)(x)
    for d in dilations:  # equal in both axes, as the Edge TPU wants; on width 1 it is the same thing
        y = keras.layers.Conv2D(WIDTH, (3, 1), dilation_rate=(d, d), use_bias=False)(x)
        x = keras.layers.Add()([keras.layers.Cropping2D(((2 * d, 0), (0, 0)))(x), _activated(y)])
    logits = keras.layers.Conv2D(classes, 1)(x)
    network = keras.Model(frames, {"logits": logits, "embedding": x})
    network.set_weights(
        [
            np.reshape(weight, target.shape)
            for weight, target in zip(trained.get_weights(), network.weights, strict=True)
        ]
    )
    return network


def _activated(x: Any) -> Any:
    # momentum: a person's data make some ten steps an epoch, too few for Keras's 0.99 to settle
    x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
    return keras.layers.Dropout(DROPOUT)(x)
