"""A TFLite graph, read: operators with their tensors and options, nothing executed."""

import math
import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from emg_edge.errors import ModelFileError


def names_in(enumeration: type) -> dict[int, str]:
    """The schema's enumeration, read the other way: code -> name."""
    return {code: name for name, code in vars(enumeration).items() if isinstance(code, int)}


_OPERATORS, _TYPES, _OPTIONS = (
    names_in(one) for one in (schema.BuiltinOperator, schema.TensorType, schema.BuiltinOptions)
)
_DTYPES = {"INT8": np.int8, "UINT8": np.uint8, "INT16": np.int16, "INT32": np.int32, "INT64": np.int64}  # of constants

# What the flatbuffer reader, struct and numpy make of offsets that lead nowhere.
NOWHERE = (struct.error, ValueError, LookupError, TypeError, AttributeError, OverflowError, MemoryError)


@dataclass(frozen=True)
class Tensor:
    """`constant` is the buffer of one that the file holds; `fixed` is whether all sizes are known."""

    name: str
    shape: tuple[int, ...]
    type: str
    fixed: bool
    buffer: int
    constant: bytes | None

    @property
    def inner(self) -> tuple[int, ...]:
        """The three innermost dimensions."""
        return self.shape[-3:]

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    def values(self) -> NDArray[Any]:
        """A constant's numbers, in its shape."""
        assert self.constant is not None
        return np.frombuffer(self.constant, _DTYPES[self.type]).reshape(self.shape)


@dataclass(frozen=True)
class Node:
    """One operator; `inputs` leave out optional ones that are absent."""

    index: int
    operator: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    raw: Any

    @cached_property
    def options(self) -> Any:
        """Its options, as the schema's class of that name; None where it has none."""
        table = self.raw.BuiltinOptions()
        if table is None:
            return None
        options = getattr(schema, _OPTIONS[self.raw.BuiltinOptionsType()])()
        options.Init(table.Bytes, table.Pos)
        return options


@dataclass(frozen=True)
class Graph:
    """`inputs` and `outputs` are the graph's own; `signature` is output name -> tensor name, empty without one."""

    nodes: tuple[Node, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    signature: dict[str, str]


def read_graph(flatbuffer: bytes) -> Graph:
    """The main graph in order of execution. Raises ModelFileError for bytes that are no TFLite model."""
    if flatbuffer[4:8] != b"TFL3":
        raise ModelFileError("the model is no TFLite file: it does not begin like one")
    try:
        return _graph(schema.Model.GetRootAsModel(flatbuffer, 0))
    except NOWHERE as error:
        raise ModelFileError(f"the model is no whole TFLite file ({type(error).__name__}: {error})") from error


def operators(flatbuffer: bytes) -> list[str]:
    """Names of the operators in order of execution; of a custom one, its own."""
    return [node.operator for node in read_graph(flatbuffer).nodes]


def _graph(model: Any) -> Graph:
    subgraph = model.Subgraphs(0)
    tensors = [_tensor(model, subgraph.Tensors(i)) for i in range(subgraph.TensorsLength())]

    def pick(count: int, index: Any) -> tuple[Tensor, ...]:
        return tuple(tensors[index(i)] for i in range(count) if index(i) >= 0)

    nodes = []
    for index in range(subgraph.OperatorsLength()):
        raw = subgraph.Operators(index)
        inputs, outputs = pick(raw.InputsLength(), raw.Inputs), pick(raw.OutputsLength(), raw.Outputs)
        nodes.append(Node(index, _operator(model.OperatorCodes(raw.OpcodeIndex())), inputs, outputs, raw))
    signature = {}
    if model.SignatureDefsLength():
        first = model.SignatureDefs(0)
        maps = [first.Outputs(i) for i in range(first.OutputsLength())]
        signature = {one.Name().decode(): tensors[one.TensorIndex()].name for one in maps}
    return Graph(
        tuple(nodes),
        pick(subgraph.InputsLength(), subgraph.Inputs),
        pick(subgraph.OutputsLength(), subgraph.Outputs),
        signature,
    )


def _operator(code: Any) -> str:
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    if number == schema.BuiltinOperator.CUSTOM:
        return str(code.CustomCode().decode())
    return _OPERATORS[number]


def _tensor(model: Any, raw: Any) -> Tensor:
    shape = tuple(int(n) for n in raw.ShapeAsNumpy()) if raw.ShapeLength() else ()
    unknown = raw.ShapeSignatureLength() and any(int(n) < 0 for n in raw.ShapeSignatureAsNumpy())
    held = model.Buffers(raw.Buffer())
    constant = held.DataAsNumpy().tobytes() if held is not None and held.DataLength() else None
    return Tensor(raw.Name().decode(), shape, _TYPES[raw.Type()], not unknown, int(raw.Buffer()), constant)
