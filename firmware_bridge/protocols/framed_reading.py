"""Frames between zero bytes -> what they hold: one frame after the other, or many together in lockstep.

Live, a frame or a few come at a time, and a plain step a frame is cheapest. Of a recording, or after a stall, come
thousands: those of equal length are rows of one table, and every step is one for all rows.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols import cobs, framed

TOGETHER_FROM = 24  # frames; fewer are faster one by one (measured with 1 to 20 samples a frame)
SHORTEST = framed.HEADER.size + framed.CRC_BYTES


@dataclass(frozen=True)
class Part:
    """Data frames of one layout.

    place   (frames,) int64, which they are among all that the bytes held
    counts  (frames, samples, channels) int32
    number  (frames,) int64, of the first sample of each
    g       (frames, 3) float32 acceleration, None where the layout has none
    """

    place: NDArray[np.int64]
    counts: NDArray[np.int32]
    number: NDArray[np.int64]
    g: NDArray[np.float32] | None

    @property
    def samples(self) -> int:
        """In each frame."""
        return int(self.counts.shape[1])

    def number_by_sample(self) -> NDArray[np.int64]:
        """(frames * samples,), beginning anew after framed.WRAP."""
        if self.samples == 1:
            return self.number
        return ((self.number[:, None] + np.arange(self.samples)) & (framed.WRAP - 1)).ravel()

    def g_by_sample(self) -> NDArray[np.float32]:
        """(frames * samples, 3), NaN where the layout has none."""
        if self.g is None:
            return np.full((len(self.place) * self.samples, 3), np.nan, np.float32)
        return self.g.repeat(self.samples, axis=0)


@dataclass(frozen=True)
class Found:
    """What bytes held: data frames by layout, hello frames by their place among all, bytes in what was neither.

    Zeros separate, and are never counted: one may belong to the frame before it or after.
    """

    parts: list[Part]
    hellos: dict[int, bytes]
    skipped: int


def read(line: bytes, channels: int) -> Found:
    """Read bytes of which the last is zero; data frames of another number of channels belong to no board of ours."""
    if line.count(b"\0") < 2 * TOGETHER_FROM:  # a frame has a zero on either side
        return _each(line, channels)
    return _together(line, channels)


def _each(line: bytes, channels: int) -> Found:
    frames: dict[tuple[bytes, int], list[tuple[int, bytes]]] = {}  # by head and length
    hellos: dict[int, bytes] = {}
    skipped = 0
    for place, block in enumerate(filter(None, line.split(b"\0"))):
        frame = cobs.decode(block) if len(block) <= framed.MAX_BLOCK else None
        if frame is None or len(frame) < SHORTEST or framed.crc(frame):
            skipped += len(block)
            continue
        kind = frame[: framed.HEAD_BYTES], len(frame)
        if kind in frames:
            frames[kind].append((place, frame))
        elif (layout := framed.layout_of(*kind)) is not None and layout.channels == channels:
            frames[kind] = [(place, frame)]
        elif frame[0] == framed.HELLO:
            hellos[place] = frame
        else:
            skipped += len(block)
    parts = []
    for kind, found in frames.items():
        layout = framed.layout_of(*kind)
        assert layout is not None
        rows = np.frombuffer(b"".join([frame for _, frame in found]), np.uint8).reshape(len(found), -1)
        parts.append(_part(layout, np.array([place for place, _ in found]), rows))
    return Found(parts, hellos, skipped)


def _part(layout: framed.Layout, place: NDArray[np.int64], rows: NDArray[np.uint8]) -> Part:
    """Read (frames, length) bytes."""
    head, body = framed.HEADER.size, framed.HEADER.size + layout.body
    number = rows[:, framed.HEAD_BYTES : head].copy().view("<u2")[:, 0].astype(np.int64)
    counts = framed.counts_of(rows[:, head:body].copy(), layout.width)
    g = None
    if layout.imu:
        axes = rows[:, body : -framed.CRC_BYTES].copy().view("<i2")
        g = axes.astype(np.float32) / np.float32(framed.COUNTS_PER_G)
    return Part(place, counts.reshape(-1, layout.samples, layout.channels), number, g)


def _together(line: bytes, channels: int) -> Found:
    blocks = cobs.decode_blocks(line, framed.MAX_BLOCK)
    parts: list[Part] = []
    hellos: dict[int, bytes] = {}
    used = 0
    for length in np.unique(blocks.lengths).tolist():
        if length < SHORTEST:
            continue
        place = np.flatnonzero(blocks.lengths == length)
        rows = blocks.data[blocks.offsets[place, None] + np.arange(length)]
        right = _crc(rows) == 0
        place, rows = place[right], rows[right]
        while len(place):  # a board has few layouts, and mostly one of a length
            alike = (rows[:, : framed.HEAD_BYTES] == rows[0, : framed.HEAD_BYTES]).all(axis=1)
            layout = framed.layout_of(rows[0, : framed.HEAD_BYTES].tobytes(), length)
            taken = place[alike]
            if layout is not None and layout.channels == channels:
                parts.append(_part(layout, taken, rows[alike]))
            elif rows[0, 0] == framed.HELLO:
                hellos.update((int(at), row.tobytes()) for at, row in zip(taken, rows[alike], strict=True))
            else:
                taken = taken[:0]
            used += int(blocks.stuffed[taken].sum())
            place, rows = place[~alike], rows[~alike]
    return Found(parts, hellos, blocks.ignored + int(blocks.stuffed.sum()) - used)


@cache
def _two_bytes() -> NDArray[np.uint16]:
    """(65536,) what the CRC's register becomes when two bytes were added onto it."""
    value = np.arange(1 << 16, dtype=np.uint16)
    for _ in range(16):
        value = ((value << 1) ^ np.where(value & 0x8000, 0x1021, 0)).astype(np.uint16)
    return value


def _crc(rows: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """(frames,) CRC of each row, two bytes a step; of an odd length the first one alone."""
    table = _two_bytes()
    value = np.full(len(rows), framed.CRC_START, np.uint16)
    alone = rows.shape[1] % 2
    if alone:
        value = (value << 8) ^ table[(value >> 8) ^ rows[:, 0]]
    for column in np.ascontiguousarray(rows[:, alone:]).view(">u2").T.astype(np.uint16):
        value = table[value ^ column]
    return value
