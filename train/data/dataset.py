"""From tracks to what a network and its baselines learn from: sides, classes, standardisation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.modelfile import Scales
from emg_edge.errors import RecordingError
from emg_edge.movements import REST
from emg_edge.signal.frontend import Standardisation
from emg_edge.signal.source import Unit
from emg_edge.signal.spec import SignalSpec
from emg_edge.train.data.sequences import FrameSet
from emg_edge.train.data.splits import Side, Split, split_of, window_sides
from emg_edge.train.data.track import Track

_FITTED_ON = (Side.TRAIN, Side.VALIDATION)
_SMALLEST_SD = 0.05  # of a log frame; a dead channel must not be blown up to look alive


@dataclass(frozen=True)
class Dataset:
    """Tracks with their split; `sides[i]` is the side of each window of track i, by its newest frame."""

    tracks: tuple[Track, ...]
    spec: SignalSpec
    splits: dict[str, Split]
    movements: tuple[int, ...]  # the classes, in order
    sides: tuple[NDArray[np.int8], ...]
    scales: tuple[Standardisation, ...]

    def classes(self, track: Track) -> NDArray[np.int64]:
        """Class index at each frame; of movements that are not among the classes, 0, and their side is NONE."""
        table = np.zeros(max(*self.movements, int(track.movement.max())) + 1, np.int64)
        table[list(self.movements)] = np.arange(len(self.movements))
        return table[track.movement]

    def frames(self) -> FrameSet:
        """All tracks end to end, standardised."""
        databases = sorted(self.splits)
        return FrameSet(
            frames=np.concatenate(
                [s.apply(t.frames, self.spec.clip) for t, s in zip(self.tracks, self.scales, strict=True)]
            ),
            classes=np.concatenate([self.classes(t) for t in self.tracks]),
            sides=np.concatenate(self.sides),
            group=np.concatenate([np.full(len(t.frames), databases.index(t.database)) for t in self.tracks]),
        )

    def decided(self, i: int, *sides: Side) -> NDArray[np.int64]:
        """Frames of track i at which the live loop would decide (every hop) and whose window lies on these sides."""
        at_hop = np.arange(self.spec.context - 1, len(self.tracks[i].frames), self.spec.hop)
        return at_hop[np.isin(self.sides[i][at_hop], sides)]

    def model_scales(self) -> Scales:
        """Standardisations for the model file: each wearer's, and their mean by unit."""
        units: dict[Unit, list[Standardisation]] = {}
        for track, scale in zip(self.tracks, self.scales, strict=True):
            units.setdefault(track.unit, []).append(scale)
        wearers = {track.scale_name: scale for track, scale in zip(self.tracks, self.scales, strict=True)}
        return Scales({unit: _mean_scale(scales) for unit, scales in units.items()}, wearers)


def make_dataset(tracks: Sequence[Track], spec: SignalSpec, *, rest: bool) -> Dataset:
    """Split first, then windows, then the standardisation from the training repetitions' movements.

    Raises RecordingError when nothing is left to train on.
    """
    databases = sorted({track.database for track in tracks})
    splits = {name: split_of(name, [t for t in tracks if t.database == name]) for name in databases}
    sides = [splits[track.database].sides(track.repetition) for track in tracks]
    movements = _movements_to_learn(tracks, sides, rest=rest)
    windows = []
    for track, side in zip(tracks, sides, strict=True):
        of_window = window_sides(side, track.movement, track.reach(spec.context), rest=rest)
        of_window[~np.isin(track.movement, movements)] = Side.NONE
        windows.append(of_window)
    scales = tuple(fit_scale(track, side) for track, side in zip(tracks, sides, strict=True))
    data = Dataset(tuple(tracks), spec, splits, movements, tuple(windows), scales)
    for needed in (Side.TRAIN, Side.VALIDATION, Side.TEST):
        if not any(len(data.decided(i, needed)) for i in range(len(tracks))):
            raise RecordingError(
                f"no window of {spec.context_ms:g} ms lies whole in the {needed.name.lower()} repetitions; "
                "choose a shorter --context, or add recordings"
            )
    return data


def fit_scale(track: Track, sides: NDArray[np.int8]) -> Standardisation:
    """Mean and sd a channel of the log frames of training movements; rest would only measure the noise floor."""
    frames = track.frames[np.isin(sides, _FITTED_ON) & (track.movement != REST)].astype(np.float64)
    if not len(frames):
        raise RecordingError(f"{track.take} has no movement in its training repetitions; leave it out with --subjects")
    sd = np.maximum(frames.std(axis=0), _SMALLEST_SD)
    return Standardisation(tuple(frames.mean(axis=0).tolist()), tuple(sd.tolist()))


def _movements_to_learn(tracks: Sequence[Track], sides: list[NDArray[np.int8]], *, rest: bool) -> tuple[int, ...]:
    found: set[int] = set()
    for track, side in zip(tracks, sides, strict=True):
        found |= {int(m) for m in np.unique(track.movement[np.isin(side, _FITTED_ON)])}
    movements = tuple(sorted(found if rest else found - {REST}))
    if len(movements) < 2:
        raise RecordingError(f"only {len(movements)} movements are in the training repetitions; two are the least")
    return movements


def _mean_scale(scales: list[Standardisation]) -> Standardisation:
    mean = np.mean([scale.mean for scale in scales], axis=0)
    sd = np.sqrt(np.mean(np.square([scale.sd for scale in scales]), axis=0))
    return Standardisation(tuple(mean.tolist()), tuple(sd.tolist()))
