"""How a tested person's values are standardised, in the three ways that a protocol's row may ask for.

The same for the frames of the network and for the features of the baseline, so that both are treated alike.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emg_edge.signal.frontend import Scale as FrameScale
from emg_edge.signal.frontend import Standardisation
from emg_edge.signal.running import Adaptive
from emg_edge.signal.source import Unit
from emg_edge.train.data.scaling import fit_scales, mean_scales, sittings
from emg_edge.train.data.track import Track
from emg_edge.train.evaluation.protocol import Scale

# The training people's scale weighs as much as so much of the wearer's own signal: some ten movements and rests.
PRIOR_S = 60.0


def scales_for(
    how: Scale,
    tracks: Sequence[Track],
    values: Sequence[NDArray[Any]],
    movements: Sequence[NDArray[np.bool_]],
    learnt: Sequence[NDArray[np.bool_]],
    least_sd: Callable[[Unit], ArrayLike],
    per_second: float,
) -> Sequence[FrameScale]:
    """A scale for each track's (n, features) values.

    movements   rows of training movements, (n,) each
    learnt      rows of training repetitions, rest among them
    per_second  rows a second
    """
    if how == "training":
        return fit_scales(tracks, values, movements, least_sd, strangers=True)
    if how == "own-signal":
        return fit_scales(tracks, values, active(tracks, values, [np.ones(len(x), np.bool_) for x in values]), least_sd)
    fitted = fit_scales(tracks, values, active(tracks, values, learnt), least_sd, strangers=True)
    known = [i for i, rows in enumerate(learnt) if rows.any()]
    priors = mean_scales([tracks[i] for i in known], [fitted[i] for i in known])
    usual = {
        unit: _usual(prior, [values[i][learnt[i]] for i in known if tracks[i].unit == unit])
        for unit, prior in priors.items()
    }
    return [Adaptive(priors[track.unit], PRIOR_S * per_second, usual=usual[track.unit]) for track in tracks]


def _usual(prior: Standardisation, values: Sequence[NDArray[Any]]) -> float:
    """Mean activity of these people, rest included, as Adaptive counts it."""
    means = [((x - np.array(prior.mean)) / np.array(prior.sd)).mean() for x in values]
    return float(np.average(means, weights=[len(x) for x in values]))


def active(
    tracks: Sequence[Track], values: Sequence[NDArray[Any]], among: Sequence[NDArray[np.bool_]]
) -> list[NDArray[np.bool_]]:
    """Which of some rows have the muscles do more than on average over these rows of their sitting.

    They are movements, as far as nobody labels them. Rows that are not among these have no part in it.

    How long somebody rests, and how quiet their amplifier is, then moves no scale.
    """
    found: dict[int, NDArray[np.bool_]] = {}
    for members in sittings(tracks):
        rows = np.concatenate([values[i][among[i]] for i in members]).astype(np.float64)
        if len(rows):
            mean, sd = rows.mean(axis=0), np.maximum(rows.std(axis=0), np.finfo(float).tiny)
            found |= {i: among[i] & (((values[i] - mean) / sd).mean(axis=1) >= 0) for i in members}
        else:
            found |= {i: among[i] for i in members}
    return [found[i] for i in range(len(tracks))]
