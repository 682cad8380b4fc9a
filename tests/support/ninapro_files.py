"""Files of the layout that NinaPro documents, with a few seconds of noise in place of a signal."""

from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
from numpy.typing import NDArray

STRETCH = 20  # samples of a movement, and of the rest before it


def labels(movements: list[int], repetitions: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Labels and repetitions, (n, 1), as DB1 has them: rest between all executions, repetition 0 at rest."""
    raw = [label for movement in movements for _ in range(repetitions) for label in (0, movement)]
    own = [label for _ in movements for repetition in range(1, repetitions + 1) for label in (0, repetition)]
    return (
        np.repeat(np.array([*raw, 0], np.uint8), STRETCH)[:, None],
        np.repeat(np.array([*own, 0], np.uint8), STRETCH)[:, None],
    )


def arrays(
    channels: int, movements: list[int], repetitions: int, *, rectified: bool = False, **more: Any
) -> dict[str, Any]:
    """Variables of a file; `more` adds or replaces some, and None takes one away."""
    restimulus, rerepetition = labels(movements, repetitions)
    emg = np.random.default_rng(7).normal(size=(len(restimulus), channels))
    found = {
        "emg": np.abs(emg) if rectified else emg,
        "restimulus": restimulus,
        "rerepetition": rerepetition,
        "stimulus": restimulus,
        "repetition": rerepetition,
        **more,
    }
    return {key: value for key, value in found.items() if value is not None}


def db1(movements: int = 12, repetitions: int = 10, **more: Any) -> dict[str, Any]:
    return arrays(10, list(range(1, movements + 1)), repetitions, rectified=True, **more)


def db5(movements: int = 12, repetitions: int = 6, **more: Any) -> dict[str, Any]:
    return arrays(16, list(range(1, movements + 1)), repetitions, **{"frequency": np.uint8(200), "exercise": 3, **more})


def db6(channels: int = 16, **more: Any) -> dict[str, Any]:
    found = arrays(channels, [1, 3, 4, 6, 9, 10, 11], 12, frequency=np.uint16(2000))
    if channels == 16:
        found["emg"][:, 8:10] = 0
    return {**found, **more}


def delsys(movements: list[int], channels: int = 12, **more: Any) -> dict[str, Any]:
    return arrays(channels, movements, 6, **more)


def write(path: Path, variables: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(path, variables, do_compression=True)
    return path
