"""A simulated BLED112: Bluegiga's dongle, as far as a host needs it that connects to one of the peripherals in reach.

The radio is perfect and immediate: what a real dongle does within some connection intervals is done at once, but the
order is kept (response first, events after it).
"""

from collections.abc import Callable, Sequence

from emg_edge.firmware_bridge.protocols import bgapi
from emg_edge.firmware_bridge.protocols.bgapi_codes import (
    ADVERTISEMENT,
    ATTRIBUTE_NOT_FOUND,
    COMPLETED,
    CONNECTED,
    LOCAL_ENDED,
    NOT_CONNECTED,
    NOTIFY,
    OK,
    PARAMETERS_CHANGED,
    READ,
    READ_BY_TYPE,
    SCAN_DATA,
    UNKNOWN_COMMAND,
    WRONG_STATE,
)
from emg_edge.firmware_bridge.protocols.bgapi_packet import COMMANDS, HEADER_BYTES, Message, parse
from emg_edge.firmware_bridge.simulated.peripheral import PRIMARY_SERVICE, Attribute, Peripheral

ADDRESS = bytes.fromhex("a1b2c3800700")
VERSION = (1, 3, 2, 122, 3, 1, 1)  # of the firmware, its link layer, its protocol, the hardware
MAX_CONNECTIONS = 3
RSSI_DBM = -52
SCANS = 3  # advertisements heard before the host's next command, unless told otherwise


class Dongle:
    """Takes the host's bytes, gives back what the dongle sends. One connection at a time, with handle 0."""

    def __init__(self, peripherals: Sequence[Peripheral], scans: int = SCANS) -> None:
        self._peripherals, self._scans = tuple(peripherals), scans
        self._received = b""
        self._pending = b""
        self._scanning = self._connecting = False
        self._parameters = (0, 0, 0)  # interval, timeout, latency
        self.connected: Peripheral | None = None

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host, cut anywhere."""
        self._received += data
        out = [self.unsolicited()]
        while (packet := self._next_packet()) is not None:
            command = parse(packet, COMMANDS)
            out.append(bgapi.ProtocolError(UNKNOWN_COMMAND).pack() if command is None else self._do(command))
        return b"".join(out)

    def unsolicited(self) -> bytes:
        """What the dongle has to say by itself, handed out once."""
        data, self._pending = self._pending, b""
        return data

    def notification(self, handle: int, value: bytes) -> bytes:
        """What the dongle sends when the connected peripheral notifies this value."""
        return bgapi.AttributeValue(0, handle, NOTIFY, value).pack()

    def lose(self, peripheral: Peripheral, reason: int) -> None:
        """The radio link to a peripheral is gone, if there was one; the host is told with the next bytes."""
        if self.connected is peripheral:
            self.connected = None
            peripheral.disconnected()
            self._pending += bgapi.Disconnected(0, reason).pack()

    def appear(self, peripheral: Peripheral) -> None:
        """A peripheral has begun to advertise: a scan that is going on hears it."""
        if self._scanning:
            self._pending += self._heard(peripheral)

    def unplug(self) -> None:
        """Lose power: what is plugged in again knows of no connection and no scan."""
        if self.connected is not None:
            self.connected.disconnected()
        self.connected = None
        self._received = self._pending = b""
        self._scanning = self._connecting = False

    def _next_packet(self) -> bytes | None:
        while self._received and self._received[0]:  # commands begin with 0: their payloads are shorter than 256
            self._received = self._received[1:]
        if len(self._received) < HEADER_BYTES or len(self._received) < HEADER_BYTES + self._received[1]:
            return None
        length = HEADER_BYTES + self._received[1]
        packet, self._received = self._received[:length], self._received[length:]
        return packet

    def _do(self, command: Message) -> bytes:
        answers = _ANSWERS[type(command)](self, command)
        return b"".join(answer.pack() for answer in answers) + self.unsolicited()

    # --- system -------------------------------------------------------------------------------------------------------

    def _reset(self, _: bgapi.Reset) -> list[Message]:
        self.unplug()
        return [bgapi.Booted(*VERSION)]

    def _get_connections(self, _: bgapi.GetConnections) -> list[Message]:
        return [bgapi.Connections(MAX_CONNECTIONS), *(self._status(handle) for handle in range(MAX_CONNECTIONS))]

    # --- access profile -----------------------------------------------------------------------------------------------

    def _discover(self, _: bgapi.Discover) -> list[Message]:
        if self._connecting:
            return [bgapi.DiscoverDone(WRONG_STATE)]
        self._scanning = True
        for _round in range(self._scans):
            for peripheral in self._peripherals:
                if peripheral.awake and peripheral is not self.connected:
                    self._pending += self._heard(peripheral)
        return [bgapi.DiscoverDone(OK)]

    def _heard(self, peripheral: Peripheral) -> bytes:
        said = ((ADVERTISEMENT, peripheral.advertisement), (SCAN_DATA, peripheral.scan_data))
        responses = [
            bgapi.ScanResponse(RSSI_DBM, kind, peripheral.address, peripheral.address_type, 0xFF, data)
            for kind, data in said
            if data
        ]
        return b"".join(response.pack() for response in responses)

    def _end_procedure(self, _: bgapi.EndProcedure) -> list[Message]:
        busy = self._scanning or self._connecting
        self._scanning = self._connecting = False
        return [bgapi.EndProcedureDone(OK if busy else WRONG_STATE)]

    def _connect_direct(self, command: bgapi.ConnectDirect) -> list[Message]:
        if self._scanning or self._connecting or self.connected is not None:
            return [bgapi.ConnectDirectDone(WRONG_STATE, 0)]
        wanted = (command.address, command.address_type)
        found = [one for one in self._peripherals if one.awake and (one.address, one.address_type) == wanted]
        if not found:
            self._connecting = True  # until the host ends it
            return [bgapi.ConnectDirectDone(OK, 0)]
        self.connected = found[0]
        self._parameters = (command.interval_max, command.timeout, command.latency)
        return [bgapi.ConnectDirectDone(OK, 0), self._status(0, COMPLETED)]

    # --- connection ---------------------------------------------------------------------------------------------------

    def _status(self, connection: int, flags: int = 0) -> bgapi.ConnectionStatus:
        if self.connected is None or connection:
            return bgapi.ConnectionStatus(connection, 0, bytes(6), 0, 0, 0, 0)
        one = self.connected
        return bgapi.ConnectionStatus(0, CONNECTED | flags, one.address, one.address_type, *self._parameters)

    def _disconnect(self, command: bgapi.Disconnect) -> list[Message]:
        if command.connection or self.connected is None:
            return [bgapi.DisconnectDone(command.connection, NOT_CONNECTED)]
        self.lose(self.connected, LOCAL_ENDED)
        return [bgapi.DisconnectDone(0, OK)]

    def _update(self, command: bgapi.Update) -> list[Message]:
        if command.connection or self.connected is None:
            return [bgapi.UpdateDone(command.connection, NOT_CONNECTED)]
        self._parameters = (command.interval_max, command.timeout, command.latency)
        return [bgapi.UpdateDone(0, OK), self._status(0, PARAMETERS_CHANGED)]

    def _get_status(self, command: bgapi.GetStatus) -> list[Message]:
        return [bgapi.StatusDone(command.connection), self._status(command.connection)]

    # --- attribute client ---------------------------------------------------------------------------------------------

    def _read_by_handle(self, peripheral: Peripheral, command: bgapi.ReadByHandle) -> list[Message]:
        value = peripheral.read(command.handle)
        if isinstance(value, int):
            return [bgapi.ProcedureCompleted(0, value, command.handle)]
        return [bgapi.AttributeValue(0, command.handle, READ, value)]

    def _attribute_write(self, peripheral: Peripheral, command: bgapi.AttributeWrite) -> list[Message]:
        result = peripheral.write(command.handle, command.value)
        return [bgapi.ProcedureCompleted(0, result, command.handle)]

    def _write_command(self, peripheral: Peripheral, command: bgapi.WriteCommand) -> list[Message]:
        peripheral.write(command.handle, command.value)
        return []

    def _execute_write(self, _: Peripheral, __: bgapi.ExecuteWrite) -> list[Message]:
        return [bgapi.ProcedureCompleted(0, OK, 0)]  # nothing was prepared: no host of ours writes long values

    def _read_by_group_type(self, peripheral: Peripheral, command: bgapi.ReadByGroupType) -> list[Message]:
        rows = _between(peripheral, command.first, command.last)
        rows = [row for row in rows if row.uuid == command.uuid == PRIMARY_SERVICE]
        return [*(bgapi.GroupFound(0, row.handle, row.last, row.value) for row in rows), _completed(rows)]

    def _read_by_type(self, peripheral: Peripheral, command: bgapi.ReadByType) -> list[Message]:
        rows = [row for row in _between(peripheral, command.first, command.last) if row.uuid == command.uuid]
        rows = [row for row in rows if row.readable]
        return [*(bgapi.AttributeValue(0, row.handle, READ_BY_TYPE, row.value) for row in rows), _completed(rows)]

    def _find_information(self, peripheral: Peripheral, command: bgapi.FindInformation) -> list[Message]:
        rows = _between(peripheral, command.first, command.last)
        return [*(bgapi.InformationFound(0, row.handle, row.uuid) for row in rows), _completed(rows)]


def _between(peripheral: Peripheral, first: int, last: int) -> list[Attribute]:
    return [row for row in peripheral.attributes.values() if first <= row.handle <= last]


def _completed(rows: list[Attribute]) -> bgapi.ProcedureCompleted:
    return bgapi.ProcedureCompleted(0, OK if rows else ATTRIBUTE_NOT_FOUND, 0)


def _procedure(
    done: Callable[[int, int], Message], run: Callable[..., list[Message]]
) -> Callable[[Dongle, Message], list[Message]]:
    """Answer an attribute command: refused without a connection, else accepted and carried out."""

    def answer(dongle: Dongle, command: Message) -> list[Message]:
        connection: int = vars(command)["connection"]
        if connection or dongle.connected is None:
            return [done(connection, NOT_CONNECTED)]
        return [done(0, OK), *run(dongle, dongle.connected, command)]

    return answer


_ANSWERS: dict[type[Message], Callable[..., list[Message]]] = {
    bgapi.Reset: Dongle._reset,
    bgapi.Hello: lambda *_: [bgapi.HelloDone()],
    bgapi.GetAddress: lambda *_: [bgapi.Address(ADDRESS)],
    bgapi.GetConnections: Dongle._get_connections,
    bgapi.GetInfo: lambda *_: [bgapi.Info(*VERSION)],
    bgapi.SetMode: lambda *_: [bgapi.SetModeDone(OK)],
    bgapi.Discover: Dongle._discover,
    bgapi.ConnectDirect: Dongle._connect_direct,
    bgapi.EndProcedure: Dongle._end_procedure,
    bgapi.SetScanParameters: lambda *_: [bgapi.SetScanParametersDone(OK)],
    bgapi.Disconnect: Dongle._disconnect,
    bgapi.Update: Dongle._update,
    bgapi.GetStatus: Dongle._get_status,
    bgapi.ReadByGroupType: _procedure(bgapi.ReadByGroupTypeDone, Dongle._read_by_group_type),
    bgapi.ReadByType: _procedure(bgapi.ReadByTypeDone, Dongle._read_by_type),
    bgapi.FindInformation: _procedure(bgapi.FindInformationDone, Dongle._find_information),
    bgapi.ReadByHandle: _procedure(bgapi.ReadByHandleDone, Dongle._read_by_handle),
    bgapi.AttributeWrite: _procedure(bgapi.AttributeWriteDone, Dongle._attribute_write),
    bgapi.WriteCommand: _procedure(bgapi.WriteCommandDone, Dongle._write_command),
    bgapi.ExecuteWrite: _procedure(bgapi.ExecuteWriteDone, Dongle._execute_write),
}
