"""How a tested person's values are standardised, in the three ways that a protocol's row may ask for.

The same for the frames of the network and for the features of the baseline, so that both are treated alike.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emg_edge.signal.frontend import Scale as FrameScale
from emg_edge.signal.running import Adaptive
from emg_edge.signal.source import Unit
from emg_edge.train.data.scaling import fit_scales, mean_scales
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
        return fit_scales(tracks, values, [np.ones(len(x), np.bool_) for x in values], least_sd)
    # Live, nobody knows which frames are movements: the prior, and everybody's adaptation, are of rest, too.
    fitted = fit_scales(tracks, values, learnt, least_sd, strangers=True)
    known = [i for i, rows in enumerate(learnt) if rows.any()]
    priors = mean_scales([tracks[i] for i in known], [fitted[i] for i in known])
    return [Adaptive(priors[track.unit], PRIOR_S * per_second) for track in tracks]
