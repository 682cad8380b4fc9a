"""How a host finds a Ganglion with a BLED112 dongle, and brings it to streaming."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import bgapi, ganglion
from emg_edge.firmware_bridge.protocols.bgapi_codes import (
    CONNECTED,
    DISCOVER_ALL,
    OK,
    address_text,
    meaning,
)
from emg_edge.firmware_bridge.protocols.bgapi_dialogue import ask
from emg_edge.firmware_bridge.protocols.bgapi_packet import Message
from emg_edge.firmware_bridge.protocols.conversation import Client, Dialogue, Stream
from emg_edge.firmware_bridge.protocols.ganglion_dongle import GanglionDongleDecoder

DONGLE_S = 0.5  # it answers within milliseconds
SCAN_S = 10.0  # the board advertises several times a second
CONNECT_S = 5.0
FIND_S = 5.0  # some 20 attributes, a few for each turn of the radio
WRITE_S = 2.0
STOP_S = 0.2
# What BrainFlow asks of the link, and found to lose the fewest notifications: turns of 12.5 to 95 ms, given up after
# 1 s without a sign of life.
INTERVAL_MIN, INTERVAL_MAX, TIMEOUT, LATENCY = 10, 76, 100, 0
CLIENT_CONFIGURATION = bytes.fromhex("0229")  # the descriptor that switches notifications on, UUID 2902
NOTIFICATIONS_ON = bytes([1, 0])
NAME_TYPES = (8, 9)  # of an advertisement's parts: the name, shortened or complete
LAST_HANDLE = 0xFFFF


@dataclass(frozen=True)
class _Found:
    address: bytes
    address_type: int
    name: str


class GanglionDongleClient(Client):
    """One Ganglion: the one with this address ('C2:52:F5:37:29:5D'), or the first that is heard.

    With the accelerometer, samples have one bit less.
    """

    baud: ClassVar[int] = 115_200  # of no consequence: the dongle is a USB device

    def __init__(self, mac: str | None = None, *, accelerometer: bool = False) -> None:
        self._mac = mac.upper() if mac else None
        self._accelerometer = accelerometer
        self._connection: int | None = None
        self._write = 0  # handle of what takes commands

    def start(self) -> Dialogue[Stream]:
        self._connection = None
        yield from self._settle()
        found = yield from self._discover()
        connection = yield from self._connect(found)
        handles = yield from self._explore(connection, found)
        self._connection, self._write = connection, handles["write"]
        yield from self._tell(handles["configuration"], NOTIFICATIONS_ON)
        if self._accelerometer:
            yield from self._tell(self._write, b"n")
        yield from self._tell(self._write, b"b")
        version = ganglion.version_of(found.name)
        return Stream(
            decoder=GanglionDongleDecoder(
                connection, handles["notify"], version, accelerometer=self._accelerometer
            ),
            rate_hz=ganglion.RATE_HZ,
            unit="uV",
            per_count=np.full(ganglion.CHANNELS, ganglion.UV_PER_COUNT),
            limits=ganglion.LIMITS,
            notes=(
                f"the board is '{found.name}' ({address_text(found.address)}), firmware {version}",
                *((_OLD,) if version < 3 else ()),
            ),
        )

    def stop(self) -> Dialogue[None]:
        if self._connection is None:
            yield from ask(bgapi.EndProcedure(), _is(bgapi.EndProcedureDone), STOP_S)
            return
        yield from ask(bgapi.AttributeWrite(self._connection, self._write, b"s"), _written, STOP_S)
        yield from ask(bgapi.Disconnect(self._connection), _parted, STOP_S)
        self._connection = None

    def _settle(self) -> Dialogue[None]:
        """End what another program left: a scan, a connection that is being made, connections."""
        for _ in range(2):  # the first may end a command that was left half said
            if (yield from ask(bgapi.EndProcedure(), _is(bgapi.EndProcedureDone), DONGLE_S)):
                break
        else:
            raise BoardError(
                "nothing answers on this port as a BLED112 Bluetooth dongle does: check that it is the dongle's port, "
                "and that no other program has it open; if it still fails, pull the dongle and put it back"
            )
        said = yield from ask(bgapi.GetConnections(), _is(bgapi.Connections), DONGLE_S)
        most = said[-1].most if said and isinstance(said[-1], bgapi.Connections) else 0
        for connection in range(most):
            yield from ask(bgapi.Disconnect(connection), _parted, DONGLE_S)

    def _discover(self) -> Dialogue[_Found]:
        heard: set[str] = set()

        def ours(message: Message) -> bool:
            if not isinstance(message, bgapi.ScanResponse):
                return False
            name = advertised_name(message.data)
            if name:
                heard.add(f"'{name}' ({address_text(message.address)})")
            return ganglion.NAME in name and self._mac in (None, address_text(message.address))

        said = yield from ask(bgapi.Discover(DISCOVER_ALL), ours, SCAN_S)
        yield from ask(bgapi.EndProcedure(), _is(bgapi.EndProcedureDone), DONGLE_S)
        if not said:
            wanted = f"Ganglion with the address {self._mac}" if self._mac else "Ganglion"
            others = f"heard were {', '.join(sorted(heard))}" if heard else "nothing with a name was heard"
            raise BoardError(
                f"no {wanted} was found within {SCAN_S:g} s, {others}: switch the board on (its blue light blinks), "
                "bring it nearer, and let no other program be connected to it"
            )
        response = said[-1]
        assert isinstance(response, bgapi.ScanResponse)
        return _Found(response.address, response.address_type, advertised_name(response.data))

    def _connect(self, found: _Found) -> Dialogue[int]:
        command = bgapi.ConnectDirect(
            found.address, found.address_type, INTERVAL_MIN, INTERVAL_MAX, TIMEOUT, LATENCY
        )

        def ended(message: Message) -> bool:
            refused = isinstance(message, bgapi.ConnectDirectDone) and message.result != OK
            made = isinstance(message, bgapi.ConnectionStatus) and bool(message.flags & CONNECTED)
            return refused or made or isinstance(message, bgapi.Disconnected)

        said = yield from ask(command, ended, CONNECT_S)
        last = said[-1] if said else None
        if isinstance(last, bgapi.ConnectionStatus):
            return last.connection
        yield from ask(bgapi.EndProcedure(), _is(bgapi.EndProcedureDone), DONGLE_S)
        reason = meaning(last.result) if isinstance(last, bgapi.ConnectDirectDone) else f"no answer in {CONNECT_S:g} s"
        if isinstance(last, bgapi.Disconnected):
            reason = meaning(last.reason)
        raise BoardError(
            f"the connection to '{found.name}' ({address_text(found.address)}) failed ({reason}): bring it nearer, "
            "switch it off and on, and try again"
        )

    def _explore(self, connection: int, found: _Found) -> Dialogue[dict[str, int]]:
        """Find the handles of what notifies, of its configuration, and of what takes commands."""
        command = bgapi.FindInformation(connection, 1, LAST_HANDLE)
        said = yield from ask(command, _is(bgapi.ProcedureCompleted, bgapi.Disconnected), FIND_S)
        attributes = [message for message in said if isinstance(message, bgapi.InformationFound)]
        handle = {attribute.uuid: attribute.handle for attribute in attributes}
        notify, write = (handle.get(bytes.fromhex(uuid)[::-1]) for uuid in (ganglion.NOTIFY, ganglion.WRITE))
        after = [one.handle for one in attributes if one.uuid == CLIENT_CONFIGURATION and one.handle > (notify or 0)]
        if notify is None or write is None or not after:
            yield from ask(bgapi.Disconnect(connection), _parted, DONGLE_S)
            raise BoardError(
                f"'{found.name}' ({address_text(found.address)}) is no Ganglion: its {len(attributes)} "
                f"attributes lack those with the UUIDs {ganglion.NOTIFY} and {ganglion.WRITE}"
            )
        return {"notify": notify, "write": write, "configuration": min(after)}

    def _tell(self, handle: int, value: bytes) -> Dialogue[None]:
        assert self._connection is not None
        said = yield from ask(bgapi.AttributeWrite(self._connection, handle, value), _written, WRITE_S)
        last = said[-1] if said else None
        if isinstance(last, bgapi.ProcedureCompleted) and last.result == OK:
            return
        if isinstance(last, bgapi.ProcedureCompleted | bgapi.AttributeWriteDone):
            reason = meaning(last.result)
        else:
            reason = meaning(last.reason) if isinstance(last, bgapi.Disconnected) else f"no answer in {WRITE_S:g} s"
        raise BoardError(
            f"the Ganglion is connected but did not take the command {value!r} ({reason}): bring it nearer, "
            "switch it off and on, and try again"
        )


_OLD = (
    "its firmware 2 tells samples by their differences: after a lost notification the signal may be offset until the "
    "next whole sample, for up to a second; firmware 3 does without"
)


def advertised_name(data: bytes) -> str:
    """Find the name in an advertisement, which is made of parts: length, type, value; '' if it has none."""
    at = 0
    while at + 1 < len(data):
        end = at + 1 + data[at]
        if data[at + 1] in NAME_TYPES:
            return data[at + 2 : end].decode("utf-8", "replace")
        at = end
    return ""


def _is(*kinds: type[Message]) -> Callable[[Message], bool]:
    return lambda message: isinstance(message, kinds)


def _written(message: Message) -> bool:
    """Whether this ends an attribute's writing: it is done, was refused, or the connection is gone."""
    refused = isinstance(message, bgapi.AttributeWriteDone) and message.result != OK
    return refused or isinstance(message, bgapi.ProcedureCompleted | bgapi.Disconnected)


def _parted(message: Message) -> bool:
    """Whether this ends a connection's ending: there was none, or it is over."""
    none = isinstance(message, bgapi.DisconnectDone) and message.result != OK
    return none or isinstance(message, bgapi.Disconnected)
