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
_STARTS = bytes([START]) * MAX_RUN
_BEGINNING = (b"", bytes([START]))  # of a packet of which the rest is to come
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
        pieces: list[tuple[int, int]] = []  # from where to where whole packets lie
        at = skipped = 0
        while True:
            if size := SIZE * self._follow(buffer, at):
                pieces.append((at, at + size))
                at += size
            elif len(buffer) - at < SIZE and buffer[at : at + 1] in _BEGINNING:
                break
            else:
                place, sure = _judge(buffer, at)
                if place > at:
                    skipped += place - at
                    at, self._counter = place, -1
                if not sure:
                    break
                self._counter, self._stop = (buffer[at + 1] + 1) & 0xFF, buffer[at + SIZE - 1]
                pieces.append((at, at + SIZE))
                at += SIZE
        self._kept = buffer[at:]
        if skipped == 0:  # then they lie without a gap, as nearly always
            return np.frombuffer(buffer, np.uint8, at).reshape(-1, SIZE) if at else NO_PACKETS, 0
        whole = b"".join([buffer[start:stop] for start, stop in pieces])
        return np.frombuffer(whole, np.uint8).reshape(-1, SIZE), skipped

    def _follow(self, buffer: bytes, at: int) -> int:
        """Count the packets from `at` that follow the one before, or are followed by the one after; they are taken."""
        n = min((len(buffer) - at) // SIZE, MAX_RUN)
        if n <= 0 or self._counter < 0:
            return 0
        end = at + n * SIZE
        if (
            buffer[at + 1 : end : SIZE] == _COUNTING[self._counter : self._counter + n]
            and buffer[at:end:SIZE] == _STARTS[:n]
            and buffer[at + SIZE - 1 : end : SIZE] == bytes((self._stop,)) * n
        ):  # nothing is missing, as nearly always
            self._counter = (self._counter + n) & 0xFF
            return n
        if n == 1:
            return 0
        packets = np.frombuffer(buffer, np.uint8, n * SIZE, at).reshape(n, SIZE)
        fits = (packets[:, 0] == START) & (packets[:, SIZE - 1] == self._stop)
        n = n if fits.all() else int(fits.argmin())
        if not n:
            return 0
        counter = packets[:n, 1]
        follows = np.zeros(n + 1, bool)
        follows[0] = counter[0] == self._counter
        np.equal(counter[1:] - counter[:-1], 1, out=follows[1:-1])
        sure = follows[:-1] | follows[1:]
        n = n if sure.all() else int(sure.argmin())
        if n:
            self._counter = (int(counter[n - 1]) + 1) & 0xFF
        return n


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
