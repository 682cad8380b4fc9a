"""The architecture, as far as it can be executed; import-linter holds the rest (make check)."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from support.packages import package_folders

import emg_edge

ROOT = Path(__file__).resolve().parents[1]

HEAVY = {"tensorflow", "keras", "sklearn", "matplotlib", "scipy.signal", "brainflow"}


def modules_after(code: str) -> set[str]:
    """Names of the modules that a fresh interpreter has loaded after `code`."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_public_names_are_pinned():
    """What users may import from the top is a decision."""
    assert emg_edge.__all__ == ["__version__"]


def test_the_command_line_starts_light():
    """--help must not wait for numpy."""
    assert not modules_after("import emg_edge.cli.main") & {*HEAVY, "numpy", "scipy", "msgspec", "tqdm"}


@pytest.mark.parametrize("command", ["data", "train", "quantize", "verify", "info", "run", "bench", "boards"])
def test_no_command_loads_numpy_before_it_is_called(command):
    """Options are parsed, and help is shown, without the weight."""
    code = f"import emg_edge.cli.main as m; m.cli.get_command(None, {command!r})"
    assert not modules_after(code) & {*HEAVY, "numpy", "scipy"}


@pytest.mark.parametrize("module", ["emg_edge.device.session", "emg_edge.device.boards.registry"])
def test_the_device_is_light(module):
    """The run path has no TensorFlow, and not the second that scipy.signal takes."""
    assert not modules_after(f"import {module}") & {*HEAVY, "scipy", "emg_edge.train", "emg_edge.quantize"}


def test_the_wire_needs_numpy_only():
    """A simulated board can be taken out and used elsewhere."""
    loaded = modules_after("import emg_edge.firmware_bridge.forearm.wearer")
    assert not loaded & {*HEAVY, "scipy", "serial", "emg_edge.device", "emg_edge.train"}


def test_every_package_on_disk_is_in_the_distribution():
    """A folder left out of the list would be missing from the wheel."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert sorted(listed) == sorted(package_folders(ROOT))
