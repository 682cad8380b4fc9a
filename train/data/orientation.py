"""Do the merged databases run the same way round? Measured on the data, told with every merged run."""

from itertools import combinations
from typing import Any

import numpy as np

from emg_edge.movements import REST
from emg_edge.signal.alignment import pattern, turns
from emg_edge.train.data.dataset import Dataset
from emg_edge.train.data.splits import Side

_FEWEST_MOVEMENTS = 4  # fewer shared movements say nothing about a ring


def orientation(data: Dataset) -> list[dict[str, Any]]:
    """For each pair of databases: correlation of their mean training patterns as merged, and the best turn."""
    report = []
    for one, other in combinations(sorted(data.splits), 2):
        shared = tuple(sorted((_movements(data, one) & _movements(data, other)) - {REST}))
        if len(shared) < _FEWEST_MOVEMENTS:
            continue
        found = turns(_mean_pattern(data, one, shared), _mean_pattern(data, other, shared))
        merged = next(turn for turn in found if turn.is_identity)
        best = found[0]
        report.append(
            {
                "databases": [one, other],
                "movements": len(shared),
                "correlation": merged.correlation,
                "best": {"shift": best.shift, "mirrored": best.mirrored, "correlation": best.correlation},
            }
        )
    return report


def _movements(data: Dataset, database: str) -> set[int]:
    """Movements that every track of a database has in training."""
    each = [
        {int(m) for m in np.unique(track.movement[side == Side.TRAIN])}
        for track, side in zip(data.tracks, data.sides, strict=True)
        if track.database == database
    ]
    return set.intersection(*each)


def _mean_pattern(data: Dataset, database: str, movements: tuple[int, ...]) -> Any:
    return np.mean(
        [
            pattern(track.frames[side == Side.TRAIN], track.movement[side == Side.TRAIN], movements)
            for track, side in zip(data.tracks, data.sides, strict=True)
            if track.database == database
        ],
        axis=0,
    )
