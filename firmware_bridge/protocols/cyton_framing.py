"""The Cyton's 33-byte packets on the wire: their layout, writing them, and finding them in a stream of bytes.

0xA0, packet counter, 8 x 24-bit signed big-endian counts, 6 auxiliary bytes, 0xC0 | kind. There is no checksum, and
0xA0 and 0xC0 are ordinary data bytes too, so that a packet is known by its neighbours: start and stop byte alone
would take one in about 4 000 places of any data for a packet, and data that hold still could deceive for ever.
Layout: OpenBCI's documentation, 'Cyton Data Format'.
"""

import numpy as np
from numpy.typing import NDArray

SIZE = 33
START, STOP = 0xA0, 0xC0  # the stop byte's low half is the kind of the auxiliary bytes
KIND_ACCELERATION, KIND_AUXILIARY = 0x0, 0x1
KIND_STAMP_SET_ACCELERATION, KIND_STAMPED_ACCELERATION = 0x3, 0x4
KIND_STAMP_SET_AUXILIARY, KIND_STAMPED_AUXILIARY = 0x5, 0x6
CHANNELS = 8
COUNTS, AUXILIARY = slice(2, 26), slice(26, 32)
LIMITS = (-(1 << 23), (1 << 23) - 1)

# A packet that does not follow the one before it is judged by what comes after it: by the start and the counter of
# its successor, and of the successor of any other place, up to its last byte but one, where a packet could begin.
LOOK_AHEAD = 2 * SIZE
MAX_RUN = 1024  # packets judged at one stroke: a bad one in between makes no more than these be looked at again

NO_PACKETS = np.empty((0, SIZE), np.uint8)
_START = bytes([START])
_COUNTING = bytes(range(256)) * (MAX_RUN // 256 + 2)


def write_packets(
    counts: NDArray[np.int32], counter: NDArray[np.integer], auxiliary: NDArray[np.uint8], kind: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """(n, 8) counts, (n,) packet counter (its low byte is sent), (n, 6) bytes, (n,) kinds -> (n, 33) bytes."""
    n = len(counts)
    packets = np.empty((n, SIZE), np.uint8)
    packets[:, 0] = START
    packets[:, 1] = np.asarray(counter) & 0xFF
    packets[:, COUNTS] = counts.astype(">i4").view(np.uint8).reshape(n, CHANNELS, 4)[:, :, 1:].reshape(n, -1)
    packets[:, AUXILIARY] = auxiliary
    packets[:, SIZE - 1] = STOP | kind
    return packets


def read_counts(packets: NDArray[np.uint8]) -> NDArray[np.int32]:
    """(n, 33) contiguous bytes -> (n, 8) int32 counts."""
    n = len(packets)
    if not n:
        return np.empty((0, CHANNELS), np.int32)
    # Four bytes for each three: the one too many in front is pushed out, and the sign comes back from the right place.
    wide = np.ndarray((n, CHANNELS), ">i4", packets, COUNTS.start - 1, (SIZE, 3)).astype(np.int32)
    wide <<= 8
    wide >>= 8
    return wide


class Framer:
    """Finds packets, wherever the bytes are cut; what it finds does not depend on the cuts.

    A packet at the expected place, of the same kind as the one before and with the next counter, is taken at once.
    Any other waits for the bytes of its successor, and is taken unless a place inside it continues better.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._kept = b""
        self._counter = -1  # that the next packet has if it follows the one before; -1 when the place is not known
        self._stop = -1

    def push(self, data: bytes) -> tuple[NDArray[np.uint8], int]:
        """Bytes -> (n, 33) packets, and how many bytes belonged to none and were passed over."""
        buffer = self._kept + data if self._kept else bytes(data)
        n = len(buffer) // SIZE
        if n and self._all_follow(buffer, n):  # the usual case: whole packets, one after the other
            self._kept = buffer[n * SIZE :]
            self._counter = (self._counter + n) & 0xFF
            return np.frombuffer(buffer, np.uint8, n * SIZE).reshape(n, SIZE), 0
        if not n and buffer[:1] == _START:
            self._kept = buffer
            return NO_PACKETS, 0
        found: list[NDArray[np.uint8]] = []
        at = skipped = 0
        while True:
            run = self._run(buffer, at)
            if len(run):
                found.append(run)
                at += run.size
                continue
            place, sure = _judge(buffer, at)
            if place > at:
                skipped += place - at
                at, self._counter = place, -1
            if not sure:
                break
            found.append(np.frombuffer(buffer, np.uint8, SIZE, at).reshape(1, SIZE))
            self._counter, self._stop = (buffer[at + 1] + 1) & 0xFF, buffer[at + SIZE - 1]
            at += SIZE
        self._kept = buffer[at:]
        if len(found) == 1:
            return found[0], skipped
        return np.concatenate(found) if found else NO_PACKETS, skipped

    def _all_follow(self, buffer: bytes, n: int) -> bool:
        """Whether there are n packets, each following the one before, and nothing else but a next one's beginning."""
        end = n * SIZE
        return (
            self._counter >= 0
            and n <= MAX_RUN
            and buffer[0 : end + 1 : SIZE] == _START * (n + (len(buffer) > end))
            and buffer[SIZE - 1 : end : SIZE] == bytes((self._stop,)) * n
            and buffer[1:end:SIZE] == _COUNTING[self._counter : self._counter + n]
        )

    def _run(self, buffer: bytes, at: int) -> NDArray[np.uint8]:
        """Take packets from `at` for as long as each follows the one before it, or is followed by the one after."""
        n = min((len(buffer) - at) // SIZE, MAX_RUN)
        if n <= 0 or self._counter < 0:
            return NO_PACKETS
        packets = np.frombuffer(buffer, np.uint8, n * SIZE, at).reshape(n, SIZE)
        fits = (packets[:, 0] == START) & (packets[:, SIZE - 1] == self._stop)
        packets = packets[: n if fits.all() else int(fits.argmin())]
        if not len(packets):
            return packets
        follows = np.empty(len(packets) + 1, bool)
        follows[0], follows[-1] = packets[0, 1] == self._counter, False
        np.equal(np.diff(packets[:, 1]), 1, out=follows[1:-1])
        sure = follows[:-1] | follows[1:]
        packets = packets[: len(sure) if sure.all() else int(sure.argmin())]
        if len(packets):
            self._counter = (int(packets[-1, 1]) + 1) & 0xFF
        return packets


def _judge(buffer: bytes, at: int) -> tuple[int, bool]:
    """Find the first place from `at` where a packet may begin, and whether enough is there to take it for one."""
    place = _next_fitting(buffer, at, len(buffer))
    while len(buffer) - place >= LOOK_AHEAD:
        best, score = place, _score(buffer, place)
        last = place + SIZE - 1  # a stop byte is no start byte
        other = _next_fitting(buffer, place + 1, last)
        while score < 2 and other < last:
            if (other_score := _score(buffer, other)) > score:
                best, score = other, other_score
            other = _next_fitting(buffer, other + 1, last)
        if best == place:
            return place, True
        place = best
    return place, False


def _next_fitting(buffer: bytes, at: int, end: int) -> int:
    """Find the first place in [at, end) where a packet may begin, as far as its bytes are there; `end` if none."""
    while (at := buffer.find(START, at, end)) >= 0:
        stop = at + SIZE - 1
        if stop >= len(buffer) or buffer[stop] & 0xF0 == STOP:
            return at
        at += 1
    return end


def _score(buffer: bytes, at: int) -> int:
    """Say how well a packet goes on: 2 with the next counter, 1 with any packet, 0 not at all."""
    if buffer[at + SIZE] != START:
        return 0
    return 2 if buffer[at + SIZE + 1] == (buffer[at + 1] + 1) & 0xFF else 1
