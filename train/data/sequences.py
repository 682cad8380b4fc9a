"""What the network is fed: long sequences of frames, drawn anew each epoch, with a weight a frame.

All tracks lie end to end in one array; a sequence is the index of its first frame, and is cut in the graph.
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

    frames   (n, features) float32, standardised
    classes  (n,) int64 class index at each frame (only meaningful where `sides` is not NONE)
    sides    (n,) int8, the side of the window ending at each frame (splits.window_sides)
    group    (n,) int64, index of the database that a frame comes from
    """

    frames: NDArray[np.float32]
    classes: NDArray[np.int64]
    sides: NDArray[np.int8]
    group: NDArray[np.int64]


def learnt_from(data: FrameSet, sides: tuple[int, ...], context: int) -> FrameSet:
    """Keep the frames that windows of these sides are made of, end to end, and nothing else.

    Batch norm sees all frames of a sequence, whatever their weight: what must not be learnt from must not be there.
    """
    counted = np.isin(data.sides, sides)
    ends = np.concatenate([[0], np.cumsum(counted)])
    first = np.arange(len(counted))
    kept = ends[np.minimum(first + context, len(counted))] > ends[first]
    of_windows = np.where(counted, data.sides, np.int8(0))
    return FrameSet(data.frames[kept], data.classes[kept], of_windows[kept], data.group[kept])


def frame_weights(data: FrameSet, counted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weight of each counted frame, the larger the rarer its class and database are; mean 1, and 0 elsewhere."""
    cell = data.group * (data.classes.max() + 1) + data.classes
    sizes = np.bincount(cell[counted]).astype(float)
    weight = np.zeros(len(cell))
    weight[counted] = sizes[cell[counted]] ** -POWER
    weight /= weight[counted].mean()
    return weight


class Sequences:
    """Draws epochs. `sampling` draws more of what is rare, `weights` weighs it more, `none` does neither.

    loss_weight  (n,) float32, of each frame when it is the newest of a window; 0 where it does not count
    size         sequences an epoch: each counted frame once, on average
    """

    def __init__(self, data: FrameSet, sides: tuple[int, ...], context: int, balance: Balance, seed: int) -> None:
        self._first_output, self._balance, self._seed = context - 1, balance, seed
        self._frames = len(data.frames)
        counted = np.isin(data.sides, sides)
        weight = frame_weights(data, counted)
        drawn = weight if balance == "sampling" else counted.astype(float)
        self._drawn = np.concatenate([[0.0], np.cumsum(drawn)])
        self.loss_weight = (weight if balance == "weights" else counted).astype(np.float32)
        self.size = int(np.ceil(counted.sum() / OUTPUTS))

    @property
    def length(self) -> int:
        """Frames of one sequence."""
        return self._first_output + OUTPUTS

    def epoch(self, number: int, most: int | None = None) -> NDArray[np.int32]:
        """First frames of epoch `number`'s sequences, the same for the same seed; outputs never overlap."""
        random = np.random.default_rng([self._seed, number])
        starts = np.arange(random.integers(OUTPUTS), self._frames - self.length + 1, OUTPUTS, dtype=np.int32)
        content = self._drawn[starts + self.length] - self._drawn[starts + self._first_output]
        size = self.size if most is None else min(self.size, most)
        if self._balance == "sampling":
            return random.choice(starts, size, p=content / content.sum())
        return random.permutation(starts[content > 0])[:size]
