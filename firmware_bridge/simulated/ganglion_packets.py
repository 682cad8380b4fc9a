"""The simulated Ganglion's samples to notifications, as its firmware makes them."""

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols.ganglion import (
    ACCELERATION_BYTE,
    CHANNELS,
    LENGTH,
    PACKETS,
    PADDING,
    WIDE,
    pack_deltas,
    pack_raw,
    pack_upper,
)

RESTING = (0, 0, 62)  # what the accelerometer's three bytes say while the board lies flat: 1 g on z


class Notifications:
    """Counts samples and packs them by twos.

    In firmware 2, sample 0 of a cycle goes alone and raw, then one with an odd number and its successor go together.
    In firmware 3, as it is documented, one with an even number and its successor do. How wide the two are is
    settled by the accelerometer when the first of them is taken.
    """

    def __init__(self, version: int) -> None:
        self._deltas = version < 3
        self._cycle = 2 * PACKETS - 1 if self._deltas else 2 * WIDE
        self.restart()

    def restart(self) -> None:
        """Count from 0, as when streaming begins; a sample that waits for its second is dropped."""
        self._number = 0  # of the next sample
        self._last = np.zeros((1, CHANNELS), np.int64)
        self._waiting = np.empty((0, CHANNELS), np.int64)
        self._waiting_width = 19

    def pack(self, counts: NDArray[np.int32], accelerometer: bool) -> list[tuple[bytes, int]]:
        """(n, 4) counts -> notifications, and how many samples each holds."""
        samples = np.concatenate([self._waiting, counts.astype(np.int64)])
        number = (self._number - len(self._waiting) + np.arange(len(samples))) % self._cycle
        width = np.full(len(samples), 18 if accelerometer else 19)
        width[: len(self._waiting)] = self._waiting_width
        self._number = (self._number + len(counts)) % self._cycle

        alone = self._deltas & (number == 0)
        first = np.flatnonzero(number % 2 == (1 if self._deltas else 0))
        whole = first[first + 1 < len(samples)]
        packets = np.zeros((len(samples), LENGTH), np.uint8)  # a row for each sample that opens one
        packets[alone, 1:13] = pack_raw(samples[alone])
        packets[alone, 13:] = np.frombuffer(PADDING, np.uint8)
        values = np.concatenate([self._last, samples[:-1]]) - samples if self._deltas and len(samples) else samples
        place = (number + self._deltas) // 2
        for bits in (18, 19):
            rows = whole[width[whole] == bits]
            pairs = np.stack([values[rows], values[rows + 1]], axis=1)
            packets[rows, 1 : 1 + bits] = pack_deltas(pairs, bits) if self._deltas else pack_upper(pairs, bits)
            packets[rows, 0] = place[rows] + (WIDE if bits == 19 else 0)
        narrow = whole[width[whole] == 18]
        # The byte keeps what it had: x goes with 1, 11 and so on, y with 2, 12, z with all others.
        packets[narrow, ACCELERATION_BYTE] = np.array([2, 0, 1, *[2] * 7]).take(place[narrow] % 10).choose(RESTING)

        held = 1 if len(first) and first[-1] == len(samples) - 1 else 0
        self._waiting = samples[len(samples) - held :]
        if held:
            self._waiting_width = int(width[-1])
        done = len(samples) - held
        if done:
            self._last = samples[done - 1 : done]
        opens = np.flatnonzero(alone | np.isin(np.arange(len(samples)), whole))
        return [(packets[row].tobytes(), 1 if alone[row] else 2) for row in opens]
