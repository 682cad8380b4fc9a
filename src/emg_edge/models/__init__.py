"""The model that ships with the package: a decoder for the simulated forearm (`make shipped-model` makes it)."""

from importlib.resources import files
from pathlib import Path


def shipped() -> Path:
    """Path of the shipped model file."""
    return Path(str(files(__name__))) / "forearm.tflite"
