"""Fixtures that every test may use."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from emg_edge.decoding import modelfile
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.models import shipped

if TYPE_CHECKING:
    from support.tiny_run import TinyRun

# No test is timed: an emulated processor takes as long as it takes.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real recordings beside the checkout; a test that needs it is marked `realdata`."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real recordings are not here: no folder {SHARED_DATA.parent.name}/data beside the checkout")
    return SHARED_DATA


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The model that ships with the package."""
    return shipped()


@pytest.fixture(scope="session")
def model(model_path: Path) -> ModelFile:
    return modelfile.read(model_path)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> "TinyRun":
    """One small finished training run, shared by all tests that only read it."""
    from support.tiny_run import tiny_run  # noqa: PLC0415 - needs the train extra, which a bare install lacks

    return tiny_run(tmp_path_factory)


@pytest.fixture
def tiny_cache(tiny: "TinyRun", monkeypatch: pytest.MonkeyPatch) -> None:
    """The session's cache, never the user's."""
    monkeypatch.setenv("EMG_EDGE_CACHE", str(tiny.cache))
