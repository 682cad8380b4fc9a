"""Fixtures that every test may use."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real recordings beside the checkout; a test that needs it is marked `realdata`."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real recordings are not here: no folder {SHARED_DATA.parent.name}/data beside the checkout")
    return SHARED_DATA
