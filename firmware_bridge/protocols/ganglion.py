"""The Ganglion's notifications, both ways: 20 bytes, of which the first says what follows.

    identifier     what follows
    0              firmware 2: one sample as it is, 4 x 24 bits, and padding
    1-100          firmware 2: two samples as 18-bit differences, and a byte of acceleration
    101-200        firmware 2: two samples as 19-bit differences
    0-99           firmware 3: the upper 18 bits of two samples, and a byte of acceleration
    100-199        firmware 3: the upper 19 bits of two samples
    201-205        impedance of channels 1 to 4 and of the reference: ohms in ASCII, then Z
    206, 207       a piece of text; 207 is the last piece

Numbers lie bit after bit, the most significant first, channel after channel, the earlier sample first. The lowest bit
of an 18- or 19-bit number is not its own: it repeats the sign. A difference is the earlier sample minus the later one,
and the sign is told by that bit alone, so that all others carry magnitude: a reader that takes the highest bit for the
sign, as BrainFlow's does, has half the reach. In exchange an even negative and an odd positive difference arrive
one count too high and too low.
"""

import re

import numpy as np
from numpy.typing import NDArray

NAME = "Ganglion"  # begins the advertised name; firmware 3 goes on with ' 1.3', see `version_of`
SERVICE = "fe84"
NOTIFY = "2d30c082f39f4ce6923f3484ea480596"
WRITE = "2d30c083f39f4ce6923f3484ea480596"
DISCONNECT = "2d30c084f39f4ce6923f3484ea480596"

CHANNELS = 4
RATE_HZ = 200.0
LIMITS = (-(2**23), 2**23 - 1)  # of the 24-bit converter
UV_PER_COUNT = 1.2e6 / (8388607 * 1.5 * 51)  # reference in uV over full scale, converter's and amplifier's gain

LENGTH = 20  # bytes of a notification with samples: what a Bluetooth 4.0 packet holds
PACKETS = 101  # of a cycle in firmware 2: one raw and a hundred with two samples each
WIDE = 100  # added to the identifier where numbers have 19 bits
IMPEDANCE, TEXT, LAST_TEXT = 201, 206, 207  # impedance: of channel 1, the others follow
PADDING = b"ABCDEFG"  # fills a raw sample's notification

ACCELERATION_BYTE = 19  # where 18-bit notifications carry it
G_PER_COUNT = 0.016  # of one byte, at the +-2 g that the firmware sets


def version_of(name: str) -> int:
    """Tell the firmware's major version by the advertised name: 'Ganglion-1a2b' is 2, 'Ganglion 1.3.0-1a2b' is 3."""
    return 3 if name.startswith(f"{NAME} 1.3") else 2


def revision_of(said: bytes) -> str:
    """Read the firmware's version as the board says it, such as '2.0.1'; '' if it says none."""
    text = said.decode("ascii", "replace")
    return text if re.match(r"[1-9]\.", text) else ""


def notes(board: str, revision: str) -> tuple[str, ...]:
    """What the user should be told of a board with this firmware, a sentence each."""
    old = (
        "its firmware 2 tells samples by their differences: after a lost notification the signal may be offset until "
        "the next whole sample, for up to a second; firmware 3 does without"
    )
    return (f"{board}, firmware {revision}", *((old,) if int(revision[0]) < 3 else ()))


def _windows(width: int) -> tuple[NDArray[np.intp], NDArray[np.uint32]]:
    """Locate the eight numbers: the four bytes that hold each, and how far to shift them right."""
    start = 8 + width * np.arange(8)  # bits; the identifier takes the first eight
    first = np.minimum(start // 8, LENGTH - 4)
    return (first[:, None] + np.arange(4)).ravel(), (8 * (first + 4) - (start + width)).astype(np.uint32)


_WINDOWS = {width: _windows(width) for width in (18, 19)}


def _unpack(packets: NDArray[np.uint8], width: int) -> NDArray[np.int64]:
    """(m, 20) notifications -> (m, 8) numbers of `width` bits, without their sign."""
    where, shift = _WINDOWS[width]
    words = packets.take(where, axis=1).view(">u4")
    return ((words >> shift) & ((1 << width) - 1)).astype(np.int64)


def _pack(numbers: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """(m, 8) numbers, of which the lowest `width` bits count -> (m, width) bytes."""
    words = (numbers & ((1 << width) - 1)).astype(">u4").view(np.uint8).reshape(-1, 8, 4)
    bits = np.unpackbits(words, axis=2)[:, :, 32 - width :]
    return np.packbits(bits.reshape(-1, 8 * width), axis=1)


def _with_sign(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the lowest bit to the sign."""
    return (numbers & ~1) | (numbers < 0)


def unpack_deltas(packets: NDArray[np.uint8], width: int) -> NDArray[np.int64]:
    """(m, 20) notifications -> (m, 2, 4) differences, earlier minus later, in counts."""
    bits = _unpack(packets, width)
    return (bits - ((bits & 1) << width)).reshape(-1, 2, CHANNELS)


def pack_deltas(deltas: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """(m, 2, 4) differences -> (m, width) bytes. One that does not fit loses its upper bits, as on the board."""
    return _pack(_with_sign(deltas.reshape(-1, 8)), width)


def unpack_upper(packets: NDArray[np.uint8], width: int) -> NDArray[np.int64]:
    """(m, 20) notifications -> (m, 2, 4) counts, whose lower 24 - width + 1 bits are zero."""
    bits, half = _unpack(packets, width), 1 << (width - 1)
    return ((((bits ^ half) - half) & ~1) << (24 - width)).reshape(-1, 2, CHANNELS)


def pack_upper(counts: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """(m, 2, 4) counts -> (m, width) bytes."""
    return _pack(_with_sign(counts.reshape(-1, 8) >> (24 - width)), width)


def unpack_raw(packets: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(m, 20) notifications -> (m, 4) counts."""
    high, middle, low = packets[:, 1:13].reshape(-1, CHANNELS, 3).astype(np.int64).transpose(2, 0, 1)
    return ((high ^ 0x80) - 0x80) << 16 | middle << 8 | low


def pack_raw(counts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """(m, 4) counts -> (m, 12) bytes."""
    return counts.astype(">i4").view(np.uint8).reshape(-1, CHANNELS, 4)[:, :, 1:].reshape(-1, 12)
