"""What a stream's decoder gives: whole samples, and what the bytes say of those that are missing."""

import abc

import msgspec
import numpy as np
from numpy.typing import NDArray


class Decoded(msgspec.Struct, frozen=True):
    """What some bytes held.

    counts        (n, channels) int32, raw counts as the converter gave them
    number        (n,) int64, position of each sample in the board's own counting, 0..wrap-1; zeros where wrap is 0
    skipped       bytes that belonged to no whole, valid frame, and were passed over
    acceleration  (n, 3) float32 in g, the newest known at each sample (NaN before the first), None without an IMU, and
                  where nobody wants it
    ended         why no more will come, where the board or its dongle says so (it disconnected), else ''
    """

    counts: NDArray[np.int32]
    number: NDArray[np.int64]
    skipped: int = 0
    acceleration: NDArray[np.float32] | None = None
    ended: str = ""


class StreamDecoder(abc.ABC):
    """Bytes in, samples out, wherever the bytes are cut; vectorised, without a Python loop a sample.

    channels  of a sample
    wrap      samples after which the board's counting begins anew; 0 when it does not count
    acceleration_wanted  set by the reader: without, a decoder may leave it out where that is less work

    A frame that fails its checks is passed over, byte for byte counted in `skipped`, and decoding goes on with the
    next that is whole. Repeated and reordered frames are handed on as they come: their numbers tell.
    Bytes kept for later are bounded: less than two frames.
    """

    channels: int
    wrap: int
    acceleration_wanted: bool = True

    @abc.abstractmethod
    def push(self, data: bytes) -> Decoded: ...

    @abc.abstractmethod
    def reset(self) -> None:
        """Forget bytes that were kept, and all else that belongs to the past."""
