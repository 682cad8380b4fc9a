"""Native Bluetooth as a port: it takes and gives the messages of protocols.gatt, and has bleak do what they say.

bleak works on an event loop; that runs in a thread of its own, and `read` sleeps until the loop has something.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

from emg_edge.device.ports import bleak_library
from emg_edge.device.ports.event_loop import event_loop
from emg_edge.device.ports.port import LinkLost, Port
from emg_edge.firmware_bridge.protocols import gatt

CONNECT_TRIES = 3  # a first connection is often not taken up
CONNECT_S = 20.0  # of one try; the client gives up before, in its own words
LEAVE_S = 5.0  # to end a connection; a system that takes longer has forgotten it
CLOSE_S = 0.1  # that the caller waits for it: it has decisions to make, and the rest happens meanwhile


class BluetoothPort(Port):
    """One peripheral. Raises MissingDependency where bleak is not installed."""

    name = "Bluetooth"

    def __init__(self) -> None:
        self._bleak = bleak_library.load()
        self._turn = asyncio.Lock()  # a connection begins when the one before it has ended
        self._link: _Link | None = None

    def open(self) -> None:
        self.close()
        self._link = _Link(self._bleak, self._turn)

    def read(self, timeout_s: float) -> bytes:
        return self._opened().read(timeout_s)

    def write(self, data: bytes) -> None:
        link = self._opened()
        for message in gatt.read(data)[0]:
            link.ask(message)

    def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))

    def _opened(self) -> "_Link":
        if self._link is None:
            raise LinkLost("the Bluetooth connection is closed")
        return self._link


class _Link:
    """From open to close: does on the loop what is asked, one thing after another."""

    def __init__(self, bleak: Any, turn: asyncio.Lock) -> None:
        self._bleak, self._turn = bleak, turn
        self._came = threading.Condition()
        self._data = bytearray()
        self._lost: LinkLost | None = None
        self._device: Any = None
        self._which = ""  # its name, or its address
        self._client: Any = None
        self._connected = False
        self._asked: asyncio.Queue[gatt.Message] = asyncio.Queue()
        self._leaving = False
        self._ended = threading.Event()
        self._loop = event_loop()
        self._work = self._loop.submit(self._run())

    # --- in the reader's thread ---------------------------------------------------------------------------------------

    def read(self, timeout_s: float) -> bytes:
        with self._came:
            self._came.wait_for(lambda: self._data or self._lost, max(0.0, timeout_s))
            if self._data:
                data = bytes(self._data)
                self._data.clear()
                return data
            if self._lost is not None:
                raise self._lost
            return b""

    def ask(self, message: gatt.Message) -> None:
        with self._came:
            if self._lost is not None:
                raise self._lost
        self._loop.loop.call_soon_threadsafe(self._asked.put_nowait, message)

    def close(self) -> None:
        self._loop.loop.call_soon_threadsafe(self._cancel)
        self._ended.wait(CLOSE_S)

    # --- on the loop --------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            async with self._turn:
                await self._serve()
        finally:
            self._ended.set()

    async def _serve(self) -> None:
        try:
            while True:
                await self._do(await self._asked.get())
        except Exception as error:  # bleak and the system below it raise a great many kinds
            self._lose(bleak_library.sentence(error), error)
        finally:
            self._leaving = True
            await self._leave()

    def _cancel(self) -> None:
        if not self._leaving:  # else it ends by itself, and should do so in order
            self._work.cancel()

    async def _do(self, message: gatt.Message) -> None:
        match message:
            case gatt.Find():
                await self._find(message)
            case gatt.Connect():
                await self._connect()
            case gatt.Read(uuid):
                await self._with(uuid, self._read)
            case gatt.Write(uuid, value):
                await self._with(uuid, lambda characteristic: self._write(characteristic, value))
            case gatt.Subscribe(uuid):
                await self._with(uuid, self._subscribe)
            case gatt.Disconnect():
                await self._leave()
                self._tell(gatt.Done())

    async def _find(self, wanted: gatt.Find) -> None:
        """Take one that is connected already, as after a program of ours was killed: it does not advertise."""
        adapter = await self._bleak.BleakAdapter.get()
        there = [(device, device.name or "") for device in await adapter.get_connected_devices([wanted.service])]
        fitting = [(device, name) for device, name in there if _fits(wanted, device.address, name, [wanted.service])]
        self._device, name = fitting[0] if fitting else await self._scan(wanted)
        self._which = f"'{name}'" if name else self._device.address
        self._tell(gatt.Found(self._device.address, name))

    async def _scan(self, wanted: gatt.Find) -> tuple[Any, str]:
        told: set[str] = set()
        async with (
            self._bleak.BleakScanner() as scanner,
            contextlib.aclosing(scanner.advertisement_data()) as advertisements,
        ):
            async for device, advertisement in advertisements:
                name = advertisement.local_name or device.name or ""
                if _fits(wanted, device.address, name, advertisement.service_uuids):
                    return device, name
                nameable = name or wanted.service in advertisement.service_uuids
                if nameable and device.address not in told:
                    told.add(device.address)
                    self._tell(gatt.Heard(device.address, name))
        raise AssertionError("a scan has no end of its own")

    async def _connect(self) -> None:
        for tries_left in reversed(range(CONNECT_TRIES)):
            self._client = self._bleak.BleakClient(
                self._device, disconnected_callback=self._disconnected, timeout=CONNECT_S
            )
            try:
                await self._client.connect()
            except self._bleak.BleakError:
                self._client = None
                if not tries_left:
                    raise
            else:
                break
        self._connected = True
        self._tell(gatt.Done())

    async def _with(self, uuid: str, action: Callable[[Any], Any]) -> None:
        characteristic = None if self._client is None else self._client.services.get_characteristic(uuid)
        if characteristic is None:
            self._tell(gatt.Absent(uuid))
        else:
            await action(characteristic)

    async def _read(self, characteristic: Any) -> None:
        self._tell(gatt.Value(bytes(await self._client.read_gatt_char(characteristic))))

    async def _write(self, characteristic: Any, value: bytes) -> None:
        """Have it confirmed wherever that can be: what is not confirmed may be lost."""
        await self._client.write_gatt_char(characteristic, value, response="write" in characteristic.properties)
        self._tell(gatt.Done())

    async def _subscribe(self, characteristic: Any) -> None:
        uuid = characteristic.uuid

        def notified(_: Any, value: bytearray) -> None:
            self._tell(gatt.Notified(uuid, bytes(value)))

        await self._client.start_notify(characteristic, notified)
        self._tell(gatt.Done())

    def _disconnected(self, client: Any) -> None:
        if self._connected and client is self._client:
            self._lose(f"the Bluetooth connection to {self._which} ended: it is out of reach, switched off, or asleep")

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):  # it has gone: so it is left
                await asyncio.wait_for(client.disconnect(), LEAVE_S)

    def _tell(self, message: gatt.Message) -> None:
        with self._came:
            self._data += message.pack()
            self._came.notify_all()

    def _lose(self, reason: str, cause: Exception | None = None) -> None:
        with self._came:
            if self._lost is None:
                self._lost = LinkLost(reason)
                self._lost.__cause__ = cause
            self._came.notify_all()


def _fits(wanted: gatt.Find, address: str, name: str, services: list[str]) -> bool:
    if wanted.address:
        return address.upper() == wanted.address
    return name.startswith(wanted.name) if wanted.name else wanted.service in services
