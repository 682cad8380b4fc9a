"""A resumable state of fitting: one file, replaced whole, so that an interruption never leaves half of one."""

import io
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emg_edge.damage import ARCHIVE_ERRORS
from emg_edge.errors import RunFolderError
from emg_edge.files import Kind, kind_of, write_atomically

CHECKPOINT = "checkpoint.npz"
_SECONDS_BETWEEN = 10.0  # what an interruption may cost; a small network's epoch is much shorter than its write


@dataclass
class Checkpoint:
    stage: str
    epoch: int = 0  # the next one
    best_epoch: int = 0
    best_score: float = -1.0
    history: list[dict[str, Any]] = field(default_factory=list)
    best: list[NDArray[Any]] = field(default_factory=list)  # the network's weights when it was best
    variables: list[NDArray[Any]] = field(default_factory=list)  # network and optimizer, to go on from
    _written: float = field(default_factory=time.monotonic)

    def epoch_done(self, network: Any, row: dict[str, Any], score: float | None) -> None:
        self.history.append(row)
        if score is not None and score > self.best_score:
            self.best_score, self.best_epoch, self.best = score, self.epoch, network.get_weights()
        self.epoch += 1

    def restore(self, network: Any) -> None:
        """Put the network and its optimizer where they were; nothing when nothing was saved."""
        if self.variables:
            variables = _variables(network)
            if [tuple(variable.shape) for variable in variables] != [value.shape for value in self.variables]:
                raise RunFolderError(
                    f"the {CHECKPOINT} is of another network than this emg-edge's; --force starts afresh"
                )
            for variable, value in zip(variables, self.variables, strict=True):
                variable.assign(value)

    def restore_best(self, network: Any) -> None:
        network.set_weights(self.best)

    def write(self, path: Path, network: Any) -> None:
        """Write now and then, whole or not at all."""
        if time.monotonic() - self._written < _SECONDS_BETWEEN:
            return
        keys = ("stage", "epoch", "best_epoch", "best_score", "history")
        arrays = {f"variable_{i:03}": np.asarray(v) for i, v in enumerate(_variables(network))}
        arrays |= {f"best_{i:03}": v for i, v in enumerate(self.best)}
        buffer = io.BytesIO()
        state = np.array(json.dumps({key: getattr(self, key) for key in keys}))
        np.savez(buffer, allow_pickle=False, state=state, **arrays)
        write_atomically(path, buffer.getvalue())
        self._written = time.monotonic()

    @classmethod
    def read(cls, path: Path) -> "Checkpoint | None":
        """The saved state, or None when there is none. Raises RunFolderError when it is damaged."""
        if kind_of(path) is Kind.ABSENT:
            return None
        try:
            with path.open("rb") as file, np.load(file) as stored:  # by its name, numpy leaves a damaged file open
                state = json.loads(str(stored["state"]))
                names = sorted(stored.files)
                best = [stored[name] for name in names if name.startswith("best_")]
                variables = [stored[name] for name in names if name.startswith("variable_")]
        except ARCHIVE_ERRORS as error:
            raise RunFolderError(f"the checkpoint {path} is damaged: {error}; remove it to start afresh") from error
        return cls(**state, best=best, variables=variables)


def _variables(network: Any) -> list[Any]:
    return [*network.variables, *network.trained.optimizer.variables]
