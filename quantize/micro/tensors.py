"""What a microcontroller's interpreter needs to know of the flatbuffer, read from it: outputs, scales, operators."""

from dataclasses import dataclass

from ai_edge_litert import schema_py_generated as schema

from emg_edge.errors import ModelFileError

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


@dataclass(frozen=True)
class Grid:
    """real = scale * (integer - zero_point)."""

    scale: float
    zero_point: int


@dataclass(frozen=True)
class Tensors:
    """`logits_output` is its place among the graph's outputs; `resolver` has each method once."""

    input: Grid
    logits: Grid
    logits_output: int
    resolver: tuple[str, ...]


def tensors(flatbuffer: bytes, operators: list[str]) -> Tensors:
    """Read them. Raises ModelFileError for a network that is not int8, or has an operator that no target has."""
    graph = schema.Model.GetRootAsModel(flatbuffer, 0)
    signature, graph = graph.SignatureDefs(0), graph.Subgraphs(0)
    named = {
        signature.Outputs(i).Name().decode(): signature.Outputs(i).TensorIndex()
        for i in range(signature.OutputsLength())
    }
    outputs = [graph.Outputs(i) for i in range(graph.OutputsLength())]
    unknown = [name for name in dict.fromkeys(operators) if name not in RESOLVER]
    if unknown:
        raise ModelFileError(
            f"the network has the operator {', '.join(unknown)}, which the export for microcontrollers does not know; "
            f"it knows {', '.join(RESOLVER)}"
        )
    return Tensors(
        input=_grid(graph.Tensors(graph.Inputs(0))),
        logits=_grid(graph.Tensors(named["logits"])),
        logits_output=outputs.index(named["logits"]),
        resolver=tuple(RESOLVER[name] for name in dict.fromkeys(operators)),
    )


def _grid(tensor: schema.Tensor) -> Grid:
    quantised = tensor.Quantization()
    if tensor.Type() != schema.TensorType.INT8 or quantised is None or quantised.ScaleLength() != 1:
        raise ModelFileError(
            f"the network's tensor {tensor.Name().decode()} is not int8, and the export for microcontrollers expects "
            "int8 in and out; quantise it with: emg-edge quantize"
        )
    return Grid(float(quantised.Scale(0)), int(quantised.ZeroPoint(0)))
