"""Our own packet for home-made boards: what stands in a frame, both ways. docs/framed-packet.md is its description.

A frame is stuffed (COBS) and stands between zero bytes. Numbers are little endian, as AVR, ARM and ESP32 have them in
memory, so that a board sends its buffer as it lies there; only the CRC has its high byte first, because then the CRC
of a whole frame is 0.
"""

import struct
from binascii import crc_hqx
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import cobs

VERSION = 1
DATA, HELLO = ord("D"), ord("H")
ASK_HELLO, START, STOP, TO_FRAMES = b"?", b"b", b"s", b"f"

WRAP = 1 << 16  # samples after which the 16-bit sample number begins anew
MAX_CHANNELS = 64
MAX_FRAME = 1024  # bytes before stuffing, CRC included: what a small microcontroller can hold twice
MAX_BLOCK = MAX_FRAME + MAX_FRAME // cobs.RUN + 1  # the same after stuffing
MAX_NAME = 32  # bytes

CRC_START, CRC_BYTES = 0xFFFF, 2  # CRC-16/CCITT-FALSE: polynomial 0x1021, neither reflected nor inverted
HEADER = struct.Struct("<BBBBBH")  # type, version, samples, channels, layout, number of the first sample
HEAD_BYTES = 5  # of it before the number: equal in frames of one kind
WIDTH_BITS, IMU_BIT = 0x0F, 0x10  # of the layout byte
IMU = struct.Struct("<3h")
COUNTS_PER_G = 2048  # of the acceleration: 16 bits are then just the +-16 g of the usual sensors
WIDTHS = (2, 3)  # bytes a count: a microcontroller's converter or an audio one; an EMG front end of 24 bits

_HELLO = struct.Struct("<BBBBBBBBIfiiB")  # up to the length of the name
STREAMING_BIT, HAS_IMU_BIT = 0x01, 0x02  # of the hello's flags
UNITS = ("count", "uV")  # by unit code


def crc(frame: bytes) -> int:
    """CRC-16/CCITT-FALSE; 0x29B1 for b'123456789', and 0 for a frame that carries its own."""
    return crc_hqx(frame, CRC_START)


def on_the_line(frame: bytes) -> bytes:
    """Add the CRC, stuff, and put a zero on either side: whatever stood before is cut off."""
    return b"\0" + cobs.encode(frame + crc(frame).to_bytes(CRC_BYTES, "big")) + b"\0"


def count_limits(width: int) -> tuple[int, int]:
    """Lowest and highest count that `width` bytes can say."""
    return -(1 << (8 * width - 1)), (1 << (8 * width - 1)) - 1


@dataclass(frozen=True)
class Layout:
    """How the bytes of one data frame are laid out; `width` is bytes a count."""

    samples: int
    channels: int
    width: int
    imu: bool

    @property
    def body(self) -> int:
        """Bytes of the counts."""
        return self.samples * self.channels * self.width

    @property
    def frame(self) -> int:
        """Bytes before stuffing, CRC included."""
        return HEADER.size + self.body + IMU.size * self.imu + CRC_BYTES


@lru_cache(maxsize=256)  # a board has one or two; what noise makes up is forgotten
def layout_of(head: bytes, length: int) -> Layout | None:
    """Read the bytes before the number of a frame of `length` bytes; None when it is no data frame of this version."""
    if len(head) < HEAD_BYTES:
        return None
    kind, version, samples, channels, code = head
    layout = Layout(samples, channels, code & WIDTH_BITS, bool(code & IMU_BIT))
    ours = kind == DATA and version == VERSION and not code & ~(WIDTH_BITS | IMU_BIT) and layout.width in WIDTHS
    fits = samples > 0 and 0 < channels <= MAX_CHANNELS and layout.frame == length <= MAX_FRAME
    return layout if ours and fits else None


def encode_data(
    counts: NDArray[np.int32], number: int, width: int, acceleration_g: tuple[float, float, float] | None = None
) -> bytes:
    """(n, channels) counts, 1 <= n <= 255, the first being sample `number` -> a frame as it stands on the line."""
    samples, channels = counts.shape
    code = width | (IMU_BIT if acceleration_g is not None else 0)
    head = HEADER.pack(DATA, VERSION, samples, channels, code, number % WRAP)
    body = np.ascontiguousarray(counts, "<i4").reshape(-1, 1).view(np.uint8)[:, :width].tobytes()
    tail = b""
    if acceleration_g is not None:
        lowest, highest = count_limits(2)
        tail = IMU.pack(*(min(max(round(axis * COUNTS_PER_G), lowest), highest) for axis in acceleration_g))
    return on_the_line(head + body + tail)


def counts_of(body: NDArray[np.uint8], width: int) -> NDArray[np.int32]:
    """(..., n * width) bytes -> (..., n) counts."""
    if width == 2:
        return body.view("<i2").astype(np.int32)
    wide = np.zeros((*body.shape[:-1], body.shape[-1] // width, 4), np.uint8)
    wide[..., 1:] = body.reshape(*body.shape[:-1], -1, width)  # the low byte stays empty, so that the sign is right
    return wide.view("<i4")[..., 0] >> 8


@dataclass(frozen=True)
class Hello:
    """What a board says of itself.

    rate_hz    samples a second
    width      bytes a count
    unit       'uV', or 'count' where the board does not know what a count is worth
    per_count  the unit's worth of one count
    limits     lowest and highest count of the converter
    firmware   its version, major and minor
    """

    name: str
    channels: int
    rate_hz: float
    width: int
    unit: str
    per_count: float
    limits: tuple[int, int]
    firmware: tuple[int, int] = (0, 0)
    imu: bool = False
    streaming: bool = False


def encode_hello(hello: Hello) -> bytes:
    """Encode a frame as it stands on the line."""
    name = hello.name.encode()[:MAX_NAME]
    flags = STREAMING_BIT * hello.streaming | HAS_IMU_BIT * hello.imu
    major, minor = hello.firmware
    unit = UNITS.index(hello.unit)
    rate_millihertz = round(hello.rate_hz * 1000)
    head = _HELLO.pack(
        HELLO,
        VERSION,
        flags,
        hello.channels,
        hello.width,
        unit,
        major,
        minor,
        rate_millihertz,
        hello.per_count,
        *hello.limits,
        len(name),
    )
    return on_the_line(head + name)


def read_hello(frame: bytes) -> Hello:
    """Read an unstuffed hello frame whose CRC was right; raises BoardError naming what no board of ours would say."""
    if frame[1] != VERSION:
        raise BoardError(
            f"the board speaks version {frame[1]} of the framed packet and this emg-edge version {VERSION}; "
            "bring the older of the two up to date"
        )
    if len(frame) < _HELLO.size + CRC_BYTES or len(frame) != _HELLO.size + frame[_HELLO.size - 1] + CRC_BYTES:
        raise BoardError(
            f"the board's hello frame has {len(frame)} bytes; "
            f"expected {_HELLO.size + CRC_BYTES} and its name (docs/framed-packet.md)"
        )
    flags, channels, width, unit, major, minor, rate_millihertz, per_count, lowest, highest = _HELLO.unpack_from(frame)[
        2:-1
    ]
    name = frame[_HELLO.size : -CRC_BYTES].decode(errors="replace")
    wrong = {
        f"{channels} channels (1 to {MAX_CHANNELS})": not 1 <= channels <= MAX_CHANNELS,
        f"{width} bytes a count (2 or 3)": width not in WIDTHS,
        f"unit {unit} (0 for counts, 1 for uV)": unit >= len(UNITS),
        "a rate of 0 (above 0 mHz)": not rate_millihertz,
        f"a scale of {per_count:g} (finite and above 0)": not 0 < per_count < float("inf"),
        f"counts from {lowest} to {highest} (rising, within {width} bytes)": width in WIDTHS
        and not count_limits(width)[0] <= lowest < highest <= count_limits(width)[1],
    }
    for what, is_so in wrong.items():
        if is_so:
            raise BoardError(f"the board's hello frame says {what}; see docs/framed-packet.md")
    return Hello(
        name="".join(letter if letter.isprintable() else "?" for letter in name),
        channels=channels,
        rate_hz=rate_millihertz / 1000,
        width=width,
        unit=UNITS[unit],
        per_count=per_count,
        limits=(lowest, highest),
        firmware=(major, minor),
        imu=bool(flags & HAS_IMU_BIT),
        streaming=bool(flags & STREAMING_BIT),
    )
