"""From a model file to one for the Edge TPU: compiled, held against what it was made from, described again."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from emg_edge.decoding import delegates, modelfile
from emg_edge.decoding.modelfile import EdgeTpu, ModelFile
from emg_edge.errors import CompilerError, ModelFileError
from emg_edge.quantize.edgetpu.compiler import LIMIT_S, PROGRAM, Compiled, compile_model, find_compiler
from emg_edge.quantize.graph import read_graph


@dataclass(frozen=True)
class Built:
    """The compiled file, and what it says of its making."""

    path: Path
    edgetpu: EdgeTpu


def compiled_path(path: Path) -> Path:
    """Where the compiled model goes: gesture.tflite -> gesture_edgetpu.tflite, as the compiler itself names it."""
    return path.with_name(f"{path.stem}_edgetpu{path.suffix}")


def build(path: Path, *, force: bool = False, limit_s: float = LIMIT_S) -> Built | None:
    """Compile the model file at `path` to `compiled_path(path)`; None where the compiler is not on PATH.

    Raises CompilerError when the compiler fails; then nothing is written, and `path` stays as it is.
    """
    model, out = modelfile.read(path), compiled_path(path)
    program = find_compiler()
    if program is None:
        return None
    compiled = compile_model(program, model.flatbuffer, limit_s)
    edgetpu = describe(model, path.name, compiled)
    description = msgspec.structs.replace(model.description, edgetpu=edgetpu)
    modelfile.write(out, compiled.flatbuffer, description, force=force)
    return Built(out, edgetpu)


def describe(model: ModelFile, name: str, compiled: Compiled) -> EdgeTpu:
    """Hold the compiler's output against its input. Raises CompilerError when it is not that model on an Edge TPU."""
    if delegates.compiled_for(compiled.flatbuffer) is None:
        raise CompilerError(
            f"{PROGRAM} left every operator on the CPU ({_reasons(compiled)}): there is nothing to gain from an Edge "
            f"TPU, and {name} is the file to use"
        )
    before = read_graph(model.flatbuffer)
    try:
        after = read_graph(compiled.flatbuffer)
    except ModelFileError as error:
        raise CompilerError(f"{PROGRAM} wrote a file that is no whole TFLite model: {error}") from error
    for kind, old, new in (("inputs", before.inputs, after.inputs), ("outputs", before.outputs, after.outputs)):
        had, has = ({(t.name, t.shape, t.type) for t in tensors} for tensors in (old, new))
        if had != has:
            raise CompilerError(f"{PROGRAM} changed the model's {kind}: it has {sorted(has)}, and had {sorted(had)}")
    log = compiled.log
    return EdgeTpu(
        compiler=f"Edge TPU Compiler {log.version or 'of an unknown version'}",
        source=name,
        source_bytes=model.description.model_bytes,
        source_sha256=model.description.model_sha256,
        mapped=log.mapped,
        on_cpu={f"{row.operator}: {row.status}": row.count for row in log.left},
        on_chip_bytes=log.on_chip_bytes,
        off_chip_bytes=log.off_chip_bytes,
        outputs=before.signature,
    )


def _reasons(compiled: Compiled) -> str:
    return "; ".join(f"{row.operator}: {row.status}" for row in compiled.log.left) or "its log gives no reasons"
