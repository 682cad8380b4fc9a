"""Standardisation of tracks: fitted on a wearer's training movements, a sitting at a time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emg_edge.errors import RecordingError
from emg_edge.movements import REST
from emg_edge.signal.frontend import Standardisation
from emg_edge.signal.source import Unit
from emg_edge.train.data.splits import TRAINED, window_sides
from emg_edge.train.data.track import Track


def sittings(tracks: Sequence[Track]) -> list[list[int]]:
    """Tracks of one wearer, session and ring, into however many files it was cut: they share a scale."""
    found: dict[tuple[str, int], list[int]] = {}
    for i, track in enumerate(tracks):
        found.setdefault((track.scale_name, track.session), []).append(i)
    return list(found.values())


def training_rows(
    tracks: Sequence[Track], sides: Sequence[NDArray[np.int8]], context: int = 1
) -> list[NDArray[np.bool_]]:
    """Frames of each track whose last `context` lie in training repetitions, with all samples they are made of."""
    return [
        window_sides(
            np.isin(side, TRAINED).astype(np.int8),
            track.movement,
            track.reach(context),
            rest=True,
        )
        > 0
        for track, side in zip(tracks, sides, strict=True)
    ]


def training_movements(
    tracks: Sequence[Track], sides: Sequence[NDArray[np.int8]], context: int = 1
) -> list[NDArray[np.bool_]]:
    """Those of `training_rows` that a scale is fitted on; rest would only measure the noise floor."""
    rows = training_rows(tracks, sides, context)
    return [row & (track.movement != REST) for track, row in zip(tracks, rows, strict=True)]


def fit_scales(
    tracks: Sequence[Track],
    values: Sequence[NDArray[Any]],
    fitted: Sequence[NDArray[np.bool_]],
    least_sd: Callable[[Unit], ArrayLike],
    *,
    strangers: bool = False,
) -> list[Standardisation]:
    """Mean and sd of each sitting's (n, features) values over its fitted rows (n,), for each track.

    A sitting without such rows gets, where `strangers` are expected, the mean over the wearer's other sittings, else
    over the other people's, in its unit.
    Raises RecordingError, naming a take, where there is nothing to fit on.
    """
    found: dict[int, Standardisation] = {}
    for members in sittings(tracks):
        if any(fitted[i].any() for i in members):
            rows = np.concatenate([values[i][fitted[i]] for i in members])
            found |= dict.fromkeys(members, scale_of(rows, least_sd(tracks[members[0]].unit)))
    return [
        found[i] if i in found else _borrowed(track, tracks, found if strangers else {})
        for i, track in enumerate(tracks)
    ]


def _borrowed(track: Track, tracks: Sequence[Track], found: Mapping[int, Standardisation]) -> Standardisation:
    own = {i: scale for i, scale in found.items() if tracks[i].scale_name == track.scale_name}
    lent = own or found
    means = mean_scales([tracks[i] for i in lent], list(lent.values()))
    if track.unit not in means:
        raise RecordingError(f"{track.take} has no movement in its training repetitions; leave it out with --subjects")
    return means[track.unit]


def scale_of(values: NDArray[Any], least_sd: ArrayLike) -> Standardisation:
    """Mean and sd a feature of (n, features)."""
    values = values.astype(np.float64)
    sd = np.maximum(values.std(axis=0), least_sd)
    return Standardisation(tuple(values.mean(axis=0).tolist()), tuple(sd.tolist()))


def mean_scales(tracks: Sequence[Track], scales: Sequence[Standardisation]) -> dict[Unit, Standardisation]:
    """Mean of these tracks' standardisations by the unit that they are in; deviations as root mean square."""
    units: dict[Unit, list[Standardisation]] = {}
    for track, scale in zip(tracks, scales, strict=True):
        units.setdefault(track.unit, []).append(scale)
    return {unit: _mean(of_unit) for unit, of_unit in units.items()}


def _mean(scales: Sequence[Standardisation]) -> Standardisation:
    mean = np.mean([scale.mean for scale in scales], axis=0)
    sd = np.sqrt(np.mean(np.square([scale.sd for scale in scales]), axis=0))
    return Standardisation(tuple(mean.tolist()), tuple(sd.tolist()))
