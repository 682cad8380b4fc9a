"""Metrics of movement executions: how each was decided as a whole, and how steadily.

An execution is a run of one movement in one repetition (see runs.py). All arrays are (m,), one value an instant.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.movements import REST


@dataclass(frozen=True)
class Votes:
    """What the majority of the scored instants of each execution was decided as; both (e,), movement numbers."""

    movement: NDArray[np.int64]
    voted: NDArray[np.int64]

    @property
    def accuracy(self) -> float | None:
        return float((self.movement == self.voted).mean()) if len(self.movement) else None


def votes(
    run: NDArray[np.int64], truth: NDArray[np.integer], decided: NDArray[np.integer], scored: NDArray[np.bool_]
) -> Votes:
    """Let the scored instants of each execution vote; executions without any, and rest, are left out.

    Of decisions with equally many votes wins the one that came first.
    """
    at = np.flatnonzero(scored & (truth != REST))
    base = int(decided.max(initial=0)) + 1
    pairs, first, count = np.unique(run[at] * base + decided[at], return_index=True, return_counts=True)
    executions = pairs // base
    order = np.lexsort((first, -count, executions))  # by execution, most votes first, then earliest
    _, winners = np.unique(executions[order], return_index=True)
    won = order[winners]
    return Votes(truth[at[first[won]]].astype(np.int64), pairs[won] % base)


def instability(
    decided: NDArray[np.integer], linked: NDArray[np.bool_], counted: NDArray[np.bool_] | None = None
) -> float | None:
    """INS: share of consecutive instants whose decisions differ (LibEMG's offline metrics, over pairs, not instants).

    Changes of the truth are in it, so the best possible value is not quite 0. `counted` restricts it to pairs of
    which both instants are. None without a pair.
    """
    pairs = linked[1:] if counted is None else linked[1:] & counted[1:] & counted[:-1]
    total = int(pairs.sum())
    return float((pairs & (decided[1:] != decided[:-1])).sum() / total) if total else None


def switches_per_s(
    run: NDArray[np.int64],
    truth: NDArray[np.integer],
    decided: NDArray[np.integer],
    scored: NDArray[np.bool_],
    hop_s: float,
) -> float | None:
    """Changes of decision a second inside the settled part of executions, where every change is a fault.

    Counted between scored neighbours in one execution; None without any.
    """
    pairs = (run[1:] == run[:-1]) & scored[1:] & scored[:-1] & (truth[1:] != REST)
    total = int(pairs.sum())
    return float((pairs & (decided[1:] != decided[:-1])).sum() / (total * hop_s)) if total else None
