"""What a run reports: its scores beside the baselines', a person at a time and as the mean over people."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.metrics import confusion, majority, mean_scores, scores
from emg_edge.train.data.dataset import Dataset
from emg_edge.train.data.splits import Side

Decided = Mapping[int, NDArray[np.int64]]  # track -> class at each of its test windows


def by_person(data: Dataset, network: Decided, baselines: Mapping[str, Decided]) -> list[dict[str, Any]]:
    """A row for each person; the rings of one take count together."""
    rows = []
    for wearer in dict.fromkeys(track.wearer for track in data.tracks):
        members = [i for i, track in enumerate(data.tracks) if track.wearer == wearer]
        matrix = test_confusion(data, network, members)
        if not matrix.sum():
            continue
        track = data.tracks[members[0]]
        rows.append(
            {
                "wearer": wearer,
                "database": track.database,
                "subject": track.subject,
                "windows": int(matrix.sum()),
                "test": scores(matrix),
                "baseline": {name: scores(test_confusion(data, how, members)) for name, how in baselines.items()},
                "majority": majority(matrix),
            }
        )
    return rows


def mean_over_people(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over people, the unit of statistics, over all and by database."""
    document = _means(rows)
    databases = sorted({row["database"] for row in rows})
    document["databases"] = {name: _means([row for row in rows if row["database"] == name]) for name in databases}
    document["subjects"] = rows
    return document


def test_confusion(data: Dataset, decided: Decided, members: list[int]) -> NDArray[np.int64]:
    """Confusion matrix over the test windows of these tracks."""
    classes = len(data.movements)
    total = np.zeros((classes, classes), np.int64)
    for i in members:
        truth = data.classes(data.tracks[i])[data.decided(i, Side.TEST)]
        total += confusion(truth, decided[i], classes)
    return total


def _means(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "people": len(rows),
        "windows": sum(row["windows"] for row in rows),
        "test": mean_scores([row["test"] for row in rows]),
        "baseline": {name: mean_scores([row["baseline"][name] for row in rows]) for name in rows[0]["baseline"]},
        "majority": mean_scores([row["majority"] for row in rows]),
    }
