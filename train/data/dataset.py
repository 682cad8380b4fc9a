"""From tracks to what a network and its baselines learn from: sides, classes, standardisation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.modelfile import Scales
from emg_edge.errors import RecordingError
from emg_edge.movements import REST
from emg_edge.signal.frontend import Scale, Standardisation
from emg_edge.signal.spec import SignalSpec
from emg_edge.train.data.scaling import fit_scales, mean_scales, training_movements
from emg_edge.train.data.sequences import FrameSet
from emg_edge.train.data.splits import TRAINED, Side, Split, split_of, window_sides
from emg_edge.train.data.track import Track

# Windows count when so much before them lies in one movement: labels mark an onset no better than that.
SETTLE_MS = 200


@dataclass(frozen=True)
class Dataset:
    """Tracks with their sides; `sides[i]` is the side of each window of track i, by its newest frame.

    `learnt[i]` is the same for what a network learns from: an onset's first windows too, which it must answer live,
    and which would only blur the means of an LDA.
    """

    tracks: tuple[Track, ...]
    spec: SignalSpec
    splits: dict[str, Split]  # empty where sides were given
    movements: tuple[int, ...]  # the classes, in order
    sides: tuple[NDArray[np.int8], ...]
    learnt: tuple[NDArray[np.int8], ...]
    scales: tuple[Scale, ...]

    @property
    def databases(self) -> list[str]:
        return sorted({track.database for track in self.tracks})

    def classes(self, track: Track) -> NDArray[np.int64]:
        """Class index at each frame; of movements that are not among the classes, 0, and their side is NONE."""
        table = np.zeros(max(*self.movements, int(track.movement.max())) + 1, np.int64)
        table[list(self.movements)] = np.arange(len(self.movements))
        return table[track.movement]

    def frames(self) -> FrameSet:
        """All tracks end to end, standardised."""
        return FrameSet(
            frames=np.concatenate(
                [s.apply(t.frames, self.spec.clip) for t, s in zip(self.tracks, self.scales, strict=True)]
            ),
            classes=np.concatenate([self.classes(t) for t in self.tracks]),
            sides=np.concatenate(self.learnt),
            group=np.concatenate([np.full(len(t.frames), self.databases.index(t.database)) for t in self.tracks]),
        )

    def decided(self, i: int, *sides: Side) -> NDArray[np.int64]:
        """Frames of track i at which the live loop would decide (every hop) and whose window lies on these sides."""
        at_hop = np.arange(self.spec.context - 1, len(self.tracks[i].frames), self.spec.hop)
        return at_hop[np.isin(self.sides[i][at_hop], sides)]

    def model_scales(self) -> Scales:
        """Standardisations for the model file: each wearer's, and their mean by unit."""
        plain = [scale for scale in self.scales if isinstance(scale, Standardisation)]
        wearers = {track.scale_name: scale for track, scale in zip(self.tracks, plain, strict=True)}
        return Scales(mean_scales(self.tracks, plain), wearers)


def make_dataset(
    tracks: Sequence[Track],
    spec: SignalSpec,
    *,
    rest: bool,
    settle_ms: float = SETTLE_MS,
    sides: Sequence[NDArray[np.int8]] | None = None,
    scales: Sequence[Scale] | None = None,
) -> Dataset:
    """Sides first, then windows, then the standardisation from the training repetitions' movements.

    `sides`, a side for each frame of each track, are the published split's by default; `scales` each track's own.
    Raises RecordingError when nothing is left to train on.
    """
    splits: dict[str, Split] = {}
    if sides is None:
        databases = sorted({track.database for track in tracks})
        splits = {name: split_of(name, [t for t in tracks if t.database == name]) for name in databases}
        sides = [splits[track.database].sides(track.repetition) for track in tracks]
    movements = _movements_to_learn(tracks, sides, rest=rest)
    settle = 1 + math.ceil(settle_ms * spec.rate_hz / 1000 / spec.frame.step)  # a frame's label is its newest sample's
    windows: list[NDArray[np.int8]] = []
    learnt: list[NDArray[np.int8]] = []
    for track, side in zip(tracks, sides, strict=True):
        known, reach = np.isin(track.movement, movements), track.reach(spec.context)
        for found, frames in ((windows, settle), (learnt, 1)):
            of_window = window_sides(side, track.movement, reach, rest=rest, settle=frames)
            found.append(np.where(known, of_window, np.int8(Side.NONE)))
    if scales is None:
        scales = fit_scales(
            tracks,
            [track.frames for track in tracks],
            training_movements(tracks, sides),
            spec.least_sd,
        )
    data = Dataset(tuple(tracks), spec, splits, movements, tuple(windows), tuple(learnt), tuple(scales))
    for needed in (Side.TRAIN, Side.TEST):
        if not any(len(data.decided(i, needed)) for i in range(len(tracks))):
            raise RecordingError(
                f"no window of {spec.context_ms:g} ms lies whole in the {needed.name.lower()} repetitions; "
                "choose a shorter --context, or add recordings"
            )
    return data


def _movements_to_learn(tracks: Sequence[Track], sides: Sequence[NDArray[np.int8]], *, rest: bool) -> tuple[int, ...]:
    found: set[int] = set()
    for track, side in zip(tracks, sides, strict=True):
        found |= {int(m) for m in np.unique(track.movement[np.isin(side, TRAINED)])}
    movements = tuple(sorted(found if rest else found - {REST}))
    if len(movements) < 2:
        raise RecordingError(f"only {len(movements)} movements are in the training repetitions; two are the least")
    return movements
