"""Fixtures of the proofs against independent programs."""

from collections.abc import Iterator
from typing import Any

import pytest

from emg_edge.device.boards.brainflow_library import load
from emg_edge.errors import MissingDependency


@pytest.fixture(scope="module")
def brainflow() -> Iterator[Any]:
    """BrainFlow, with every session ended afterwards."""
    try:
        module = load()
    except MissingDependency as missing:
        pytest.skip(str(missing))
    module.BoardShim.disable_board_logger()
    yield module
    module.BoardShim.release_all_sessions()
