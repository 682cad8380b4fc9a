"""The last layer of an int8 network, set right where decisions fall: its mean error, and the range of its 256 steps.

Both are numbers of the file and changed in place: nothing in it moves, and every runtime takes them as the converter's.
"""

from dataclasses import dataclass

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from emg_edge.decoding.interpreter import Network
from emg_edge.errors import RunFolderError
from emg_edge.quantize.graph import read_graph

# A movement whose logit is so far below the likeliest one's has a probability of 0.25 % at most, however far it is.
_BELOW = 6.0
_LOWEST, _STEPS = -128, 255
_EXPECTED = "a convolution with one is expected: train with emg-edge train"
_INPUTS = 3  # of a convolution: what it convolves, weights, bias


def set_right(flatbuffer: bytes, windows: NDArray[np.float32], logits: NDArray[np.float32]) -> bytes:
    """Correct the converter's file by what the float network says, `logits` (n, classes), of `windows` (n, ...).

    Raises RunFolderError for a network whose logits are not made by a convolution with a bias of its own.
    """
    changed = bytearray(flatbuffer)
    layer = _last_layer(flatbuffer, changed)
    near = logits > logits.max(axis=1, keepdims=True) - _BELOW
    errors = np.where(near, Network(flatbuffer).each(windows) - logits, 0)
    error = errors.sum(axis=0) / np.maximum(near.sum(axis=0), 1)
    layer.bias[:] -= np.round(error / layer.bias_scale).astype(np.int32)
    layer.scale[0], layer.zero_point[0] = _range(logits)
    return bytes(changed)


def _range(logits: NDArray[np.float32]) -> tuple[float, int]:
    """Scale and zero point that reach from _BELOW under the smallest likeliest logit to the largest.

    Below it int8 saturates. The converter spends half of its steps on logits that are far from deciding anything, and
    the rounding of two that lie close together was most of what int8 decided otherwise than float.
    """
    low = min(float(np.maximum(logits.min(axis=1), logits.max(axis=1) - _BELOW).min()), 0.0)  # 0 must be exact
    high = max(float(logits.max()), 0.0)
    scale = (high - low) / _STEPS
    return scale, round(_LOWEST - low / scale)


@dataclass(frozen=True)
class _Layer:
    """Views into the bytes of a file: a convolution's bias, and what its output's integers mean."""

    bias: NDArray[np.int32]
    bias_scale: NDArray[np.float32]
    scale: NDArray[np.float32]
    zero_point: NDArray[np.int64]


def _last_layer(flatbuffer: bytes, changed: bytearray) -> _Layer:
    """Find in the file what makes the logits, and its places in the copy that is changed."""
    found = read_graph(flatbuffer)
    node = next(one for one in found.nodes if found.signature["logits"] in [tensor.name for tensor in one.outputs])
    users = [one for one in found.nodes for tensor in one.inputs if tensor.buffer == node.inputs[-1].buffer]
    if node.operator != "CONV_2D":
        raise RunFolderError(f"the network's logits are made by {node.operator}, and {_EXPECTED}")
    if len(node.inputs) != _INPUTS or users != [node]:
        raise RunFolderError(f"the network's last convolution has no bias of its own, and {_EXPECTED}")
    model = schema.Model.GetRootAsModel(changed, 0)
    graph = model.Subgraphs(0)
    layer = graph.Operators(node.index)
    bias, output = graph.Tensors(layer.Inputs(2)), graph.Tensors(layer.Outputs(0)).Quantization()
    return _Layer(
        model.Buffers(bias.Buffer()).DataAsNumpy().view(np.int32),
        bias.Quantization().ScaleAsNumpy(),
        output.ScaleAsNumpy(),
        output.ZeroPointAsNumpy(),
    )
