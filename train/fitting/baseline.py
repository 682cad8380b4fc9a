"""TD6 + LDA (or TD4 + LDA) at the network's own context, on the same windows of the same split."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding import lda
from emg_edge.errors import RecordingError
from emg_edge.signal.td6 import td6
from emg_edge.train.data.dataset import Dataset
from emg_edge.train.data.scaling import fit_scales
from emg_edge.train.data.splits import TRAINED, Side

Values = NDArray[np.float32]
Features = Callable[[NDArray[np.floating], int, NDArray[np.integer]], Values]  # td6, or td4
# Features of every track at every hop (n, f) -> the same, standardised.
Standardise = Callable[[list[Values], list[NDArray[np.int64]]], list[Values]]

LEAST_SD = 1e-9  # of a feature in any unit: a constant one must not divide by zero


@dataclass(frozen=True)
class HopFeatures:
    """Standardised features of every track at every frame where the live loop would decide."""

    data: Dataset
    frames: list[NDArray[np.int64]]
    values: list[Values]

    def fit(self, members: Collection[int], sides: Sequence[Side] = TRAINED) -> lda.LDA:
        """Train on these tracks' windows of these sides. Raises RecordingError where there are none."""
        x, y = [], []
        for i in members:
            rows = np.isin(self.data.sides[i][self.frames[i]], sides)
            x.append(self.values[i][rows])
            y.append(self.data.classes(self.data.tracks[i])[self.frames[i][rows]])
        if not sum(map(len, y)):
            raise RecordingError(
                f"no window of {self.data.spec.context_ms:g} ms lies whole in the training repetitions of "
                f"{' and '.join(sorted({self.data.tracks[i].wearer for i in members})) or 'anybody'}; add recordings"
            )
        return lda.fit(np.concatenate(x), np.concatenate(y), len(self.data.movements))


def hop_features(data: Dataset, features: Features = td6, standardise: Standardise | None = None) -> HopFeatures:
    """Compute them; by default each sitting is standardised on its training windows of movements."""
    frames = [data.decided(i, *Side) for i in range(len(data.tracks))]
    values = [feature_windows(data, i, at, features) for i, at in enumerate(frames)]
    if standardise is None:
        fitted = [np.isin(data.sides[i][at], TRAINED) for i, at in enumerate(frames)]
        scales = fit_scales(data.tracks, values, fitted, lambda _unit: LEAST_SD)
        values = [scale.apply(x, np.inf) for scale, x in zip(scales, values, strict=True)]
    else:
        values = standardise(values, frames)
    return HopFeatures(data, frames, values)


def feature_windows(data: Dataset, i: int, frames: NDArray[np.int64], features: Features = td6) -> Values:
    """Features of the samples that the network's windows ending at these frames of track i are made of."""
    frame = data.spec.frame
    window = frame.length + (data.spec.context - 1) * frame.step
    return features(data.tracks[i].signal, window, data.tracks[i].ends[frames])


def td6_lda(found: HopFeatures, members: list[int]) -> dict[int, NDArray[np.int64]]:
    """Train one LDA on these tracks; returns its class at each of their test windows (Dataset.decided), by track."""
    model = found.fit(members)
    tested = {i: found.data.sides[i][found.frames[i]] == Side.TEST for i in members}
    return {i: model.decide(found.values[i][rows]) for i, rows in tested.items()}
