"""The project's wheel and its dependencies, installed for aarch64 from here; and how large they are."""

import shutil
import subprocess
import sys
from pathlib import Path

PLATFORM = "aarch64-manylinux_2_28"  # glibc 2.28: Raspberry Pi OS Bookworm and Trixie have newer ones
TESTS = ("pytest", "pytest-timeout", "hypothesis")
# A program that starts itself again must find the script, not the emulated file, which the kernel cannot start.
_SITECUSTOMIZE = "import os, sys\n\nsys.executable = os.environ['EMG_EDGE_PYTHON']\n"
LARGEST = 6


def install(uv: Path, version: str, wheel: Path, constraints: Path, folder: Path) -> list[Path]:
    """Install the base and, beside it, what the tests need. Returns both folders."""
    base, tests = folder / f"base{version}", folder / f"tests{version}"
    for target in (base, tests):
        shutil.rmtree(target, ignore_errors=True)
    _install(uv, version, constraints, base, str(wheel))
    _install(uv, version, constraints, tests, *TESTS)
    (tests / "sitecustomize.py").write_text(_SITECUSTOMIZE)
    return [base, tests]


def _install(uv: Path, version: str, constraints: Path, target: Path, *packages: str) -> None:
    options = ["--python-platform", PLATFORM, "--python-version", version, "--only-binary", ":all:"]
    command = [uv, "pip", "install", "--quiet", *options, "--constraint", constraints, "--target", target, *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"no wheels for {PLATFORM}, Python {version}: {done.stderr.strip()}")


def megabytes(folder: Path) -> float:
    """On disk, in units of 1000 * 1000 bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def largest(base: Path) -> dict[str, float]:
    """The largest packages, with the native libraries that belong to them."""
    sizes: dict[str, float] = {}
    for path in base.iterdir():
        if path.is_dir() and not path.name.endswith(".dist-info"):
            name = path.name.removesuffix(".libs")
            sizes[name] = sizes.get(name, 0.0) + megabytes(path)
    return dict(sorted(sizes.items(), key=lambda one: -one[1])[:LARGEST])
