"""Where a decoder is right and wrong: by movement, by time since onset, and the confusion matrix."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emg_edge.movements import REST, names_of
from emg_edge.train.evaluation.measures import Measured

TAKEN_FOR = 3  # wrong movements that are named beside each
TAKEN_FOR_SHARE = 0.01  # rarer confusions are chance

ByPerson = Mapping[str, Sequence[Measured]]  # person -> what was measured, one a seed
Names = Mapping[int, str]  # of gestures that are none of NinaPro's movements


def confusion_table(by_person: ByPerson, movements: NDArray[np.int64], own: Names | None = None) -> dict[str, Any]:
    """Counts summed over people and seeds, rows are the truth; `movements` (c,)."""
    return {
        "movements": movements.tolist(),
        "names": list(names_of(movements.tolist(), own)),
        "counts": _total(by_person).tolist(),
    }


def by_movement(by_person: ByPerson, movements: NDArray[np.int64], own: Names | None = None) -> list[dict[str, Any]]:
    """Of each movement that was made, over all people and seeds: recall, precision, executions, what it is taken for.

    Precision is absent where the movement was never decided, execution accuracy where there is no execution (rest).
    """
    counts = _total(by_person)
    executions = np.sum([one.executions for many in by_person.values() for one in many], axis=0)
    names = list(names_of(movements.tolist(), own))
    rows = []
    for c in np.flatnonzero(counts.sum(axis=1)):
        row: dict[str, Any] = {"movement": int(movements[c]), "name": names[c]}
        shares = counts[c] / counts[c].sum()
        row["recall"] = float(shares[c])
        if counts[:, c].any():
            row["precision"] = float(counts[c, c] / counts[:, c].sum())
        if movements[c] != REST and executions[c, 0]:
            row["execution_accuracy"] = float(executions[c, 1] / executions[c, 0])
        wrong = [i for i in np.argsort(-shares, kind="stable") if i != c and shares[i] >= TAKEN_FOR_SHARE]
        row["taken_for"] = [[names[i], float(shares[i])] for i in wrong[:TAKEN_FOR]]
        rows.append(row)
    return rows


def by_onset(by_person: ByPerson, hop_s: float) -> dict[str, list[float]] | None:
    """Accuracy by time since onset, the mean over people; None where no movement's onset was seen.

    `executions` says how many last so long, all people together, one seed: as it falls, other movements are compared.
    """
    accuracy, executions = [], []
    for person in by_person.values():
        lasting, right = np.sum([one.since_onset for one in person], axis=0).T
        accuracy.append(np.where(lasting > 0, right / np.maximum(lasting, 1), np.nan))
        executions.append(person[0].since_onset[:, 0])
    total = np.sum(executions, axis=0)
    bins = np.flatnonzero(total)
    if not len(bins):
        return None
    return {
        "time_s": (bins * hop_s).round(6).tolist(),
        "accuracy": np.nanmean(np.array(accuracy)[:, bins], axis=0).tolist(),
        "executions": total[bins].tolist(),
    }


def _total(by_person: ByPerson) -> NDArray[np.int64]:
    counts: NDArray[np.int64] = np.sum([one.confusion for many in by_person.values() for one in many], axis=0)
    return counts
