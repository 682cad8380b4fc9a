"""A simulated Ganglion behind a simulated dongle, with firmware 2 (differences) or 3 (upper bits).

What it advertises is how hosts tell the two apart. Firmware 3 is what OpenBCI documents, and BrainFlow decodes; the
miscount of its release 3.0.0 (see ganglion_samples) is left out.
"""

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols import ganglion
from emg_edge.firmware_bridge.protocols.bgapi_codes import OK, REMOTE_ENDED, SUPERVISION_TIMEOUT
from emg_edge.firmware_bridge.simulated.behind_dongle import BehindDongle
from emg_edge.firmware_bridge.simulated.dongle import Dongle
from emg_edge.firmware_bridge.simulated.firmware import Packet
from emg_edge.firmware_bridge.simulated.ganglion_commands import GanglionCommands
from emg_edge.firmware_bridge.simulated.peripheral import (
    CAN_NOTIFY,
    CAN_READ,
    CAN_WRITE,
    CAN_WRITE_COMMAND,
    Characteristic,
    Peripheral,
    Service,
)

ADDRESS = bytes.fromhex("2b1a7e5d3cd4")  # D4:3C:5D:7E:1A:2B
SERIAL = "1a2b"
REVISIONS = {2: "2.0.1", 3: "3.0.0"}
NAMES = {2: f"{ganglion.NAME}-{SERIAL}", 3: f"{ganglion.NAME} 1.3.0-{SERIAL}"}
NOTIFY, WRITE, DISCONNECT = 0x19, 0x1C, 0x1E  # handles
_CAN_BE_WRITTEN = CAN_WRITE | CAN_WRITE_COMMAND


def _services(version: int) -> list[Service]:
    info = {0x2A29: "openbci.com", 0x2A24: "Ganglion", 0x2A27: "1.0.1", 0x2A28: REVISIONS[version]}
    return [
        Service(
            0x01,
            _short(0x1800),
            (
                Characteristic(0x03, _short(0x2A00), CAN_READ, NAMES[version].encode()),
                Characteristic(0x05, _short(0x2A01), CAN_READ, bytes(2)),
            ),
        ),
        Service(0x06, _short(0x1801)),
        Service(
            0x07,
            _short(0x180A),
            tuple(
                Characteristic(0x09 + 2 * at, _short(uuid), CAN_READ, said.encode())
                for at, (uuid, said) in enumerate(info.items())
            ),
        ),
        Service(
            0x17,
            bytes.fromhex(ganglion.SERVICE)[::-1],
            (
                Characteristic(NOTIFY, bytes.fromhex(ganglion.NOTIFY)[::-1], CAN_READ | CAN_NOTIFY),
                Characteristic(WRITE, bytes.fromhex(ganglion.WRITE)[::-1], _CAN_BE_WRITTEN),
                Characteristic(DISCONNECT, bytes.fromhex(ganglion.DISCONNECT)[::-1], _CAN_BE_WRITTEN),
            ),
        ),
    ]


def _short(uuid: int) -> bytes:
    return uuid.to_bytes(2, "little")


class Ganglion(Peripheral):
    """The board at the other end of the radio. `leaves` tells that it was asked to end the connection."""

    address_type = 1

    def __init__(self, version: int = 2, address: bytes = ADDRESS) -> None:
        name = NAMES[version].encode()
        super().__init__(address, bytes([len(name) + 1, 9]) + name, _services(version))
        self._version = version
        self.power_on()

    def power_on(self) -> None:
        self.commands = GanglionCommands(REVISIONS[self._version], NAMES[self._version])
        self.leaves = False
        self._said: list[bytes] = []

    def written(self, handle: int, value: bytes) -> int:
        if handle == WRITE:
            self._said += self.commands.write(value)
        elif handle == DISCONNECT:
            self.leaves = True
        return OK

    def said(self) -> list[bytes]:
        """Values of the notifications that answer what was written, handed out once."""
        said, self._said = self._said, []
        return said if self.notifies(NOTIFY) else []

    def disconnected(self) -> None:
        super().disconnected()
        self.commands.disconnected()
        self.leaves, self._said = False, []


class GanglionFirmware(BehindDongle):
    """Dongle and Ganglion as one board.

    After `power_cycle` (the Ganglion's) the dongle says by itself that it is gone: with the next bytes from
    `receive`, `encode` or `unsolicited`.
    """

    channels = ganglion.CHANNELS
    limits = ganglion.LIMITS

    def __init__(self, version: int = 2) -> None:
        self.rate_hz = ganglion.RATE_HZ
        self.ganglion = self.peripheral = Ganglion(version)
        # One advertisement: BrainFlow takes a second one that it finds waiting for the end of its next step.
        self.dongle = Dongle([self.ganglion], scans=1)
        self.streaming = False

    def receive(self, data: bytes) -> bytes:
        reply = self.dongle.receive(data)
        reply += b"".join(self.dongle.notification(NOTIFY, value) for value in self.ganglion.said())
        if self.ganglion.leaves:
            self.dongle.lose(self.ganglion, REMOTE_ENDED)
        self._look()
        return reply + self.unsolicited()

    def digitise(self, samples_uv: NDArray[np.floating]) -> NDArray[np.int32]:
        counts = np.rint(np.asarray(samples_uv, np.float64) / ganglion.UV_PER_COUNT)
        return np.clip(counts, *self.limits).astype(np.int32)

    def encode(self, counts: NDArray[np.int32]) -> list[Packet]:
        packets = [Packet(data, 0)] if (data := self.unsolicited()) else []
        if not self.streaming:
            return packets
        notifications = self.ganglion.commands.pack(np.asarray(counts, np.int32).reshape(-1, self.channels))
        if self.ganglion.notifies(NOTIFY):
            packets += [Packet(self.dongle.notification(NOTIFY, value), samples) for value, samples in notifications]
        return packets

    def switch_off(self) -> None:
        self.dongle.lose(self.ganglion, SUPERVISION_TIMEOUT)
        self.ganglion.power_on()
        self.ganglion.awake = False
        self._look()

    def _look(self) -> None:
        self.streaming = self.dongle.connected is self.ganglion and self.ganglion.commands.streaming
