"""Stand-ins for what only a machine with an Edge TPU has: its compiler, and the library that reaches it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-pedantic"]
LOG = "STAND_IN_LOG"


def put_compiler_on_path(folder: Path, mode: str, patch: pytest.MonkeyPatch) -> None:
    """`edgetpu_compiler` is found first, and is the stand-in in this mode."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "edgetpu_compiler"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{HERE / 'stand_in_compiler.py'}' '{mode}' \"$@\"\n")
    program.chmod(0o755)
    patch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def hide_compiler(patch: pytest.MonkeyPatch) -> None:
    """Leave no edgetpu_compiler on PATH, wherever the tests run."""
    held = [
        folder for folder in os.environ["PATH"].split(os.pathsep) if not (Path(folder) / "edgetpu_compiler").exists()
    ]
    patch.setenv("PATH", os.pathsep.join(held))


def compile_delegate(folder: Path, way: str = "WORKS") -> Path:
    """Compile the stand-in for libedgetpu, in one of its ways.

    A machine without a C compiler fails the test, and does not skip it: nothing would be proven there.
    """
    if shutil.which("cc") is None:
        pytest.fail("no C compiler 'cc' here, and without one the way to an Edge TPU is not tested; install gcc")
    library = folder / f"{way.lower()}.so"
    source = HERE / "stand_in_delegate" / "stand_in_delegate.c"
    flags = ["-std=c99", *WARNINGS, "-shared", "-fPIC", f"-DWAY={way}"]
    subprocess.run(["cc", *flags, source, "-o", library], check=True)
    return library
