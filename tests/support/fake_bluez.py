"""BlueZ as bleak sees it on the bus, whose adapter is a simulated dongle with a simulated board in reach.

So a board that comes by native Bluetooth is the same simulated board as the one behind the dongle, with the same
clock, feed and faults: what BlueZ is told goes on to the dongle as BGAPI, and what the dongle says goes out as D-Bus.
"""

import asyncio
import struct
import time

from dbus_fast import Message, Variant
from support.message_bus import DBusError, MessageBus

from emg_edge.firmware_bridge.protocols import bgapi
from emg_edge.firmware_bridge.protocols.bgapi_codes import (
    CONNECTED,
    NOTIFY,
    OK,
    READ,
    SUPERVISION_TIMEOUT,
    address_text,
)
from emg_edge.firmware_bridge.protocols.bgapi_dialogue import messages
from emg_edge.firmware_bridge.protocols.bgapi_link import advertised_name
from emg_edge.firmware_bridge.protocols.bgapi_packet import Command
from emg_edge.firmware_bridge.simulated.board import SimulatedBoard
from emg_edge.firmware_bridge.simulated.peripheral import CHARACTERISTIC, PRIMARY_SERVICE, Peripheral

ADAPTER = "/org/bluez/hci0"
ADAPTER1, DEVICE1 = "org.bluez.Adapter1", "org.bluez.Device1"
SERVICE1, CHARACTERISTIC1 = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
SCAN_S = 0.05
ANSWER_S = 0.1  # the simulated radio is immediate: what has not come by then never comes
LONGEST_SLEEP_S = 0.02
FLAGS = {0x02: "read", 0x04: "write-without-response", 0x08: "write", 0x10: "notify", 0x20: "indicate"}
ON, OFF = bytes([1, 0]), bytes([0, 0])


class FakeBlueZ:
    """`board` is the board in reach, `peripheral` the one in its firmware. `refusals` are connections to be refused.

    calls  what was asked: the method's name, and with WriteValue how to write and what
    """

    def __init__(
        self,
        board: SimulatedBoard,
        peripheral: Peripheral,
        *,
        powered: bool = True,
        adapter: bool = True,
        refusals: int = 0,
    ) -> None:
        self.board, self._peripheral, self._refusals = board, peripheral, refusals
        self._objects = {"/org/bluez": {"org.bluez.AgentManager1": {}}}
        if adapter:
            roles = Variant("as", ["central", "peripheral"])
            self._objects[ADAPTER] = {ADAPTER1: {"Powered": Variant("b", powered), "Roles": roles}}
        self._device = f"{ADAPTER}/dev_{address_text(peripheral.address).replace(':', '_')}"
        self._gatt = _gatt_objects(self._device, peripheral)
        self._scanning = False
        self._answers: asyncio.Queue = asyncio.Queue()
        self._one_at_a_time = asyncio.Lock()
        self._giving_up = asyncio.Event()
        self.calls: list[tuple[str, str, bytes]] = []
        self.bus = MessageBus(self._call)

    def __enter__(self):
        self.bus.__enter__()
        self._ticking = asyncio.run_coroutine_threadsafe(self._tick(), self.bus.loop)
        return self

    def __exit__(self, *_) -> None:
        self._ticking.cancel()
        self.bus.__exit__()

    @property
    def connected(self) -> bool:
        return self._device in self._objects and self._objects[self._device][DEVICE1]["Connected"].value

    # --- what the bus brings ------------------------------------------------------------------------------------------

    async def _call(self, message: Message) -> tuple[str, list]:
        value, how = b"", ""
        if message.member == "WriteValue":
            value, how = bytes(message.body[0]), message.body[1]["type"].value
        self.calls.append((message.member, how, value))
        match message.member:
            case "GetManagedObjects":
                return "a{oa{sa{sv}}}", [self._objects]
            case "StartDiscovery" | "StopDiscovery":
                self._scanning = message.member == "StartDiscovery"
            case "Connect":
                await self._connect()
            case "Disconnect":
                self._giving_up.set()
                self._ask(bgapi.Disconnect(0))
                self._set(self._device, DEVICE1, Connected=Variant("b", False), ServicesResolved=Variant("b", False))
            case "ReadValue":
                answer = await self._procedure(bgapi.ReadByHandle(0, _handle(message.path)))
                return "ay", [answer.value]
            case "WriteValue":
                await self._procedure(bgapi.AttributeWrite(0, _handle(message.path), value))
            case "StartNotify" | "StopNotify":
                on = ON if message.member == "StartNotify" else OFF
                await self._procedure(bgapi.AttributeWrite(0, _handle(message.path) + 1, on))
            case "SetDiscoveryFilter":
                pass
            case _:
                raise DBusError("org.freedesktop.DBus.Error.UnknownMethod", f"no {message.member}")
        return "", []

    async def _connect(self) -> None:
        if self._refusals:
            self._refusals -= 1
            raise DBusError("org.bluez.Error.Failed", "le-connection-abort-by-remote")
        await self._wait_for_it()
        self._set(self._device, DEVICE1, Connected=Variant("b", True))
        for path, interfaces in self._gatt.items():
            self._objects[path] = interfaces
            self.bus.signal(
                "/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", "oa{sa{sv}}", [path, interfaces]
            )
        uuids = [props["UUID"].value for one in self._gatt.values() for name, props in one.items() if name == SERVICE1]
        self._set(self._device, DEVICE1, UUIDs=Variant("as", uuids), ServicesResolved=Variant("b", True))

    def lose_it(self) -> None:
        """The radio hears nothing of the connected board for too long. On the bus's own loop."""
        self.board.firmware.dongle.lose(self._peripheral, SUPERVISION_TIMEOUT)
        self.board.receive(b"", time.monotonic())  # the dongle says what it has to say

    async def connect_for_another_program(self) -> None:
        """Have it connected before ours looks for it."""
        self._ask(bgapi.Discover())
        self._ask(bgapi.EndProcedure())
        await self._connect()

    async def _wait_for_it(self) -> None:
        """Connect as soon as it is in reach; end when Disconnect is called meanwhile."""
        self._giving_up.clear()
        connect = bgapi.ConnectDirect(self._peripheral.address, self._peripheral.address_type, 6, 6, 64, 0)
        while not self._giving_up.is_set():
            self._ask(bgapi.EndProcedure())
            try:
                await self._procedure(connect)
            except DBusError:
                continue
            return
        raise DBusError("org.bluez.Error.Failed", "le-connection-abort-by-local")

    async def _procedure(self, command: Command):
        """Have the dongle do it, and wait for its answer."""
        async with self._one_at_a_time:
            while not self._answers.empty():
                self._answers.get_nowait()
            self._ask(command)
            try:
                answer = await asyncio.wait_for(self._answers.get(), ANSWER_S)
            except TimeoutError:
                raise DBusError("org.bluez.Error.Failed", "le-connection-abort-by-local") from None
        if isinstance(answer, bgapi.ProcedureCompleted) and answer.result != OK:
            raise DBusError("org.bluez.Error.Failed", f"Operation failed with ATT error: 0x{answer.result & 0xFF:02x}")
        return answer

    # --- what the radio brings ----------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        scanned_s = 0.0
        while True:
            now_s = time.monotonic()
            if self._scanning and now_s - scanned_s > SCAN_S:
                scanned_s = now_s
                self._ask(bgapi.Discover())
                self._ask(bgapi.EndProcedure())
            self._take(now_s)
            await asyncio.sleep(min(LONGEST_SLEEP_S, max(0.0, self.board.next_s(now_s) - now_s)))

    def _ask(self, command: Command) -> None:
        now_s = time.monotonic()
        self.board.receive(command.pack(), now_s)
        self._take(now_s)

    def _take(self, now_s: float) -> None:
        heard: dict[str, bytes] = {}  # what it advertises and what it answers to a scan, as one
        for message, _ in messages(self.board.advance(now_s)):
            match message:
                case bgapi.ScanResponse():
                    address = address_text(message.address)
                    heard[address] = heard.get(address, b"") + message.data
                case bgapi.AttributeValue(_, handle, kind, value) if kind == NOTIFY:
                    path = next(path for path in self._gatt if path.endswith(f"/char{handle - 1:04x}"))
                    self._set(path, CHARACTERISTIC1, Value=Variant("ay", value))
                case bgapi.AttributeValue(_, _, kind, _) if kind == READ:
                    self._answers.put_nowait(message)
                case bgapi.ConnectionStatus(_, flags) if flags & CONNECTED:
                    self._answers.put_nowait(message)
                case bgapi.ProcedureCompleted():
                    self._answers.put_nowait(message)
                case bgapi.Disconnected():
                    self._set(
                        self._device, DEVICE1, ServicesResolved=Variant("b", False), Connected=Variant("b", False)
                    )

        for address, data in heard.items():
            self._advertised(address, data)

    def _advertised(self, address: str, data: bytes) -> None:
        path = f"{ADAPTER}/dev_{address.replace(':', '_')}"
        if path in self._objects:
            self._set(path, DEVICE1, RSSI=Variant("n", -52))
            return
        name = advertised_name(data) or address.replace(":", "-")
        self._objects[path] = {
            DEVICE1: {
                "Address": Variant("s", address),
                "Alias": Variant("s", name),
                "Adapter": Variant("o", ADAPTER),
                "UUIDs": Variant("as", _advertised_uuids(data)),
                "Paired": Variant("b", False),
                "Connected": Variant("b", False),
                "ServicesResolved": Variant("b", False),
                "RSSI": Variant("n", -52),
            }
        }
        self.bus.signal(
            "/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", "oa{sa{sv}}", [path, self._objects[path]]
        )

    def _set(self, path: str, interface: str, **changed: Variant) -> None:
        self._objects[path][interface].update(changed)
        self.bus.signal(
            path, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as", [interface, changed, []]
        )


def _handle(path: str) -> int:
    """BlueZ names a characteristic by its declaration, which comes right before its value."""
    return int(path[-4:], 16) + 1


def _uuid(little_endian: bytes) -> str:
    digits = little_endian[::-1].hex()
    if len(digits) == 4:
        return f"0000{digits}-0000-1000-8000-00805f9b34fb"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _advertised_uuids(data: bytes) -> list[str]:
    at, found = 0, []
    while at + 1 < len(data):
        length, kind = data[at], data[at + 1]
        if kind in (6, 7):
            found.append(_uuid(data[at + 2 : at + 18]))
        at += 1 + length
    return found


def _gatt_objects(device: str, peripheral: Peripheral) -> dict[str, dict]:
    objects, service = {}, ""
    for row in peripheral.attributes.values():
        if row.uuid == PRIMARY_SERVICE:
            service = f"{device}/service{row.handle:04x}"
            described = {"UUID": _uuid(row.value), "Primary": True, "Device": device}
            objects[service] = {
                SERVICE1: {key: Variant({str: "s", bool: "b"}[type(value)], value) for key, value in described.items()}
            }
        elif row.uuid == CHARACTERISTIC:
            properties, _ = struct.unpack("<BH", row.value[:3])
            objects[f"{service}/char{row.handle:04x}"] = {
                CHARACTERISTIC1: {
                    "UUID": Variant("s", _uuid(row.value[3:])),
                    "Service": Variant("o", service),
                    "Flags": Variant("as", [flag for bit, flag in FLAGS.items() if properties & bit]),
                }
            }
    return objects
