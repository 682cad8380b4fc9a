"""Python of another processor under QEMU user mode, as if it were installed here."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from debian import Release, unpack

QEMU = Release("trixie", "amd64")  # version 10; Debian 12's 7.2 crashes or is silently wrong with LiteRT
LEAST_QEMU = 10
# What Raspberry Pi OS of that name has; LiteRT needs libstdc++ beside it.
PYTHONS = {"3.11": Release("bookworm", "arm64"), "3.13": Release("trixie", "arm64")}
NATIVE = ("libstdc++6", "libgomp1")


@dataclass(frozen=True)
class Python:
    """Any Python. `command` is what this machine's kernel can start: a script, so that a program may start it again."""

    version: str
    command: Path

    def run(self, *words: str | Path, packages: list[Path], **more: Any) -> "subprocess.CompletedProcess[str]":
        """Run it with these folders of packages; of none, with its own."""
        path = {"PYTHONPATH": os.pathsep.join(str(folder.resolve()) for folder in packages)} if packages else {}
        environment = os.environ | path | {"EMG_EDGE_PYTHON": str(self.command)}
        command = [str(self.command), *map(str, words)]
        return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, text=True, check=False, **more)


def qemu(folder: Path) -> tuple[Path, str]:
    """Unpack QEMU; returns the program, and its version."""
    program = unpack(QEMU, ["qemu-user"], folder / "qemu", dependencies=False) / "usr/bin/qemu-aarch64"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    version = said.stdout.split()[2] if said.returncode == 0 else ""
    if not version or int(version.split(".")[0]) < LEAST_QEMU:
        sys.exit(f"QEMU {version or 'does not start'} {said.stderr.strip()}; expected {LEAST_QEMU} or newer")
    return program, version


def python(version: str, program: Path, folder: Path) -> Python:
    """Unpack that Python for aarch64, and write the script that starts it under QEMU."""
    root = unpack(PYTHONS[version], [f"python{version}", *NATIVE], folder / f"python{version}").resolve()
    command = folder.resolve() / f"aarch64-python{version}"
    command.write_text(f'#!/bin/sh\nexec "{program.resolve()}" -L "{root}" "{root}/usr/bin/python{version}" "$@"\n')
    command.chmod(0o755)
    return Python(version, command)
