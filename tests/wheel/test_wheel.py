"""The built wheel in a bare install: run by `make wheel-test`, which names the wheel in EMG_EDGE_WHEEL."""

import importlib.util
import os
import zipfile
from pathlib import Path

from support.packages import package_folders

ROOT = Path(__file__).resolve().parents[2]


def test_the_wheel_holds_every_module_and_one_namespace():
    """Nothing named train or device may land in a user's site-packages, and nothing may be missing."""
    with zipfile.ZipFile(ROOT / os.environ["EMG_EDGE_WHEEL"]) as wheel:
        names = set(wheel.namelist())
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"emg_edge"}
    for package, folder in package_folders(ROOT).items():
        for module in folder.glob("*.py"):
            assert f"{package.replace('.', '/')}/{module.name}" in names
    assert {"emg_edge/models/forearm.tflite", "emg_edge/py.typed"} <= names


def test_a_bare_install_has_no_tensorflow():
    """The base install is what a Pi needs."""
    for heavy in ("tensorflow", "keras", "sklearn", "matplotlib"):
        assert importlib.util.find_spec(heavy) is None
