"""The framed packet read one byte at a time, as a first implementation would: an oracle, and what a bench beats."""

import struct
from dataclasses import dataclass

VERSION = 1


def _table() -> list[int]:
    entries = []
    for index in range(256):
        value = index << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
        entries.append(value)
    return entries


CRC_TABLE = _table()


@dataclass(frozen=True)
class Frame:
    """One data frame: number of its first sample, a row of counts a sample, acceleration in 1/2048 g or None."""

    number: int
    rows: list[list[int]]
    acceleration: tuple[int, int, int] | None


class SlowParser:
    """Unstuffs and checks while the bytes come in."""

    def __init__(self) -> None:
        self.hellos: list[bytes] = []
        self._begin()

    def _begin(self) -> None:
        self._frame = bytearray()
        self._crc = 0xFFFF
        self._left = 0  # bytes until the next distance
        self._zero = False  # whether that distance stands for a zero
        self._wrong = False

    def _add(self, byte: int) -> None:
        self._frame.append(byte)
        self._crc = (self._crc << 8 & 0xFF00) ^ CRC_TABLE[self._crc >> 8 ^ byte]

    def push(self, data: bytes) -> list[Frame]:
        frames = []
        for byte in data:
            if byte == 0:
                frame = None if self._wrong or self._left or self._crc else self._read()
                if frame is not None:
                    frames.append(frame)
                self._begin()
            elif self._wrong:
                continue
            elif self._left == 0:
                if self._zero:
                    self._add(0)
                self._left = byte - 1
                self._zero = byte != 255
            else:
                self._add(byte)
                self._left -= 1
            if len(self._frame) > 1024:
                self._wrong = True
        return frames

    def _read(self) -> Frame | None:
        frame = self._frame
        if len(frame) < 4 or frame[1] != VERSION:
            return None
        if frame[0] == ord("H"):
            self.hellos.append(bytes(frame))
            return None
        if frame[0] != ord("D") or len(frame) < 9:
            return None
        samples, channels, layout = frame[2], frame[3], frame[4]
        width, imu = layout & 15, layout & 16
        if not samples or not channels or layout & 0xE0 or width not in (2, 3):
            return None
        if len(frame) != 7 + samples * channels * width + (6 if imu else 0) + 2:
            return None
        place = 7
        rows = []
        for _ in range(samples):
            row = []
            for _ in range(channels):
                row.append(int.from_bytes(frame[place : place + width], "little", signed=True))
                place += width
            rows.append(row)
        acceleration = struct.unpack_from("<3h", frame, place) if imu else None
        return Frame(frame[5] | frame[6] << 8, rows, acceleration)
