"""The model that ships with the package, read once."""

from functools import cache

from emg_edge.decoding import modelfile
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.models import shipped


@cache
def shipped_model() -> ModelFile:
    return modelfile.read(shipped())
