"""The run in real time: watched from outside, and asked to stop once."""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest

from emg_edge.decoding.placement import Placement, place
from emg_edge.device.benchmark import live
from emg_edge.device.benchmark.live import Watched, watch
from emg_edge.models import shipped


@pytest.fixture
def placement() -> Placement:
    from emg_edge.decoding import modelfile  # noqa: PLC0415

    return place(modelfile.read(shipped()), shipped())


def test_a_run_that_is_asked_to_stop_tells_what_it_did(placement: Placement) -> None:
    """A terminal's Ctrl-C goes to this process alone, which asks the run; twice would end it without its summary."""
    questions, sessions = itertools.count(), set()

    def stopped() -> bool:
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        sessions.update(os.getsid(int(child)) for child in children)
        return next(questions) >= 5

    found = watch(placement, "myo", 60.0, 1, stopped)
    assert 5 < found.summary["decisions"] < 100
    assert len(found.arrived_s) == found.summary["decisions"]
    assert sessions
    assert os.getsid(0) not in sessions


def test_a_second_interruption_leaves_no_run_behind(placement: Placement) -> None:
    """What ends this process in the middle ends the run, too."""
    children = []

    def stopped() -> bool:
        children.extend(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch(placement, "myo", 60.0, 1, stopped)
    assert children
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def test_memory_is_what_linux_says() -> None:
    """Pages have the size that this kernel gives them."""
    held = np.ones(8 << 20)  # 64 MB that are there
    found = Watched()
    live._look(os.getpid(), found)
    told = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:"))
    assert found.resident_mb == [pytest.approx(int(told.split()[1]) * 1024 / 1e6, abs=8.0)]
    assert len(found.conditions) == 1
    assert held.all()
