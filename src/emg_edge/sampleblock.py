"""What a board hands to the loop."""

import msgspec
import numpy as np
from numpy.typing import NDArray


class SampleBlock(msgspec.Struct, frozen=True):
    """Consecutive samples as they arrived.

    samples    (n, channels) float32, in the unit of the board's Source
    arrived_s  when the newest sample was there for the host to take, on time.monotonic()'s clock
    lost       samples known to be missing just before this block
    movement   (n,) int16 truth, where the board knows it (replay, synthetic), else None
    acceleration  (n, 3) float32 in g, where the board has an IMU, else None
    """

    samples: NDArray[np.float32]
    arrived_s: float
    lost: int = 0
    movement: NDArray[np.int16] | None = None
    acceleration: NDArray[np.float32] | None = None

    def first(self, n: int) -> "SampleBlock":
        """Return the first n samples of it."""
        if n >= len(self.samples):
            return self
        movement = None if self.movement is None else self.movement[:n]
        acceleration = None if self.acceleration is None else self.acceleration[:n]
        return SampleBlock(self.samples[:n], self.arrived_s, self.lost, movement, acceleration)
