"""A packet of Bluegiga's BGAPI 1 on a serial line: its framing, and how a message becomes one and is read from one.

A packet is a header of four bytes (event bit and the length's high bits, the length's low bits, group, number) and
its payload, little-endian, which may end in an array with its own length byte. There is no checksum.
A command and its response share group and number; who sent it tells them apart.
"""

import struct
from collections.abc import Callable
from typing import Any, ClassVar, Self

HEADER_BYTES = 4
EVENT = 0x80  # first byte of an event; that of commands and responses is 0
# Longest array that a Bluetooth 4 link carries: 31 bytes of advertisement; an attribute has 22 at most. It is a limit
# so that a damaged header cannot make a parser wait for hundreds of bytes.
MAX_ARRAY = 31
MAX_CONNECTIONS = 8  # the dongle's firmware has 3; no Bluegiga module has more than 8


class Message:
    """One packet: a frozen dataclass whose fields follow `layout` (struct's letters) and, if `tail`, end in bytes."""

    event: ClassVar[bool]
    group: ClassVar[int]
    number: ClassVar[int]
    layout: ClassVar[str]
    tail: ClassVar[bool]
    fixed: ClassVar[int]  # payload bytes before the array

    def __init_subclass__(
        cls, *, group: int = -1, number: int = -1, layout: str = "", tail: bool = False, **others: Any
    ) -> None:
        super().__init_subclass__(**others)
        if group < 0:  # Command, Response, Event
            return
        cls.group, cls.number, cls.layout, cls.tail = group, number, "<" + layout, tail
        cls.fixed = struct.calcsize(cls.layout)
        register = COMMANDS if issubclass(cls, Command) else ANSWERS
        register[cls.event, group, number] = cls

    def pack(self) -> bytes:
        values = list(vars(self).values())  # in the order of the fields
        array = b""
        if self.tail:
            value = values.pop()
            array = bytes([len(value)]) + value
        payload = struct.pack(self.layout, *values) + array
        return bytes([EVENT if self.event else 0, len(payload), self.group, self.number]) + payload

    @classmethod
    def unpack(cls, payload: bytes) -> Self:
        """The payload's lengths must fit: `parse` and the splitter see to it."""
        make: Callable[..., Self] = cls  # a subclass is a dataclass with fields of its own
        values = struct.unpack(cls.layout, payload[: cls.fixed])
        return make(*values, payload[cls.fixed + 1 :]) if cls.tail else make(*values)


class Command(Message):
    event = False


class Response(Message):
    event = False


class Event(Message):
    event = True


COMMANDS: dict[tuple[bool, int, int], type[Message]] = {}  # from the host
ANSWERS: dict[tuple[bool, int, int], type[Message]] = {}  # from the dongle


def parse(packet: bytes, known: dict[tuple[bool, int, int], type[Message]]) -> Message | None:
    """Read one whole packet; None if it is none of the `known`, or its lengths disagree."""
    if len(packet) < HEADER_BYTES or packet[0] & 0x7F or len(packet) != HEADER_BYTES + packet[1]:
        return None
    kind = known.get((packet[0] == EVENT, packet[2], packet[3]))
    payload = packet[HEADER_BYTES:]
    if kind is None:
        return None
    if kind.tail:
        array = len(payload) - kind.fixed - 1
        fits = 0 <= array <= MAX_ARRAY and payload[kind.fixed] == array
    else:
        fits = len(payload) == kind.fixed
    return kind.unpack(payload) if fits else None
