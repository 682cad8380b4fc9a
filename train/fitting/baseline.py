"""TD6 + LDA at the network's own context, on the same windows of the same split."""

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding import lda
from emg_edge.signal.td6 import td6
from emg_edge.train.data.dataset import Dataset
from emg_edge.train.data.splits import Side


def td6_windows(data: Dataset, i: int, frames: NDArray[np.int64]) -> NDArray[np.float32]:
    """TD6 of the samples that the network's windows ending at these frames of track i are made of."""
    frame = data.spec.frame
    window = frame.length + (data.spec.context - 1) * frame.step
    return td6(data.tracks[i].signal, window, data.tracks[i].ends[frames])


def td6_lda(data: Dataset, members: list[int]) -> dict[int, NDArray[np.int64]]:
    """Train one LDA on the given tracks; returns its class at each test window (Dataset.decided), by track.

    Features are standardised a wearer and ring on the training windows, the bridge that the network has too.
    """
    train_x, train_y, test_x = [], [], {}
    for i in members:
        train, test = data.decided(i, Side.TRAIN, Side.VALIDATION), data.decided(i, Side.TEST)
        x = td6_windows(data, i, train)
        mean, sd = x.mean(axis=0), x.std(axis=0)
        sd[sd == 0] = 1.0
        train_x.append((x - mean) / sd)
        train_y.append(data.classes(data.tracks[i])[train])
        test_x[i] = (td6_windows(data, i, test) - mean) / sd
    model = lda.fit(np.concatenate(train_x), np.concatenate(train_y), len(data.movements))
    return {i: model.decide(x) for i, x in test_x.items()}
