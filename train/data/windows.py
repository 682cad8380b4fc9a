"""The windows that quantisation needs: representative ones from training, and every test window."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.runfolder import Windows
from emg_edge.files import write_atomically
from emg_edge.train.data.dataset import Dataset
from emg_edge.train.data.sequences import FrameSet
from emg_edge.train.data.splits import TRAINED, Side

CALIBRATION_WINDOWS = 1000  # enough for stable ranges: doubling it moves no scale by more than a few per cent


def choose_windows(data: Dataset, frames: FrameSet, seed: int) -> Windows:
    """As many calibration windows of each class (rest among them), over all people; all test windows."""
    random = np.random.default_rng(seed)
    training, test, offset = [], [], 0
    for i, track in enumerate(data.tracks):
        training.append(data.decided(i, *TRAINED) + offset)
        test.append(data.decided(i, Side.TEST) + offset)
        offset += len(track.frames)
    pool, tested = np.concatenate(training), np.concatenate(test)
    each = -(-CALIBRATION_WINDOWS // len(data.movements))
    calibration: list[NDArray[np.int64]] = []
    for c in range(len(data.movements)):
        members = pool[frames.classes[pool] == c]
        calibration.append(random.permutation(members)[:each])
    return Windows(frames.frames, np.sort(np.concatenate(calibration)), tested, frames.classes[tested])


def save_windows(windows: Windows, path: Path) -> None:
    buffer = io.BytesIO()
    np.savez(
        buffer,
        frames=windows.frames,
        calibration=windows.calibration,
        test=windows.test,
        test_classes=windows.test_classes,
    )
    write_atomically(path, buffer.getvalue())
