"""How two rings of electrodes lie to each other, found from what the same movements do on both."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.signal.montage import Turn


@dataclass(frozen=True)
class Match(Turn):
    """A turn, and how well the two rings' patterns agree with it."""

    correlation: float = 0.0


def pattern(
    frames: NDArray[np.floating], movement: NDArray[np.integer], movements: tuple[int, ...]
) -> NDArray[np.float64]:
    """Mean log amplitude of each movement at each electrode, (movements, electrodes), standardised a channel."""
    means = np.array([frames[movement == m].mean(axis=0, dtype=np.float64) for m in movements])
    spread: NDArray[np.float64] = (means - means.mean(axis=0)) / np.maximum(means.std(axis=0), 1e-9)
    return spread


def turns(one: NDArray[np.float64], other: NDArray[np.float64]) -> list[Match]:
    """All rotations and reflections of a ring, the best first, by the correlation of `one` with the turned `other`."""
    electrodes = one.shape[1]
    k = np.arange(electrodes)
    found = []
    for mirrored in (False, True):
        for shift in range(electrodes):
            turned = other[:, (shift - k if mirrored else shift + k) % electrodes]
            found.append(Match(shift, mirrored, float(np.corrcoef(one.ravel(), turned.ravel())[0, 1])))
    return sorted(found, key=lambda turn: -turn.correlation)
