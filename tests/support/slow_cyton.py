"""A parser of the Cyton's packets that takes a byte at a time, as most do: the slow, plain reference.

Written from OpenBCI's documentation alone ('Cyton Data Format'); nothing is shared with the package.
"""

import itertools
from dataclasses import dataclass


@dataclass
class SlowSample:
    number: int
    counts: list[int]
    auxiliary: bytes
    stop: int


class SlowCyton:
    """Push bytes, get samples. A start byte whose stop byte does not fit is passed over, and the search goes on."""

    def __init__(self) -> None:
        self._bytes: list[int] = []

    def push(self, data: bytes) -> list[SlowSample]:
        samples = []
        for byte in data:
            self._bytes.append(byte)
            while self._bytes and self._bytes[0] != 0xA0:
                self._bytes.pop(0)
            if len(self._bytes) < 33:
                continue
            if 0xC0 <= self._bytes[32] <= 0xCF:
                samples.append(_sample(self._bytes))
                self._bytes = []
            else:
                self._bytes.pop(0)
        return samples


def _sample(packet: list[int]) -> SlowSample:
    counts = []
    for channel in range(8):
        high, middle, low = packet[2 + 3 * channel : 5 + 3 * channel]
        count = (high << 16) | (middle << 8) | low
        if count & 0x800000:
            count -= 1 << 24
        counts.append(count)
    return SlowSample(packet[1], counts, bytes(packet[26:32]), packet[32])


def daisy_samples(samples: list[SlowSample]) -> list[tuple[int, list[int]]]:
    """Join an even packet (channels 9-16) with the odd one right after it (1-8): (even counter, 16 counts)."""
    return [
        (even.number, odd.counts + even.counts)
        for even, odd in itertools.pairwise(samples)
        if even.number % 2 == 0 and odd.number == even.number + 1
    ]
