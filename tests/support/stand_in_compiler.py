"""A stand-in for Coral's edgetpu_compiler: the same arguments, files and words, and no Edge TPU instructions.

It replaces operators by one `edgetpu-custom-op`, as the compiler does, and drops the signature and whatever follows the
flatbuffer. Its output has the form of version 16's; what it says of memory is the size of the constants that it took.

    python stand_in_compiler.py MODE -s -o FOLDER MODEL.tflite
"""

import sys
import time
from pathlib import Path

import flatbuffers
from ai_edge_litert import schema_py_generated as schema

VERSION = "16.0.384591198"
MAPPED, CUT = "Mapped to Edge TPU", "More than one subgraph is not supported"
UNSPECIFIED = "Operation is otherwise supported, but not mapped due to some unspecified limitation"
LEFT = {"maps": 0, "partly": 2, "renames": 0}  # mode -> operators that are left at the end


def main(mode: str, folder: Path, model: Path) -> int:
    print(f"Edge TPU Compiler version {VERSION}\nStarted a compilation timeout timer of 180 seconds.\n", flush=True)
    if mode == "hangs":
        (folder.parent / "hanging").touch()
        time.sleep(60)
    if mode == "fails":
        print("ERROR: Didn't find op for builtin opcode 'CONV_2D' version '9'\n\nERROR: Registration failed.\n")
        print(f"Invalid model: {model}\nModel could not be parsed")
        return 1
    if mode == "dies":
        print("Internal compiler error. Aborting! ")
        return 134
    if mode == "writes nothing":
        print("Compilation failed: Compilation failed due to large activation tensors in model.\nCompilation failed! ")
        return 0
    out = folder / f"{model.stem}_edgetpu.tflite"
    graph = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model.read_bytes(), 0))
    names = operators(graph)
    if mode == "writes rubbish":
        out.write_bytes(b"\0\0\0\x7fTFL3 edgetpu-custom-op" + bytes(100))
        return 0
    left = LEFT.get(mode, len(names))
    cached = take(graph, len(names) - left) if left < len(names) else 0
    if mode == "renames":
        for index in graph.subgraphs[0].outputs:
            graph.subgraphs[0].tensors[index].name = b"renamed"
    out.write_bytes(packed(graph))
    report(model, out, names, left, cached)
    return 0


def operators(graph: schema.ModelT) -> list[str]:
    told = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
    codes = [graph.operatorCodes[one.opcodeIndex] for one in graph.subgraphs[0].operators]
    return [told[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in codes]


def take(graph: schema.ModelT, count: int) -> int:
    """Make one custom operator of the first `count`; give the bytes of their constants, which leave the file."""
    main = graph.subgraphs[0]
    taken, rest = main.operators[:count], main.operators[count:]
    made = {index for one in taken for index in one.outputs}
    needed = {index for one in rest for index in one.inputs} | set(main.outputs)
    custom, code = schema.OperatorT(), schema.OperatorCodeT()
    code.builtinCode = schema.BuiltinOperator.CUSTOM
    code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
    code.customCode, code.version = b"edgetpu-custom-op", 1
    graph.operatorCodes.append(code)
    custom.opcodeIndex = len(graph.operatorCodes) - 1
    custom.inputs, custom.outputs = list(main.inputs), sorted(made & needed)
    main.operators = [custom, *rest]
    held = {main.tensors[index].buffer for one in taken for index in one.inputs}
    held -= {main.tensors[index].buffer for one in rest for index in one.inputs}
    cached = 0
    for number in held:
        buffer = graph.buffers[number]
        cached += 0 if buffer.data is None else len(buffer.data)
        buffer.data = None
    return cached


def packed(graph: schema.ModelT) -> bytes:
    graph.signatureDefs = None
    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(graph.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def size(count: int) -> str:
    return f"{count / 1024:.2f}KiB" if count else "0.00B"


def report(model: Path, out: Path, names: list[str], left: int, cached: int) -> None:
    on_tpu = len(names) - left
    print(f"Model compiled successfully in 42 ms.\n\nInput model: {model}\nInput size: {size(model.stat().st_size)}")
    print(f"Output model: {out}\nOutput size: {size(out.stat().st_size)}")
    print(f"On-chip memory used for caching model parameters: {size(cached)}")
    print("On-chip memory remaining for caching model parameters: 7.12MiB")
    print("Off-chip memory used for streaming uncached model parameters: 0.00B")
    print(f"Number of Edge TPU subgraphs: {int(on_tpu > 0)}\nTotal number of operations: {len(names)}")
    print(f"Operation log: {out.with_suffix('.log')}")
    if left:
        print("\nModel successfully compiled but not all operations are supported by the Edge TPU. A percentage ...")
        print(f"Number of operations that will run on Edge TPU: {on_tpu}")
        print(f"Number of operations that will run on CPU: {left}")
    statuses = [MAPPED] * on_tpu + ([UNSPECIFIED] + [CUT] * (left - 1) if left else [])
    rows = list(zip(names, statuses, strict=True))
    table = "".join(f"{name:<31}{rows.count((name, status)):<11}{status}\n" for name, status in dict.fromkeys(rows))
    table = f"\nOperator                       Count      Status\n\n{table}"
    print(table)
    out.with_suffix(".log").write_text(table)
    print("Compilation child process completed within timeout period.\nCompilation succeeded! ")


if __name__ == "__main__":
    chosen, _, _, into, given = sys.argv[1:]
    sys.exit(main(chosen, Path(into), Path(given)))
