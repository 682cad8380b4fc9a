"""Model files that are whole, signed and wrong: what a careless tool, or a careful liar, makes of one."""

from collections.abc import Callable
from typing import Any

import msgspec
from ai_edge_litert import schema_py_generated as schema

from emg_edge.decoding import modelfile
from emg_edge.decoding.modelfile import ModelFile


def resigned(model: ModelFile, flatbuffer: bytes) -> ModelFile:
    """The same description for other bytes, with their own hash."""
    return modelfile.unpack(modelfile.pack(flatbuffer, model.description), "broken.tflite")


def changed(model: ModelFile, change: Callable[[Any], None]) -> ModelFile:
    """The network after `change` to its object tree."""
    return resigned(model, rebuilt(model.flatbuffer, change))


def rebuilt(flatbuffer: bytes, change: Callable[[Any], None]) -> bytes:
    """The bytes after `change` to their object tree."""
    import flatbuffers  # noqa: PLC0415 - comes with LiteRT

    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(flatbuffer, 0))
    change(tree)
    builder = flatbuffers.Builder(len(flatbuffer) + 4096)
    builder.Finish(tree.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def wrong_input_scale(model: ModelFile) -> ModelFile:
    """Its input's scale is twice what calibration found."""

    def change(tree: Any) -> None:
        graph = tree.subgraphs[0]
        tensor = graph.tensors[graph.inputs[0]]
        tensor.quantization.scale = [2 * float(scale) for scale in tensor.quantization.scale]

    return changed(model, change)


def wrong_weight_scale(model: ModelFile) -> ModelFile:
    """The first layer's scales are in another order: of every channel, its neighbour's."""

    def change(tree: Any) -> None:
        graph = tree.subgraphs[0]
        first = graph.tensors[graph.operators[0].inputs[1]]
        scales = [float(scale) for scale in first.quantization.scale]
        first.quantization.scale = [8.0 * scale for scale in scales[1:] + scales[:1]]

    return changed(model, change)


def unsupported_operator(model: ModelFile) -> ModelFile:
    """Its first operator is one that only its maker's runtime has."""

    def change(tree: Any) -> None:
        code = tree.operatorCodes[tree.subgraphs[0].operators[0].opcodeIndex]
        code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
        code.customCode = "OnlyHere"

    return changed(model, change)


def other_front_end(model: ModelFile) -> ModelFile:
    """Its description asks for frames of half the length, without the filter: as of another version's front end."""
    signal = model.description.signal
    frame = msgspec.structs.replace(signal.frame, length=signal.frame.step)
    described = msgspec.structs.replace(model.description, signal=msgspec.structs.replace(signal, frame=frame))
    return modelfile.unpack(modelfile.pack(model.flatbuffer, described), "broken.tflite")


def other_context(model: ModelFile) -> ModelFile:
    """Its description asks for a longer context than the network takes."""
    signal = msgspec.structs.replace(model.description.signal, context=model.description.signal.context + 4)
    described = msgspec.structs.replace(model.description, signal=signal)
    return modelfile.unpack(modelfile.pack(model.flatbuffer, described), "broken.tflite")
