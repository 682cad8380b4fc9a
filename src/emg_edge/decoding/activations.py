"""Metrics of rest against movement: false and missed activations. All arrays are (m,), one value an instant.

`rest` and `moving` are the scored instants of either kind: settled, so that a transition's ambiguity is no error.
Each metric is None where there is nothing to count.
"""

import numpy as np
from numpy.typing import NDArray

from emg_edge.movements import REST


def active_error(truth: NDArray[np.integer], decided: NDArray[np.integer]) -> float | None:
    """AER: share of wrong ones among the decisions for a movement, whatever the truth is.

    The errors are those of LibEMG's offline metrics; they are divided by the active decisions, so that a decoder
    gains nothing by resting. Without rest every decision is active, and it is 1 - accuracy.
    """
    active = decided != REST
    return float((decided[active] != truth[active]).mean()) if active.any() else None


def share_of(event: NDArray[np.bool_], among: NDArray[np.bool_]) -> float | None:
    """Share of the instants `among` at which `event` holds.

    False activation is being decided active among settled rest; missed activation being decided rest among
    settled movement.
    """
    total = int(among.sum())
    return float((event & among).sum() / total) if total else None


def activations_per_min(
    active: NDArray[np.bool_], rest: NDArray[np.bool_], linked: NDArray[np.bool_], hop_s: float
) -> float | None:
    """Activations that begin inside settled rest, a minute of settled rest.

    An activation is a maximal run of instants decided active, whichever movements are said in it. One that began
    before the rest had settled is the end of a movement, said too long, and not counted.
    """
    total = int(rest.sum())
    begins = active.copy()
    begins[1:] &= ~(active[:-1] & linked[1:])
    return float((begins & rest).sum() / (total * hop_s / 60)) if total else None
