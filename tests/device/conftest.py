"""Fixtures of the device's tests: recordings of the simulated forearm."""

import numpy as np
import pytest

from emg_edge.firmware_bridge.forearm.wearer import SimulatedWearer
from emg_edge.recordings.recording import Recording
from emg_edge.signal.source import Source
from emg_edge.signal.units import UV_PER_MYO_COUNT


@pytest.fixture(scope="session")
def recording() -> Recording:
    """Twelve seconds of a simulated wearer, as a Myo would deliver them."""
    chunk = SimulatedWearer(subject=1, seed=5, movements=(1, 6, 12)).read(2400)
    counts = np.clip(np.rint(chunk.samples / UV_PER_MYO_COUNT), -128, 127).astype(np.float32)
    source = Source("raw", 200.0, "myo-count", "ring8")
    return Recording(counts, chunk.movement, chunk.repetition, source, "SIM", 1, simulated=True)
