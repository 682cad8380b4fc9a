"""A fold made ready: tracks with their sides and scales, checked for leaks, and the instants that are asked."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import RecordingError
from emg_edge.movements import REST
from emg_edge.signal.spec import SignalSpec
from emg_edge.train.data.dataset import Dataset, make_dataset
from emg_edge.train.data.scaling import training_movements, training_rows
from emg_edge.train.data.splits import TRAINED, Side
from emg_edge.train.data.track import Track
from emg_edge.train.evaluation.folds import Sides, refuse_leaks, sides_of
from emg_edge.train.evaluation.protocol import Protocol, Row
from emg_edge.train.evaluation.scales import scales_for
from emg_edge.train.fitting.baseline import LEAST_SD, Features, HopFeatures, Values, hop_features


@dataclass(frozen=True)
class Prepared:
    """`sides` are those of frames, `data.sides` those of whole windows that count; `wearer` is tested."""

    protocol: Protocol
    row: Row
    wearer: str
    data: Dataset
    sides: Sides

    @property
    def trained(self) -> list[bool]:
        return [bool(np.isin(side, TRAINED).any()) for side in self.sides]

    def asked(self, i: int) -> NDArray[np.int64]:
        """Frames of track i at every hop of what is tested, transitions included."""
        at_hop = self.data.decided(i, *Side)
        tested: NDArray[np.int64] = at_hop[self.sides[i][at_hop] == Side.TEST]
        return tested

    @property
    def unscored(self) -> tuple[int, ...]:
        """Movements that are tested and that nobody was trained on: no decoder can know them."""
        tested = {int(m) for i, track in enumerate(self.data.tracks) for m in np.unique(track.movement[self.asked(i)])}
        return tuple(sorted(tested - {REST} - set(self.data.movements)))

    def held_rest(self, i: int) -> NDArray[np.int64]:
        """Frames of track i at settled rest that is held out to choose thresholds by."""
        held = self.data.decided(i, Side.VALIDATION)
        resting: NDArray[np.int64] = held[self.data.tracks[i].movement[held] == REST]
        return resting

    def features(self, features: Features) -> HopFeatures:
        """The baseline's, standardised as the network's frames are."""
        tracks, context = self.data.tracks, self.data.spec.context
        of_movements = training_movements(tracks, self.sides, context)
        of_training = training_rows(tracks, self.sides, context)
        per_second = self.data.spec.rate_hz / (self.data.spec.frame.step * self.data.spec.hop)

        def standardise(values: list[Values], frames: list[NDArray[np.int64]]) -> list[Values]:
            movements = [rows[at] for rows, at in zip(of_movements, frames, strict=True)]
            learnt = [rows[at] for rows, at in zip(of_training, frames, strict=True)]
            scales = scales_for(self.row.scale, tracks, values, movements, learnt, lambda _unit: LEAST_SD, per_second)
            return [scale.apply(x, np.inf) for scale, x in zip(scales, values, strict=True)]

        return hop_features(self.data, features, standardise)


def prepare(
    protocol: Protocol,
    row: Row,
    wearer: str,
    tracks: tuple[Track, ...],
    spec: SignalSpec,
    copies: tuple[tuple[str, ...], ...],
) -> Prepared:
    """Sides first, then the refusal of leaks, then scales and windows.

    Raises ProtocolError for a leak, RecordingError where nothing is left to train or to test on.
    """
    sides = sides_of(protocol, row, wearer, tracks)
    refuse_leaks(tracks, sides, copies)
    used = [i for i, side in enumerate(sides) if (side != Side.NONE).any()]
    tracks, sides = tuple(tracks[i] for i in used), [sides[i] for i in used]
    own_decoder = protocol.evaluation != "CrossSubject"
    teachers = [side for track, side in zip(tracks, sides, strict=True) if track.wearer == wearer or not own_decoder]
    trained = any(np.isin(side, TRAINED).any() for side in teachers)
    if not trained or not any((side == Side.TEST).any() for side in sides):
        raise RecordingError(
            f"{wearer} has no repetition to {'test' if trained else 'train'} on under {protocol.name}; add the "
            "missing recordings, or leave this person out with --subjects"
        )
    scales = scales_for(
        row.scale,
        tracks,
        [track.frames for track in tracks],
        training_movements(tracks, sides),
        training_rows(tracks, sides),
        spec.least_sd,
        spec.rate_hz / spec.frame.step,
    )
    data = make_dataset(tracks, spec, rest=protocol.rest, settle_ms=protocol.settle_ms, sides=sides, scales=scales)
    return Prepared(protocol, row, wearer, data, sides)
