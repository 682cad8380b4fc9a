"""One small finished training run for all tests of a session that only read it: a few seconds of a simulated wearer."""

import functools
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from emg_edge.train.config import TrainConfig
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.run import Watch, train
from emg_edge.train.simulated.files import Plan, simulate


@dataclass(frozen=True)
class TinyRun:
    data: Path
    out: Path
    cache: Path
    config: TrainConfig
    metrics: dict[str, Any]

    def copy(self, to: Path) -> Path:
        """A run folder of the test's own."""
        shutil.copytree(self.out, to)
        return to


def tiny_run(factory: pytest.TempPathFactory) -> TinyRun:
    """Train once a session; the cache stays, so that a test that trains on the same files begins at once."""
    return _made(factory.getbasetemp() / "tiny")


@functools.cache
def _made(root: Path) -> TinyRun:
    simulate(Plan(subjects=1, hold_s=1.0, rest_s=0.6), root / "data")
    config = TrainConfig(data=str(root / "data"), context_ms=200, recipe=Recipe(epochs=4))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMG_EDGE_CACHE", str(root / "cache"))
        metrics = train(config, root / "run", Watch(say=lambda sentence: None))
    return TinyRun(root / "data", root / "run", root / "cache", config, metrics)
