"""What the network is fed: long sequences of frames, cut anew each epoch, with a weight a frame.

All tracks lie end to end in one array; a sequence is a start index, and an epoch is gathered in one stroke.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

OUTPUTS = 24  # frames decided a sequence: long enough to share the convolutions' work, short enough to shuffle well

# A class's weight is its size to the power of minus this. At 1, rest, half of all data, would be no commoner than any
# of twelve movements, and a live decoder would see movements everywhere; the square root is half-way to leaving it be.
POWER = 0.5

Balance = Literal["sampling", "weights", "none"]


@dataclass(frozen=True)
class FrameSet:
    """Frames of all tracks, end to end.

    frames   (n, channels) float32, standardised
    classes  (n,) int64 class index at each frame (only meaningful where `sides` is not NONE)
    sides    (n,) int8, the side of the window ending at each frame (splits.window_sides)
    group    (n,) int64, index of the database that a frame comes from
    """

    frames: NDArray[np.float32]
    classes: NDArray[np.int64]
    sides: NDArray[np.int8]
    group: NDArray[np.int64]


@dataclass(frozen=True)
class Epoch:
    x: NDArray[np.float32]  # (sequences, OUTPUTS + context - 1, channels)
    y: NDArray[np.int64]  # (sequences, OUTPUTS)
    weight: NDArray[np.float32]  # (sequences, OUTPUTS)


def frame_weights(data: FrameSet, counted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weight of each counted frame, the larger the rarer its class and database are; mean 1, and 0 elsewhere."""
    cell = data.group * (data.classes.max() + 1) + data.classes
    sizes = np.bincount(cell[counted]).astype(float)
    weight = np.zeros(len(cell))
    weight[counted] = sizes[cell[counted]] ** -POWER
    weight /= weight[counted].mean()
    return weight


class Sequences:
    """Draws epochs. `sampling` draws more of what is rare, `weights` weighs it more, `none` does neither."""

    def __init__(self, data: FrameSet, sides: tuple[int, ...], context: int, balance: Balance, seed: int) -> None:
        self._data, self._context, self._balance = data, context, balance
        self._seed = seed
        counted = np.isin(data.sides, sides)
        weight = frame_weights(data, counted)
        self._draw_weight = weight if balance == "sampling" else counted.astype(float)
        self._loss_weight = weight if balance == "weights" else counted.astype(float)
        self.size = int(np.ceil(counted.sum() / OUTPUTS))  # sequences an epoch: each counted frame once, on average

    def epoch(self, number: int, noise: float, gain: float, most: int | None = None) -> Epoch:
        """Epoch `number`, the same for the same seed; `noise` and `gain` augment, in standard deviations of frames."""
        random = np.random.default_rng([self._seed, number])
        first_output = self._context - 1
        starts = np.arange(random.integers(OUTPUTS), len(self._data.frames) - OUTPUTS - first_output, OUTPUTS)
        totals = np.concatenate([[0.0], np.cumsum(self._draw_weight)])
        content = totals[starts + first_output + OUTPUTS] - totals[starts + first_output]
        size = self.size if most is None else min(self.size, most)
        if self._balance == "sampling":
            chosen = random.choice(starts, size, p=content / content.sum())
        else:
            filled = starts[content > 0]
            chosen = random.permutation(filled)[:size]
        index = chosen[:, None] + np.arange(first_output + OUTPUTS)
        outputs = index[:, first_output:]
        x = self._data.frames[index]
        x = x + random.normal(0, gain, (len(x), 1, 1)).astype(np.float32)  # a gain is an offset in the logarithm
        x += noise * random.standard_normal(x.shape, np.float32)
        return Epoch(x, self._data.classes[outputs], self._loss_weight[outputs].astype(np.float32))
