"""What a Bluetooth host is asked to do with a peripheral, and what it tells, as bytes.

With native Bluetooth there is no wire of the board's own: the operating system hands over whole notifications. As
bytes, a client and a decoder treat them as what comes from any other port. Both ends are in one process: bytes that
are no message are a defect of ours.

A message is its kind (a byte), the length of what follows (two bytes, little-endian), and its fields, each after its
own length (two bytes).
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

HEADER_BYTES = 3
LENGTH_BYTES = 2


class Message:
    """One message: a frozen dataclass whose fields are text or bytes. UUIDs are written out in lower case."""

    kind: ClassVar[int]
    is_text: ClassVar[tuple[bool, ...]]  # of each field

    def __init_subclass__(cls, *, kind: int) -> None:
        super().__init_subclass__()
        cls.kind = kind
        cls.is_text = tuple(of is str for of in inspect.get_annotations(cls).values())
        _KINDS[kind] = cls

    def pack(self) -> bytes:
        body = b""
        for value in vars(self).values():  # in the order of the fields
            field = value.encode() if isinstance(value, str) else value
            body += len(field).to_bytes(LENGTH_BYTES, "little") + field
        return bytes([self.kind]) + len(body).to_bytes(LENGTH_BYTES, "little") + body


_KINDS: dict[int, type[Message]] = {}

# --- the host is asked ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Find(Message, kind=1):
    """Look for a peripheral until it is there: by its address, else the start of its name, else a service it offers."""

    address: str
    service: str
    name: str


@dataclass(frozen=True)
class Connect(Message, kind=2):
    """Connect to what was found."""


@dataclass(frozen=True)
class Read(Message, kind=3):
    uuid: str


@dataclass(frozen=True)
class Write(Message, kind=4):
    uuid: str
    value: bytes


@dataclass(frozen=True)
class Subscribe(Message, kind=5):
    """Be told each new value of a characteristic."""

    uuid: str


@dataclass(frozen=True)
class Disconnect(Message, kind=6):
    pass


# --- it tells ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heard(Message, kind=0x81):
    """A peripheral with a name, or with the service, is in reach and is not the one that is looked for; told once."""

    address: str
    name: str


@dataclass(frozen=True)
class Found(Message, kind=0x82):
    address: str
    name: str


@dataclass(frozen=True)
class Done(Message, kind=0x83):
    """What was asked last has been done."""


@dataclass(frozen=True)
class Value(Message, kind=0x84):
    """The answer to Read."""

    value: bytes


@dataclass(frozen=True)
class Absent(Message, kind=0x85):
    """The peripheral has no such characteristic: the answer to Read, Write and Subscribe."""

    uuid: str


@dataclass(frozen=True)
class Notified(Message, kind=0x86):
    uuid: str
    value: bytes


def messages(data: bytes) -> Iterator[tuple[Message, int]]:
    """Read the whole messages in `data` one by one, each with the place where it ends. Raises ValueError."""
    at = 0
    while at + HEADER_BYTES <= len(data):
        end = at + HEADER_BYTES + int.from_bytes(data[at + 1 : at + HEADER_BYTES], "little")
        if end > len(data):
            return
        yield _unpack(data[at], data[at + HEADER_BYTES : end]), end
        at = end


def read(data: bytes) -> tuple[list[Message], int]:
    """Read all whole messages in `data`; returns them and how many bytes they take up."""
    found = list(messages(data))
    return [message for message, _ in found], found[-1][1] if found else 0


def _unpack(kind: int, body: bytes) -> Message:
    cls = _KINDS.get(kind)
    if cls is None:
        raise ValueError(f"no message of kind {kind}")
    values: list[str | bytes] = []
    at = 0
    for is_text in cls.is_text:
        begin = at + LENGTH_BYTES
        at = begin + int.from_bytes(body[at:begin], "little")
        values.append(body[begin:at].decode() if is_text else body[begin:at])
    if at != len(body):
        raise ValueError(f"{len(body)} bytes are no {cls.__name__}")
    return cls(*values)


def uuid_text(short: int) -> str:
    """Write out a 16-bit UUID of the Bluetooth standard."""
    return f"0000{short:04x}-0000-1000-8000-00805f9b34fb"
