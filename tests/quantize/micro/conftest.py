"""The shipped model on a board of 1000 Hz, its C compiled once."""

import pytest
from support.micro_c import Library

from emg_edge.decoding.modelfile import ModelFile
from emg_edge.quantize.micro.plan import Plan, plan
from emg_edge.quantize.micro.tensors import tensors
from emg_edge.signal.source import Source


@pytest.fixture(scope="session")
def board() -> Source:
    return Source("raw", 1000.0, "uV", "ring8")


@pytest.fixture(scope="session")
def planned(model: ModelFile, board: Source) -> Plan:
    return plan(model.description, board)


@pytest.fixture(scope="session")
def library(planned: Plan, model: ModelFile, tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("micro") / "c"
    return Library(planned, tensors(model.flatbuffer), model.description, folder)
