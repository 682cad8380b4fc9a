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
    epoch: int = 0  # the next one
    history: list[dict[str, Any]] = field(default_factory=list)
    variables: list[NDArray[Any]] = field(default_factory=list)  # network and optimizer, to go on from
    _written: float = field(default_factory=time.monotonic)

    def epoch_done(self, row: dict[str, Any]) -> None:
        self.history.append(row)
        self.epoch += 1

    def restore(self, variables: list[Any]) -> None:
        """Put a network's and its optimizer's variables where they were; nothing when nothing was saved."""
        if self.variables:
            if [tuple(variable.shape) for variable in variables] != [value.shape for value in self.variables]:
                raise RunFolderError(
                    f"the {CHECKPOINT} is of another network than this emg-edge's; --force starts afresh"
                )
            for variable, value in zip(variables, self.variables, strict=True):
                variable.assign(value)

    def write(self, path: Path, variables: list[Any]) -> None:
        """Write now and then, whole or not at all."""
        if time.monotonic() - self._written < _SECONDS_BETWEEN:
            return
        arrays = {f"variable_{i:03}": np.asarray(variable) for i, variable in enumerate(variables)}
        buffer = io.BytesIO()
        state = np.array(json.dumps({"epoch": self.epoch, "history": self.history}))
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
                variables = [stored[name] for name in names if name.startswith("variable_")]
        except ARCHIVE_ERRORS as error:
            raise RunFolderError(f"the checkpoint {path} is damaged: {error}; remove it to start afresh") from error
        if set(state) != {"epoch", "history"}:
            raise RunFolderError(f"the checkpoint {path} is of another version; remove it to start afresh")
        return cls(**state, variables=variables)
