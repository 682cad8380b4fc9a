"""The OpenBCI Cyton's stream, with and without Daisy: 33-byte packets to samples.

With a Daisy the packets alternate: an even counter carries the Daisy's channels 9-16, the odd one after it the board's
1-8 (OpenBCI's documentation, '16 Channel Data with Daisy Module'). As BrainFlow does, those two are one sample.
"""

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols import cyton_framing as framing
from emg_edge.firmware_bridge.protocols.decoding import Decoded, StreamDecoder

RATE_HZ, DAISY_RATE_HZ = 250.0, 125.0
G_PER_COUNT = 0.002 / 16  # the LIS3DH at +-4 g: 2 mg a digit, its 12 bits left-aligned in 16
DAISY_CHANNELS = 2 * framing.CHANNELS


class CytonDecoder(StreamDecoder):
    """8 channels. A packet after a gap is given with the one that follows it, 4 ms later: see the framing."""

    channels = framing.CHANNELS
    wrap = 256

    def __init__(self) -> None:
        self._framer = framing.Framer()
        self._acceleration = _Acceleration()

    def push(self, data: bytes) -> Decoded:
        packets, skipped = self._framer.push(data)
        number = packets[:, 1].astype(np.int64)
        acceleration = self._acceleration.of(packets) if self.acceleration_wanted else None
        return Decoded(framing.read_counts(packets), number, skipped, acceleration)

    def reset(self) -> None:
        self._framer.reset()
        self._acceleration.reset()


class DaisyDecoder(StreamDecoder):
    """16 channels. Half a pair, or two halves that do not follow one another, are no sample."""

    channels = DAISY_CHANNELS
    wrap = 128

    def __init__(self) -> None:
        self._framer = framing.Framer()
        self._acceleration = _Acceleration()
        self._half = framing.NO_PACKETS  # the Daisy's, while the board's is awaited

    def push(self, data: bytes) -> Decoded:
        packets, skipped = self._framer.push(data)
        if len(packets) == 1:  # the usual case: as they arrive
            return self._push_one(packets, skipped)
        if not len(packets):
            return Decoded(_NO_COUNTS, _NO_NUMBER, skipped, _NO_ACCELERATION)
        packets = np.concatenate([self._half, packets])
        counter = packets[:, 1]
        first, second = counter[:-1], counter[1:]
        whole = ((first & 1 == 0) & (second - first == 1)).nonzero()[0]
        self._half = packets[-1:] if not counter[-1] & 1 else framing.NO_PACKETS
        counts = framing.read_counts(packets)[np.stack([whole + 1, whole], axis=1)]  # the board's channels come first
        acceleration = self._acceleration.of(packets)[whole + 1]
        number = first[whole].astype(np.int64) // 2
        return Decoded(counts.reshape(-1, DAISY_CHANNELS), number, skipped, acceleration)

    def _push_one(self, packet: NDArray[np.uint8], skipped: int) -> Decoded:
        acceleration, counter, half = self._acceleration.of(packet), int(packet[0, 1]), self._half
        self._half = framing.NO_PACKETS if counter & 1 else packet
        if not counter & 1 or not len(half) or int(half[0, 1]) + 1 != counter:
            return Decoded(_NO_COUNTS, _NO_NUMBER, skipped, _NO_ACCELERATION)
        counts = framing.read_counts(np.concatenate([packet, half])).reshape(1, DAISY_CHANNELS)
        return Decoded(counts, np.array([counter // 2]), skipped, acceleration)

    def reset(self) -> None:
        self._framer.reset()
        self._acceleration.reset()
        self._half = framing.NO_PACKETS


_NO_COUNTS = np.empty((0, DAISY_CHANNELS), np.int32)
_NO_NUMBER = np.empty(0, np.int64)
_NO_ACCELERATION = np.empty((0, 3), np.float32)


class _Acceleration:
    """Holds the newest reading: a packet without one has zeros, which no board on Earth measures on all axes."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._newest = np.full((1, 3), np.nan, np.float32)  # replaced, never written to: it may be handed out

    def of(self, packets: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(n, 33) bytes -> (n, 3) float32 in g."""
        n = len(packets)
        if n == 1 and packets.tobytes()[framing.AUXILIARY] == _NO_READING:
            return self._newest
        if not n:
            return _NO_ACCELERATION
        raw = np.ndarray((n, 3), ">i2", packets, framing.AUXILIARY.start, (framing.SIZE, 2)).astype(np.int16)
        new = (raw[:, 0] | raw[:, 1] | raw[:, 2]).astype(bool)
        new &= packets[:, -1] == framing.STOP | framing.KIND_ACCELERATION
        newest = np.maximum.accumulate(np.where(new, np.arange(1, n + 1), 0))
        held: NDArray[np.float32] = np.concatenate([self._newest, raw * np.float32(G_PER_COUNT)])[newest]
        self._newest = held[-1:].copy()
        return held


_NO_READING = bytes(6)
