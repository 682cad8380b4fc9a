"""ARM without a Pi: the built wheel in aarch64 Python under QEMU, its size, its decisions, its tests.

    make test-arm64                        (or, with the wheel in dist/, python bench/arm64 --help)

It proves that the install works and that the numbers are right. It says nothing of speed.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from compare import Comparison, compare
from emulated import PYTHONS, Python, python, qemu
from wheels import install, largest, megabytes

ROOT = Path(__file__).resolve().parents[2]
RECORDING = ROOT.parent / "shared" / "data" / "ninapro" / "DB5" / "s1" / "S1_E1_A1.mat"
MOST_MB = 330  # on disk: what the project allows itself on a device


@click.command()
@click.option("--wheel", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--constraints", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--folder", type=click.Path(path_type=Path), default=Path(".arm64"), show_default=True)
@click.option("--file", "recording", type=click.Path(path_type=Path), default=RECORDING, help="To replay on both.")
@click.option("--json", "json_file", type=click.Path(path_type=Path))
@click.argument("tests", nargs=-1)
def main(
    wheel: Path, constraints: Path, folder: Path, recording: Path, tests: tuple[str, ...], json_file: Path | None
) -> None:
    """Also run TESTS, what pytest is to be told, on Python 3.11: half an hour for all that `make wheel-test` runs."""
    folder.mkdir(parents=True, exist_ok=True)
    program, version = qemu(folder)
    report: dict[str, Any] = {"qemu": version, "pythons": {}}
    board = ["--board", "replay", "--file", str(recording)]
    if not recording.is_file():
        board = ["--board", "synthetic", "--seed", "7", "--duration", "120"]
    print(f"QEMU {version}; decisions on {recording.name if recording.is_file() else 'a simulated arm'}")
    here = _decide(Python("here", Path(sys.executable)), [], board, folder / "here.jsonl")
    problems = []
    for number in PYTHONS:
        found = python(number, program, folder)
        packages = install(Path(sys.executable).with_name("uv"), number, wheel, constraints, folder)
        compared = compare(here, _decide(found, packages, board, folder / f"there{number}.jsonl"))
        one = _measured(found, packages, compared)
        problems += [f"Python {number}: {compared.problem}"] * bool(compared.problem)
        if one["install_mb"] > MOST_MB:
            problems.append(f"Python {number}: {one['install_mb']:.0f} MB on disk, and {MOST_MB} is the most")
        report["pythons"][number] = one
    if tests:
        packages = [folder / "base3.11", folder / "tests3.11"]
        report["tests"] = _tested(python("3.11", program, folder), packages, wheel, tests)
        problems += ["tests failed"] * bool(report["tests"]["exit"])
    if json_file:
        json_file.write_text(json.dumps(report, indent=2) + "\n")
    if problems:
        sys.exit("; ".join(problems))


def _measured(found: Python, packages: list[Path], compared: Comparison) -> dict[str, Any]:
    """Tell of one Python, and return the same for JSON."""
    said = found.run("-c", "import platform; print(platform.platform())", packages=packages, stdout=subprocess.PIPE)
    size, parts = megabytes(packages[0]), largest(packages[0])
    named = ", ".join(f"{name} {mb:.0f}" for name, mb in parts.items())
    print(f"Python {found.version} on {said.stdout.strip()}: {size:.0f} MB on disk ({named})")
    print(
        f"  {compared.decisions} decisions, {100 * compared.same:.3f} % the same as on this machine; probabilities of "
        f"those at most {compared.probability:.6f} apart"
    )
    return {"platform": said.stdout.strip(), "install_mb": size, "largest_mb": parts, **asdict(compared)}


def _decide(found: Python, packages: list[Path], board: list[str], out: Path) -> Path:
    """Decode as fast as it goes; returns the file of JSON lines."""
    words = ["-m", "emg_edge", "run", *board, "--speed", "max"]
    print(f"decoding on Python {found.version}", file=sys.stderr)
    with out.open("w") as lines:
        done = found.run(*words, packages=packages, stdout=lines, stderr=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"emg-edge run failed on Python {found.version}: {done.stderr.strip()[-1000:]}")
    return out


def _tested(found: Python, packages: list[Path], wheel: Path, tests: tuple[str, ...]) -> dict[str, Any]:
    """Run the device's tests, with their output as it comes."""
    os.environ["EMG_EDGE_WHEEL"] = str(wheel)
    began_s = time.monotonic()
    pytest = ["-m", "pytest", "-q", "--timeout", "900", "-p", "no:cacheprovider"]
    done = found.run(*pytest, *tests, packages=packages, cwd=ROOT)
    return {"exit": done.returncode, "minutes": round((time.monotonic() - began_s) / 60, 1)}


if __name__ == "__main__":
    main()
