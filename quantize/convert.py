"""From a Keras network to TFLite, float and int8; outputs keep their names in the signature."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from emg_edge.decoding.modelfile import Activations
from emg_edge.quantize.logits import set_right
from emg_edge.quantize.network import in_keras
from emg_edge.quiet import quiet

_OPERATORS = {
    "int8": tf.lite.OpsSet.TFLITE_BUILTINS_INT8,
    "int16": tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8,
}


def convert(network: Any, calibration: NDArray[np.float32] | None, activations: Activations = "int8") -> bytes:
    """Convert to TFLite: int8 throughout, ranges taken from `calibration` (n, context, channels), or float without.

    The last layer of int8 is set right on `calibration`, too. With int16 activations weights stay int8,
    and input and outputs are int16 too.
    The batch is pinned to 1, or dilated convolutions would become SPACE_TO_BATCH and shapes dynamic.

    Raises RunFolderError for an int8 network that does not end in a convolution with a bias of its own.
    """
    shape = network.input_shape[1:]
    pinned = keras.models.clone_model(network, input_tensors=keras.Input(shape, batch_size=1, name="frames"))
    pinned.set_weights(network.get_weights())
    converter = tf.lite.TFLiteConverter.from_keras_model(pinned)
    if calibration is not None:

        def representative() -> Iterator[list[NDArray[np.float32]]]:
            for window in calibration:
                yield [window.reshape(1, *shape)]

        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = representative
        converter.target_spec.supported_ops = [_OPERATORS[activations]]
        converter.inference_input_type = converter.inference_output_type = tf.dtypes.as_dtype(activations)
    with quiet(1, 2):
        flatbuffer = bytes(converter.convert())
    if calibration is None or activations != "int8":
        return flatbuffer
    return set_right(flatbuffer, calibration, in_keras(network)(calibration))
