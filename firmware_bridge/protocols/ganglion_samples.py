"""The Ganglion's notifications to samples: what both links, the dongle and native Bluetooth, have in common.

A lost notification of firmware 2 leaves an unknown offset, as every sample is told by its difference to the one
before. We go on with the offset that results, a step that any high-pass filter takes out, until the next raw sample
puts it right: to drop up to a second of signal for each lost notification would be worse. For the same reason a
notification that comes again, or late, is dropped: its differences would be applied in the wrong place.
"""

import abc

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols.decoding import Decoded
from emg_edge.firmware_bridge.protocols.ganglion import (
    ACCELERATION_BYTE,
    CHANNELS,
    G_PER_COUNT,
    LIMITS,
    PACKETS,
    WIDE,
    unpack_deltas,
    unpack_raw,
    unpack_upper,
)

LATE = 8  # notifications; one that lies so far back or less is late, one farther back is nearly a whole cycle ahead

# What an identifier says in firmware 2. Tables for bytes: at one notification a call, numpy's overhead is what counts.
_IDENTIFIERS = np.arange(256)
_PLACES = np.where(_IDENTIFIERS > WIDE, _IDENTIFIERS - WIDE, _IDENTIFIERS)  # in the cycle, raw is 0
_PLACE = _PLACES.astype(np.uint8).tobytes()
_NUMBERS = 2 * _PLACES[:, None] + np.array([-1, 0])  # of both samples; raw has only the second, which is number 0
_WIDTH = bytes([0]) + bytes([18]) * WIDE + bytes([19]) * (255 - WIDE)
_PAIR = np.array([0, 1])
_CYCLES = bytes(range(PACKETS)) * 3  # from any place, two whole cycles in order


def ganglion_samples(version: int, accelerometer: bool = False) -> "GanglionSamples":
    """Make the decoder for a firmware's major version."""
    return UpperSamples(accelerometer) if version >= 3 else DeltaSamples(accelerometer)


class GanglionSamples(abc.ABC):
    """Notifications in, samples out, in any portions.

    wrap  as of a StreamDecoder
    """

    wrap: int

    def __init__(self, accelerometer: bool) -> None:
        self._accelerometer = accelerometer
        self.reset()

    def reset(self) -> None:
        self._g = np.full(3, np.nan, np.float32)

    @abc.abstractmethod
    def push(self, packets: NDArray[np.uint8]) -> Decoded:
        """(m, 20) notifications that hold samples, in order of arrival -> their samples."""

    def _acceleration(self, packets: NDArray[np.uint8], narrow: NDArray[np.bool_]) -> NDArray[np.float32] | None:
        """(2 m, 3) g, the newest of each axis: identifiers that end in 1, 2, 3 carry x, y, z."""
        if not self._accelerometer:
            return None
        known = np.empty((len(packets), 3), np.float32)
        g = packets[:, ACCELERATION_BYTE].view(np.int8) * np.float32(G_PER_COUNT)
        ends, place = packets[:, 0] % 10, np.arange(len(packets))
        for axis in range(3):
            newest = np.maximum.accumulate(np.where(narrow & (ends == axis + 1), place, -1))
            known[:, axis] = np.where(newest >= 0, g[newest], self._g[axis])
        self._g = known[-1].copy()
        return known.repeat(2, axis=0)

    def _nothing(self) -> Decoded:
        g = np.empty((0, 3), np.float32) if self._accelerometer else None
        return Decoded(np.empty((0, CHANNELS), np.int32), np.empty(0, np.int64), acceleration=g)


class DeltaSamples(GanglionSamples):
    """Firmware 2. Begins with the first raw sample, of which the board sends one every 201."""

    wrap = 2 * PACKETS - 1

    def reset(self) -> None:
        super().reset()
        self._last = np.zeros(CHANNELS, np.int64)  # counts of the newest sample
        self._anchored = False  # whether a raw sample has come
        self._arrived = -1  # place in its cycle of the notification that came last
        self._behind = 0  # how far that was behind the newest, zero or less

    def push(self, packets: NDArray[np.uint8]) -> Decoded:
        packets = self._in_order(packets)
        identifiers = packets[:, 0].tobytes()
        if not self._anchored:
            first = identifiers.find(0)
            self._anchored = first >= 0
            packets = packets[first:] if self._anchored else packets[:0]
            identifiers = packets[:, 0].tobytes()
        if not identifiers:
            return self._nothing()
        width = np.frombuffer(identifiers.translate(_WIDTH), np.uint8)
        raw = width == 0 if 0 in identifiers else None
        counts = self._follow(packets, self._deltas(packets, width), raw).reshape(-1, CHANNELS)
        number = _NUMBERS.take(packets[:, 0], axis=0).ravel()
        g = self._acceleration(packets, width == 18)
        if raw is not None:
            real = number >= 0
            counts, number, g = counts[real], number[real], None if g is None else g[real]
        counts = np.minimum(np.maximum(counts, LIMITS[0]), LIMITS[1])
        return Decoded(counts.astype(np.int32), number, acceleration=g)

    def _deltas(self, packets: NDArray[np.uint8], width: NDArray[np.uint8]) -> NDArray[np.int64]:
        """(m, 2, 4) differences, which are zero in a raw notification."""
        lowest = int(width.min())
        if lowest == 19:
            return unpack_deltas(packets, 19)
        if lowest == 18 == int(width.max()):
            return unpack_deltas(packets, 18)
        choice = width[:, None, None]
        return np.where(choice == 19, unpack_deltas(packets, 19), unpack_deltas(packets, 18) * (choice == 18))

    def _follow(
        self, packets: NDArray[np.uint8], deltas: NDArray[np.int64], raw: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """Sum up the differences from the newest sample on, and anew from each raw one -> (m, 2, 4) counts."""
        counts: NDArray[np.int64] = self._last - deltas.reshape(-1, CHANNELS).cumsum(axis=0).reshape(-1, 2, CHANNELS)
        if raw is not None:
            correction = np.zeros((np.count_nonzero(raw) + 1, CHANNELS), np.int64)
            correction[1:] = unpack_raw(packets[raw]) - counts[raw, 1]
            counts += correction[np.cumsum(raw)][:, None]
        self._last = counts[-1, 1].copy()
        return counts

    def _in_order(self, packets: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Drop what comes again or late."""
        places = packets[:, 0].tobytes().translate(_PLACE)
        if not places:
            return packets
        if self._arrived < 0:
            self._arrived = places[0] - 1
        expected = (self._arrived + 1) % PACKETS
        if not self._behind and places == _CYCLES[expected : expected + len(places)]:
            self._arrived = places[-1]
            return packets
        place = np.concatenate(([self._arrived], np.frombuffer(places, np.uint8).astype(np.int64)))
        position = self._behind + np.cumsum(
            (place[1:] - place[:-1] + LATE) % PACKETS - LATE
        )  # 0 is the newest of the last portion
        newest = np.maximum.accumulate(np.concatenate(([0], position)))
        self._arrived, self._behind = places[-1], int(position[-1] - newest[-1])
        return packets[position > newest[:-1]]


class UpperSamples(GanglionSamples):
    """Firmware 3: each notification stands for itself.

    OpenBCI documents 200 samples in notifications 0 to 99. By a defect that its authors describe, the release 3.0.0
    counts to 201: a notification 100 follows, and of number 0 then only one sample was ever written, over leftovers.
    Once a number 100 has been seen, number 0 is passed over, and 1 to 100 hold the 200 samples of a cycle: the one
    that is never sent whole does not count. (Switching the accelerometer off exactly between two cycles would look
    the same: nothing of ours switches it while streaming.)
    """

    wrap = 2 * WIDE

    def reset(self) -> None:
        super().reset()
        self._long_cycle = False
        self._previous = 2 * WIDE - 1  # identifier that came last; streams begin with 19 bits

    def push(self, packets: NDArray[np.uint8]) -> Decoded:
        if not len(packets):
            return self._nothing()
        identifier = packets[:, 0].astype(np.int64)
        narrow = self._narrow(identifier)
        place = identifier - WIDE * ~narrow
        counts, g = self._counts(packets, narrow), self._acceleration(packets, narrow)
        if self._long_cycle or (place == WIDE).any():
            long_cycle = np.logical_or.accumulate(place == WIDE) | self._long_cycle
            self._long_cycle = True
            whole = ~(long_cycle & (place == 0))
            place = place[whole] - long_cycle[whole]
            counts, g = counts[whole], None if g is None else g[whole.repeat(2)]
        number = 2 * place[:, None] + _PAIR
        return Decoded(counts.astype(np.int32).reshape(-1, CHANNELS), number.ravel(), acceleration=g)

    def _narrow(self, identifier: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether 18 bits. 100 is number 0 of those with 19, or the number 100 of release 3.0.0 after number 99."""
        before = np.concatenate(([self._previous], identifier[:-1]))
        self._previous = int(identifier[-1])
        hundredth = (identifier == WIDE) & (before < WIDE) & (before >= WIDE - LATE)
        narrow: NDArray[np.bool_] = (identifier < WIDE) | hundredth
        return narrow

    def _counts(self, packets: NDArray[np.uint8], narrow: NDArray[np.bool_]) -> NDArray[np.int64]:
        if not narrow.any():
            return unpack_upper(packets, 19)
        if narrow.all():
            return unpack_upper(packets, 18)
        return np.where(narrow[:, None, None], unpack_upper(packets, 18), unpack_upper(packets, 19))
