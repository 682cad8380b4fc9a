"""A parser of a Myo's notifications on a BLED112 that takes a byte at a time, as most do: the slow, plain reference.

Written from Bluegiga's and Thalmic's descriptions alone; nothing is shared with the package.
"""

from dataclasses import dataclass, field

EMG_HANDLES = (0x2B, 0x2E, 0x31, 0x34)
IMU_HANDLE = 0x1C
# Event bit, length, attribute client, attribute value, connection 0; then handle, 0, notification, length.
EMG_HEADERS = [[0x80, 21, 4, 5, 0, handle, 0, 1, 16] for handle in EMG_HANDLES]
IMU_HEADER = [0x80, 25, 4, 5, 0, IMU_HANDLE, 0, 1, 20]


@dataclass
class SlowMyo:
    """Push bytes; samples (8 counts each), their numbers modulo 8 and accelerations in g gather in the lists."""

    samples: list[list[int]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    accelerations_g: list[list[float]] = field(default_factory=list)
    _bytes: list[int] = field(default_factory=list)

    def push(self, data: bytes) -> None:
        for byte in data:
            self._bytes.append(byte)
            while self._bytes and not _may_begin(self._bytes):
                self._bytes.pop(0)
            if len(self._bytes) >= 9 and len(self._bytes) == 9 + self._bytes[8]:
                self._take(self._bytes)
                self._bytes = []

    def _take(self, packet: list[int]) -> None:
        handle, value = packet[5], packet[9:]
        if handle == IMU_HANDLE:
            words = [_signed(low | high << 8, 16) for low, high in zip(value[::2], value[1::2], strict=True)]
            self.accelerations_g.append([word / 2048 for word in words[4:7]])
            return
        for half in range(2):
            self.samples.append([_signed(byte, 8) for byte in value[8 * half : 8 * half + 8]])
            self.numbers.append(2 * EMG_HANDLES.index(handle) + half)


def _may_begin(received: list[int]) -> bool:
    shown = received[:9]
    return any(shown == header[: len(shown)] for header in [*EMG_HEADERS, IMU_HEADER])


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >= 1 << bits - 1 else value
