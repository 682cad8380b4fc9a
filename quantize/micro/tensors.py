"""What a microcontroller's interpreter needs to know of the flatbuffer, read from it: outputs, scales, operators."""

from dataclasses import dataclass

import numpy as np

from emg_edge.decoding.interpreter import Network, QuantisedTensor
from emg_edge.errors import ModelFileError
from emg_edge.quantize.graph import Graph, read_graph

# TFLite's operators -> the method that adds each to TensorFlow Lite Micro's resolver.
RESOLVER = {
    "ADD": "AddAdd",
    "AVERAGE_POOL_2D": "AddAveragePool2D",
    "CONCATENATION": "AddConcatenation",
    "CONV_2D": "AddConv2D",
    "DEQUANTIZE": "AddDequantize",
    "FULLY_CONNECTED": "AddFullyConnected",
    "LOGISTIC": "AddLogistic",
    "MUL": "AddMul",
    "PACK": "AddPack",
    "QUANTIZE": "AddQuantize",
    "RELU": "AddRelu",
    "RELU6": "AddRelu6",
    "RESHAPE": "AddReshape",
    "SLICE": "AddSlice",
    "SPLIT": "AddSplit",
    "STRIDED_SLICE": "AddStridedSlice",
    "SUB": "AddSub",
    "TANH": "AddTanh",
    "UNPACK": "AddUnpack",
}


# Bytes that the interpreter keeps for itself, and for each operator, on a 64-bit computer: above all that was measured.
_STARTING, _AN_OPERATOR = 4096, 512


@dataclass(frozen=True)
class Tensors:
    """`logits_output` is its place among the graph's outputs; `operators` has each once.

    arena_guess   bytes in which the interpreter finds room, where it is not there to be asked: no tensor's room is used
                  twice
    """

    input: QuantisedTensor
    logits: QuantisedTensor
    logits_output: int
    operators: tuple[str, ...]
    arena_guess: int

    @property
    def resolver(self) -> tuple[str, ...]:
        """The method that adds each operator."""
        return tuple(RESOLVER[name] for name in self.operators)


def tensors(flatbuffer: bytes) -> Tensors:
    """Read them. Raises ModelFileError for a network that is not int8, or has an operator that no target has."""
    graph = read_graph(flatbuffer)
    operators = tuple(dict.fromkeys(node.operator for node in graph.nodes))
    unknown = [name for name in operators if name not in RESOLVER]
    if unknown:
        raise ModelFileError(
            f"the network has the operator {', '.join(unknown)}, which the export for microcontrollers does not know; "
            f"it knows {', '.join(RESOLVER)}"
        )
    network = Network(flatbuffer)
    logits = network.outputs["logits"]
    for name, tensor in (("input", network.input), ("logits", logits)):
        if tensor.dtype != np.int8:
            raise ModelFileError(
                f"the network's {name} is {tensor.dtype}, and the export for microcontrollers expects int8 in and out; "
                "quantise it with: emg-edge quantize"
            )
    return Tensors(
        input=network.input,
        logits=logits,
        logits_output=[tensor.name for tensor in graph.outputs].index(graph.signature["logits"]),
        operators=operators,
        arena_guess=_STARTING + _AN_OPERATOR * len(graph.nodes) + _flowing(graph),
    )


def _flowing(graph: Graph) -> int:
    """Bytes of all tensors that are no constants."""
    tensors = {tensor.name: tensor for node in graph.nodes for tensor in (*node.inputs, *node.outputs)}
    return sum(one.elements * np.dtype(one.type.lower()).itemsize for one in tensors.values() if one.constant is None)
