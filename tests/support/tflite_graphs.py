"""Small TFLite graphs, made operator by operator: for what no converter would write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

_TYPES = {"int8": 9, "uint8": 3, "int32": 2, "float32": 0, "int16": 7}  # of TensorType


@dataclass
class GraphWriter:
    """Collects tensors and operators; `flatbuffer` is the file."""

    tensors: list[schema.TensorT] = field(default_factory=list)
    buffers: list[schema.BufferT] = field(default_factory=lambda: [schema.BufferT()])
    operators: list[schema.OperatorT] = field(default_factory=list)
    codes: list[schema.OperatorCodeT] = field(default_factory=list)

    def tensor(self, name: str, shape: Sequence[int], kind: str = "int8", unknown: Sequence[int] | None = None) -> int:
        """A tensor that is computed; `unknown` is its shape with -1 where a size is not known."""
        made = schema.TensorT()
        made.name, made.shape, made.type, made.buffer = name.encode(), list(shape), _TYPES[kind], 0
        made.shapeSignature = None if unknown is None else list(unknown)
        self.tensors.append(made)
        return len(self.tensors) - 1

    def constant(self, name: str, values: NDArray[Any]) -> int:
        index = self.tensor(name, values.shape, values.dtype.name)
        held = schema.BufferT()
        held.data = np.frombuffer(values.tobytes(), np.uint8)
        self.buffers.append(held)
        self.tensors[index].buffer = len(self.buffers) - 1
        return index

    def operator(self, name: str, inputs: Sequence[int], outputs: Sequence[int], options: Any = None) -> None:
        """`options` is an object of the schema's, as Conv2DOptionsT."""
        code, made = schema.OperatorCodeT(), schema.OperatorT()
        code.builtinCode = getattr(schema.BuiltinOperator, name)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        made.opcodeIndex, made.inputs, made.outputs = len(self.codes), list(inputs), list(outputs)
        if options is not None:
            made.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
            made.builtinOptions = options
        self.codes.append(code)
        self.operators.append(made)

    def flatbuffer(self, inputs: Sequence[int] = (0,), outputs: Sequence[int] | None = None) -> bytes:
        model, graph = schema.ModelT(), schema.SubGraphT()
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs = list(inputs)
        graph.outputs = list(self.operators[-1].outputs if outputs is None else outputs)
        model.version, model.subgraphs, model.buffers, model.operatorCodes = 3, [graph], self.buffers, self.codes
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def options(kind: str, **values: Any) -> Any:
    """Options of a kind, as `options("Conv2D", dilationHFactor=2)`; the rest as the schema's defaults."""
    made: Any = getattr(schema, f"{kind}OptionsT")()
    for name, value in values.items():
        assert hasattr(made, name), name
        setattr(made, name, value)
    return made


def one_operator(make: Callable[[GraphWriter], None]) -> bytes:
    writer = GraphWriter()
    make(writer)
    return writer.flatbuffer()
