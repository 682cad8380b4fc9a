"""Coral's `edgetpu_compiler`, an x86-64 program of its own: one model in, one model and a log out, within a time."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from emg_edge.errors import CompilerError
from emg_edge.quantize.edgetpu.compilerlog import CompilerLog, complaint, read_log

PROGRAM = "edgetpu_compiler"
LIMIT_S = 300.0  # its own time limit is 180 s, and a model of this size takes it seconds
HOW_TO_GET_IT = (
    f"{PROGRAM} is not on PATH: it is Coral's Debian package 'edgetpu-compiler', for Linux on x86-64 only (a PC, "
    "not the Pi; see docs/edgetpu.md)"
)


@dataclass(frozen=True)
class Compiled:
    flatbuffer: bytes
    log: CompilerLog


def find_compiler() -> str | None:
    """Its path, or None where it is not installed."""
    return shutil.which(PROGRAM)


def compile_model(program: str, flatbuffer: bytes, limit_s: float = LIMIT_S) -> Compiled:
    """Compile in a temporary folder. Raises CompilerError when it fails, hangs, or leaves no file."""
    with tempfile.TemporaryDirectory(prefix="emg-edge-") as name:
        model, made = Path(name) / "model.tflite", Path(name) / "model_edgetpu.tflite"
        model.write_bytes(flatbuffer)
        code, said = _run([program, "-s", "-o", name, str(model)], name, limit_s)
        if code is None:
            raise CompilerError(f"{PROGRAM} did not end within {limit_s:g} s and was stopped; try it again")
        if code:
            raise CompilerError(f"{PROGRAM} failed with {_ending(code)}: {complaint(said)}")
        try:
            compiled = made.read_bytes()
        except OSError as error:
            raise CompilerError(f"{PROGRAM} ended without a compiled model: {complaint(said)}") from error
    return Compiled(compiled, read_log(said))


def _run(command: list[str], folder: str, limit_s: float) -> tuple[int | None, str]:
    """Exit code (None when it had to be stopped) and all that was said. Raises CompilerError when it cannot start."""
    output = Path(folder) / "output"  # a file, not a pipe: a child that lives on would hold a pipe open
    try:
        with output.open("wb") as said:
            process = subprocess.Popen(  # noqa: S603 - the program that was found on PATH
                command,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
            )
    except OSError as error:
        raise CompilerError(f"{command[0]} cannot be started: {(error.strerror or str(error)).lower()}") from error
    try:
        code: int | None = process.wait(limit_s)
    except subprocess.TimeoutExpired:
        code = None
    finally:  # Ctrl-C too: it compiles in a child of its own, and neither may stay
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return code, output.read_text(errors="replace")


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
