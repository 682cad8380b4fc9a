"""Consistent Overhead Byte Stuffing (Cheshire and Baker 1999): a frame without a zero byte, so that zero can end it.

Every zero is replaced by the distance to the next one; a first byte gives the distance to the first. A distance of
255 spans 254 bytes after which there was no zero.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RUN = 254  # bytes without a zero that one distance can span


def encode(frame: bytes) -> bytes:
    """Stuff a frame; the zero that ends it on the line is not part of the result."""
    stuffed = bytearray()
    parts = frame.split(b"\0")
    for index, part in enumerate(parts):
        runs = len(part) // RUN
        for run in range(runs):
            stuffed.append(RUN + 1)
            stuffed += part[run * RUN : (run + 1) * RUN]
        rest = part[runs * RUN :]
        if rest or not runs or index + 1 < len(parts):  # a full run at the very end needs nothing after it
            stuffed.append(len(rest) + 1)
            stuffed += rest
    return bytes(stuffed)


def decode(block: bytes) -> bytes | None:
    """Unstuff what stood between two zeros; None when it is no stuffed frame."""
    frame = bytearray(block)
    spans: list[int] = []  # places of distances that follow a full run and stand for no zero
    place, size = 0, len(frame)
    while place < size:
        distance = frame[place]
        if not distance:
            return None
        frame[place] = 0
        place += distance
        if distance > RUN and place < size:
            spans.append(place)
    if place != size or not size:
        return None
    for span in reversed(spans):
        del frame[span]
    del frame[0]
    return bytes(frame)


@dataclass(frozen=True)
class Blocks:
    """Frames unstuffed together, those that were well stuffed, in order.

    data     uint8, the bytes of all frames, one after the other
    offsets  (frames,) int64, where each begins in `data`
    lengths  (frames,) int64, in bytes
    stuffed  (frames,) int64, bytes that each took on the line, without the zeros around it
    ignored  bytes in blocks that were no stuffed frame
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    lengths: NDArray[np.int64]
    stuffed: NDArray[np.int64]
    ignored: int


def decode_blocks(line: bytes, longest: int) -> Blocks:
    """Unstuff all that `line`, whose last byte is zero, holds; blocks of more than `longest` bytes are ignored."""
    raw = np.frombuffer(line, np.uint8)
    zeros = np.flatnonzero(raw == 0)
    starts = np.concatenate([[0], zeros[:-1] + 1])
    taken = (zeros > starts) & (zeros - starts <= longest)
    ignored = int((zeros - starts)[(zeros - starts) > longest].sum())
    starts, stops = starts[taken], zeros[taken]
    data, valid, spans = _walk(raw, starts, stops)

    # In place, a frame is its block less the first byte and less the spans.
    lengths = stops - starts - 1
    if len(spans):
        keep = np.ones(len(data), np.bool_)
        keep[spans] = False
        before = np.concatenate([[0], np.cumsum(~keep)])
        lengths -= before[stops] - before[starts]
        data, offsets = data[keep], starts + 1 - before[starts]
    else:
        offsets = starts + 1
    sizes = stops - starts
    return Blocks(data, offsets[valid], lengths[valid], sizes[valid], ignored + int(sizes[~valid].sum()))


def _walk(
    raw: NDArray[np.uint8], starts: NDArray[np.int64], stops: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.int64]]:
    """Follow the distances of all blocks in lockstep, putting zeros back: a step for each zero of the fullest block.

    A block that has come to its end stays there: the zero at its end is a distance of nothing.
    """
    data = raw.copy()
    place, furthest = starts.copy(), starts.copy()
    spans: list[NDArray[np.int64]] = []
    spanning = bool(len(starts)) and int((stops - starts).max()) > RUN
    while (place < stops).any():
        distance = data[place]
        data[place] = 0
        place = place + distance
        if spanning:
            spans.append(place[(distance > RUN) & (place < stops)])
        np.maximum(furthest, place, out=furthest)
        np.minimum(place, stops, out=place)
    return data, furthest == stops, np.sort(np.concatenate(spans)) if spans else np.zeros(0, np.int64)
