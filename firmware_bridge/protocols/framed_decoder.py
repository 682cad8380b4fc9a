"""The framed packet's stream: bytes cut anywhere -> samples in order of arrival."""

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import framed, framed_reading
from emg_edge.firmware_bridge.protocols.decoding import Decoded, StreamDecoder


class FramedDecoder(StreamDecoder):
    """Decodes the data frames of a board of so many channels.

    Hello frames between them are passed over; one that says that the board is idle, after it had streamed, tells
    that it was started anew: then nothing more will come.
    """

    wrap = framed.WRAP

    def __init__(self, channels: int, *, imu: bool = False) -> None:
        self.channels = channels
        self._imu = imu
        self.reset()

    def reset(self) -> None:
        self._kept = b""
        self._overlong = False  # what has come since the last zero is more than any frame, and was passed over
        self._streamed = False
        self._g = np.full((1, 3), np.nan, np.float32)

    def push(self, data: bytes) -> Decoded:
        line, skipped = self._whole(data)
        found = framed_reading.read(line, self.channels)
        skipped += found.skipped
        ended = self._ended(found)
        if not found.parts:
            g = np.zeros((0, 3), np.float32) if self._imu else None
            return Decoded(np.zeros((0, self.channels), np.int32), np.zeros(0, np.int64), skipped, g, ended)
        counts = [part.counts.reshape(-1, self.channels) for part in found.parts]
        number = [part.number_by_sample() for part in found.parts]
        if len(found.parts) == 1:
            g = self._newest(found.parts[0].g_by_sample()) if self._imu else None
            return Decoded(counts[0], number[0], skipped, g, ended)
        # Each layout's frames are in order; put those of all layouts into one.
        order = np.concatenate([np.repeat(part.place, part.samples) for part in found.parts]).argsort(kind="stable")
        g = np.concatenate([part.g_by_sample() for part in found.parts])[order] if self._imu else None
        g = None if g is None else self._newest(g)
        return Decoded(np.concatenate(counts)[order], np.concatenate(number)[order], skipped, g, ended)

    def _whole(self, data: bytes) -> tuple[bytes, int]:
        """Cut after the last zero and keep the rest; returns also the bytes passed over for being too long a frame."""
        line = self._kept + data
        end = line.rfind(b"\0") + 1
        line, self._kept = line[:end], line[end:]
        skipped = 0
        if end and self._overlong:
            skipped = line.find(b"\0")
            line, self._overlong = line[skipped:], False
        if self._overlong or len(self._kept) > framed.MAX_BLOCK:
            skipped += len(self._kept)
            self._kept, self._overlong = b"", True
        return line, skipped

    def _newest(self, g: NDArray[np.float32]) -> NDArray[np.float32]:
        """Fill (n, 3) accelerations, NaN where a frame had none, with the newest that was known."""
        known = ~np.isnan(g[:, 0])
        newest = np.maximum.accumulate(np.where(known, np.arange(1, len(g) + 1), 0))
        filled = np.concatenate([self._g, g])[newest]
        self._g = filled[-1:]
        return filled

    def _ended(self, found: framed_reading.Found) -> str:
        if not found.hellos:
            self._streamed = self._streamed or bool(found.parts)
            return ""
        first = min((int(part.place[0]) for part in found.parts), default=None)
        for place, frame in found.hellos.items():
            streamed = self._streamed or (first is not None and first < place)
            if streamed and _says_idle(frame):
                return "the board was started anew and does not stream any more"
        self._streamed = self._streamed or first is not None
        return ""


def _says_idle(frame: bytes) -> bool:
    try:
        return not framed.read_hello(frame).streaming
    except BoardError:
        return False
