"""A simulated Bluetooth peripheral as a dongle sees it: what it advertises, and its table of attributes."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from emg_edge.firmware_bridge.protocols.bgapi_codes import (
    INVALID_HANDLE,
    INVALID_LENGTH,
    OK,
    READ_NOT_PERMITTED,
    WRITE_NOT_PERMITTED,
)

# UUIDs of the attribute protocol, least significant byte first.
PRIMARY_SERVICE = bytes([0x00, 0x28])
CHARACTERISTIC = bytes([0x03, 0x28])
DESCRIPTOR = bytes([0x02, 0x29])  # switches a characteristic's notifications (bit 0) and indications (bit 1)
# Properties of a characteristic.
CAN_READ, CAN_WRITE_COMMAND, CAN_WRITE, CAN_NOTIFY, CAN_INDICATE = 0x02, 0x04, 0x08, 0x10, 0x20
_SUBSCRIBABLE = CAN_NOTIFY | CAN_INDICATE
_WRITABLE = CAN_WRITE | CAN_WRITE_COMMAND


@dataclass
class Attribute:
    """One row of the table. `last` is the last handle of a service's group, else its own."""

    handle: int
    uuid: bytes
    value: bytes
    readable: bool = True
    writable: bool = False
    last: int = 0


@dataclass(frozen=True)
class Characteristic:
    """`handle` is its value's; its declaration comes one before, its descriptor, if it has one, one after."""

    handle: int
    uuid: bytes
    properties: int
    value: bytes = b""

    def rows(self) -> list[Attribute]:
        declared = struct.pack("<BH", self.properties, self.handle) + self.uuid
        rows = [
            Attribute(self.handle - 1, CHARACTERISTIC, declared),
            Attribute(
                self.handle,
                self.uuid,
                self.value,
                readable=bool(self.properties & CAN_READ),
                writable=bool(self.properties & _WRITABLE),
            ),
        ]
        if self.properties & _SUBSCRIBABLE:
            rows.append(Attribute(self.handle + 1, DESCRIPTOR, bytes(2), writable=True))
        return rows


@dataclass(frozen=True)
class Service:
    """`handle` is its declaration's."""

    handle: int
    uuid: bytes
    characteristics: tuple[Characteristic, ...] = field(default=())

    def rows(self) -> list[Attribute]:
        rows = [row for characteristic in self.characteristics for row in characteristic.rows()]
        last = rows[-1].handle if rows else self.handle
        return [Attribute(self.handle, PRIMARY_SERVICE, self.uuid, last=last), *rows]


class Peripheral:
    """What lies at the other end of the radio.

    address        6 bytes, least significant first
    address_type   0 public, 1 random
    advertisement  what it sends all the time while it is not connected
    scan_data      what it answers to an active scan
    awake          whether it is on: it advertises and can be connected to
    """

    address_type = 0

    def __init__(
        self, address: bytes, advertisement: bytes, services: Iterable[Service], scan_data: bytes = b""
    ) -> None:
        self.address, self.advertisement, self.scan_data = address, advertisement, scan_data
        self.awake = True
        rows = sorted((row for service in services for row in service.rows()), key=lambda row: row.handle)
        self.attributes = {row.handle: row for row in rows}

    def read(self, handle: int) -> bytes | int:
        """Give an attribute's value, or the error."""
        row = self.attributes.get(handle)
        if row is None:
            return INVALID_HANDLE
        return row.value if row.readable else READ_NOT_PERMITTED

    def write(self, handle: int, value: bytes) -> int:
        """Take a value; returns OK or the error."""
        row = self.attributes.get(handle)
        if row is None:
            return INVALID_HANDLE
        if not row.writable:
            return WRITE_NOT_PERMITTED
        if row.uuid == DESCRIPTOR and len(value) != len(row.value):
            return INVALID_LENGTH
        if (result := self.written(handle, value)) == OK:
            row.value = value
        return result

    def written(self, handle: int, value: bytes) -> int:
        """React to a value; returns OK or the error. The subclass says what its attributes do."""
        del handle, value
        return OK

    def notifies(self, handle: int) -> bool:
        """Whether the host has subscribed to the characteristic with this value handle."""
        row = self.attributes.get(handle + 1)
        return row is not None and row.uuid == DESCRIPTOR and bool(row.value[0] & 1)

    def disconnected(self) -> None:
        """The connection is over: subscriptions are forgotten."""
        for row in self.attributes.values():
            if row.uuid == DESCRIPTOR:
                row.value = bytes(len(row.value))
