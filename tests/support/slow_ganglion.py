"""The Ganglion's notifications decoded a byte and a number at a time: the oracle for the fast decoder, and its bench.

Written from OpenBCI's documentation and firmware, not from our decoder: it shares nothing with it.
"""


class SlowGanglion:
    """`take` a notification: its samples, [(number, (a, b, c, d)), ...]; firmware 2 or 3 as documented."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.last: list[int] | None = None

    def take(self, packet: bytes) -> list[tuple[int, tuple[int, ...]]]:
        identifier = packet[0]
        if self.version == 2 and identifier == 0:
            self.last = [from_24_bits(packet[1 + 3 * k : 4 + 3 * k]) for k in range(4)]
            return [(0, tuple(self.last))]
        narrow = identifier <= 100 if self.version == 2 else identifier < 100
        width, place = (18, identifier) if narrow else (19, identifier - 100)
        numbers = take_bits(packet[1:], width)
        samples: list[tuple[int, tuple[int, ...]]] = []
        for half in range(2):
            four = numbers[4 * half : 4 * half + 4]
            if self.version == 2:
                if self.last is None:
                    return []
                self.last = [last - sign_below(bits, width) for last, bits in zip(self.last, four, strict=True)]
                samples.append((2 * place - 1 + half, tuple(self.last)))
            else:
                samples.append((2 * place + half, tuple(upper(bits, width) for bits in four)))
        return samples


def from_24_bits(three: bytes) -> int:
    value = three[0] * 65536 + three[1] * 256 + three[2]
    return value - 16777216 if three[0] > 127 else value


def take_bits(data: bytes, width: int) -> list[int]:
    """Eight numbers, bit after bit."""
    numbers: list[int] = []
    value = have = 0
    for byte in data:
        for place in (7, 6, 5, 4, 3, 2, 1, 0):
            value = value * 2 + (byte >> place & 1)
            have += 1
            if have == width and len(numbers) < 8:
                numbers.append(value)
                value = have = 0
    return numbers


def sign_below(bits: int, width: int) -> int:
    """Read a difference: ones above it if its lowest bit is one."""
    return bits - (1 << width) if bits % 2 else bits


def upper(bits: int, width: int) -> int:
    """Read the upper bits of a count: its highest bit is the sign, and the lowest only repeats it."""
    value = bits - (1 << width) if bits >> (width - 1) else bits
    return (value - value % 2) * (1 << (24 - width))
