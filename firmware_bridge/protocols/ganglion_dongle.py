"""The host's side of a Ganglion on a BLED112 dongle: find it, connect, start; the decoder is ganglion_decoder's."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import bgapi, ganglion
from emg_edge.firmware_bridge.protocols.bgapi_codes import DISCOVER_ALL, OK, READ, address_text, chosen_address
from emg_edge.firmware_bridge.protocols.bgapi_dialogue import ask
from emg_edge.firmware_bridge.protocols.bgapi_link import (
    ANSWER_S,
    Parameters,
    advertised_name,
    connect,
    is_a,
    over,
    tidy,
    why,
)
from emg_edge.firmware_bridge.protocols.bgapi_packet import Message
from emg_edge.firmware_bridge.protocols.conversation import Client, Dialogue, Stream
from emg_edge.firmware_bridge.protocols.ganglion_decoder import GanglionDongleDecoder

SCAN_S = 5.0  # the board advertises several times a second
EXPLORE_S = 5.0  # some 25 attributes, a few for each turn of the radio
WRITE_S = 1.0
STOP_S = 0.2
# What BrainFlow asks of the link, and found to lose the fewest notifications: turns of 12.5 to 95 ms, given up after
# 1 s without a sign of life.
LINK = Parameters(interval_min=10, interval_max=76, timeout=100)
# UUIDs as they go over the air, least significant byte first.
NOTIFY, WRITE = bytes.fromhex(ganglion.NOTIFY)[::-1], bytes.fromhex(ganglion.WRITE)[::-1]
CONFIGURATION = bytes.fromhex("2902")[::-1]  # the descriptor that switches notifications on
REVISION = bytes.fromhex("2a28")[::-1]  # of the software
NOTIFICATIONS_ON = bytes([1, 0])
LAST_HANDLE = 0xFFFF

_NO_DONGLE = (
    "nothing on this port answers as a BLED112 Bluetooth dongle does (USB id 2458:0001): name its port with "
    "--serial-port, or pull it out and put it back"
)


@dataclass(frozen=True)
class _Handles:
    """Of what notifies, of its configuration, of what takes commands, of the firmware's version (0: it has none)."""

    notify: int
    configuration: int
    write: int
    revision: int


class GanglionDongleClient(Client):
    """`mac` chooses one Ganglion ('D4:3C:5D:7E:1A:2B'); without it, the first that is heard is taken.

    With the accelerometer on, samples are told with one bit less.
    """

    baud: ClassVar[int] = 115_200  # of no consequence: the dongle is a USB device throughout

    def __init__(self, mac: str | None = None, *, accelerometer: bool = False) -> None:
        self._mac = chosen_address(mac)
        self._accelerometer = accelerometer
        self._connection = 0
        self._write = 0  # handle of what takes commands

    def start(self) -> Dialogue[Stream]:
        self._write = 0
        if not (yield from tidy()):
            raise BoardError(_NO_DONGLE)
        found = yield from self._find()
        name = advertised_name(found.data)
        self._connection = yield from connect(found, LINK, f"'{name}'")
        board = f"'{name}' ({address_text(found.address)})"
        handles = yield from self._explore(board)
        self._write = handles.write
        revision = (yield from self._revision(handles.revision)) or str(ganglion.version_of(name))
        version = int(revision[0])
        yield from self._tell(handles.configuration, NOTIFICATIONS_ON)
        if self._accelerometer:
            yield from self._tell(self._write, b"n")
        yield from self._tell(self._write, b"b")
        decoder = GanglionDongleDecoder(self._connection, handles.notify, version, accelerometer=self._accelerometer)
        return Stream(
            decoder=decoder,
            rate_hz=ganglion.RATE_HZ,
            unit="uV",
            per_count=np.full(ganglion.CHANNELS, ganglion.UV_PER_COUNT),
            limits=ganglion.LIMITS,
            notes=ganglion.notes(board, revision),
        )

    def stop(self) -> Dialogue[None]:
        if self._write:
            command = bgapi.AttributeWrite(self._connection, self._write, b"s")
            yield from ask(command, over(self._connection, bgapi.ProcedureCompleted), STOP_S)
        yield from ask(bgapi.EndProcedure(), is_a(bgapi.EndProcedureDone), STOP_S)
        yield from ask(bgapi.Disconnect(self._connection), over(self._connection, bgapi.Disconnected), STOP_S)

    def _find(self) -> Dialogue[bgapi.ScanResponse]:
        others: set[str] = set()

        def wanted(message: Message) -> bool:
            if not isinstance(message, bgapi.ScanResponse):
                return False
            name, address = advertised_name(message.data), address_text(message.address)
            if self._mac:
                if name.startswith(ganglion.NAME):
                    others.add(f"'{name}' ({address})")
                return address == self._mac  # whatever it calls itself: some say 'Simblee', which is their radio
            return name.startswith(ganglion.NAME)

        heard = yield from ask(bgapi.Discover(DISCOVER_ALL), wanted, SCAN_S)
        yield from ask(bgapi.EndProcedure(), is_a(bgapi.EndProcedureDone), ANSWER_S)
        if heard:
            found = heard[-1]
            assert isinstance(found, bgapi.ScanResponse)
            return found
        if others:
            raise BoardError(
                f"the Ganglion {self._mac} was not heard within {SCAN_S:g} s, but {' and '.join(sorted(others))} was; "
                "give that address, or none to take any Ganglion"
            )
        raise BoardError(
            f"no Ganglion was heard within {SCAN_S:g} s: switch it on (its blue light blinks while nothing is "
            "connected to it), bring it near the dongle, and end other programs that are connected to it"
        )

    def _explore(self, board: str) -> Dialogue[_Handles]:
        command = bgapi.FindInformation(self._connection, 1, LAST_HANDLE)
        heard = yield from ask(command, over(self._connection, bgapi.ProcedureCompleted), EXPLORE_S)
        attributes = [message for message in heard if isinstance(message, bgapi.InformationFound)]
        if not attributes:
            reason = why(heard[-1] if heard else None, EXPLORE_S)
            raise BoardError(f"{board} did not say what it offers ({reason}); switch it off and on, and try again")
        handle = {attribute.uuid: attribute.handle for attribute in attributes}
        notify, write, revision = (handle.get(uuid, 0) for uuid in (NOTIFY, WRITE, REVISION))
        after = [one.handle for one in attributes if one.uuid == CONFIGURATION and one.handle > notify]
        if not notify or not write or not after:
            raise BoardError(
                f"{board} is no Ganglion: among its {len(attributes)} attributes are not those with the UUIDs "
                f"{ganglion.NOTIFY} and {ganglion.WRITE}; choose another with --mac-address"
            )
        return _Handles(notify, min(after), write, revision)

    def _revision(self, handle: int) -> Dialogue[str]:
        """Read the firmware's version, as '2.0.1'; '' if it does not say one."""
        if not handle:
            return ""

        def wanted(message: Message) -> bool:
            return isinstance(message, bgapi.AttributeValue) and (message.handle, message.type) == (handle, READ)

        done = over(self._connection, bgapi.ProcedureCompleted)
        command = bgapi.ReadByHandle(self._connection, handle)
        heard = yield from ask(command, lambda message: wanted(message) or done(message), WRITE_S)
        last = heard[-1] if heard else None
        return ganglion.revision_of(last.value) if isinstance(last, bgapi.AttributeValue) else ""

    def _tell(self, handle: int, value: bytes) -> Dialogue[None]:
        command = bgapi.AttributeWrite(self._connection, handle, value)
        heard = yield from ask(command, over(self._connection, bgapi.ProcedureCompleted), WRITE_S)
        last = heard[-1] if heard else None
        if not (isinstance(last, bgapi.ProcedureCompleted) and last.result == OK):
            raise BoardError(
                f"the Ganglion was connected, but did not take {value!r} ({why(last, WRITE_S)}); bring it nearer to "
                "the dongle and try again"
            )
