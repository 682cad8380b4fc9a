"""A Ganglion by native Bluetooth: the host's side, and the decoder of what streams."""

from typing import ClassVar

import numpy as np

from emg_edge.firmware_bridge.protocols import ganglion, gatt
from emg_edge.firmware_bridge.protocols.conversation import Dialogue, Stream
from emg_edge.firmware_bridge.protocols.decoding import Decoded, StreamDecoder
from emg_edge.firmware_bridge.protocols.ganglion_samples import ganglion_samples
from emg_edge.firmware_bridge.protocols.gatt_client import GattClient, last_word

_LARGEST = ganglion.IMPEDANCE - 1  # of the identifiers that stand before samples


def _uuid(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


NOTIFY, WRITE = _uuid(ganglion.NOTIFY), _uuid(ganglion.WRITE)
REVISION = gatt.uuid_text(0x2A28)  # of the software


class GanglionBluetoothClient(GattClient):
    """Four channels, without the accelerometer, which would take a bit of each sample."""

    board: ClassVar[str] = "Ganglion"
    service: ClassVar[str] = gatt.uuid_text(int(ganglion.SERVICE, 16))  # of its radio, which others have too
    name: ClassVar[str] = ganglion.NAME
    wake: ClassVar[str] = "switch it on (its blue light blinks while nothing is connected to it)"

    def _set_up(self, found: gatt.Found) -> Dialogue[Stream]:
        revision = ganglion.revision_of((yield from self._read(REVISION))) or str(ganglion.version_of(found.name))
        yield from self._tell(gatt.Subscribe(NOTIFY))
        yield last_word(gatt.Write(WRITE, b"b"))
        return Stream(
            decoder=GanglionBluetoothDecoder(int(revision[0])),
            rate_hz=ganglion.RATE_HZ,
            unit="uV",
            per_count=np.full(ganglion.CHANNELS, ganglion.UV_PER_COUNT),
            limits=ganglion.LIMITS,
            notes=ganglion.notes(f"'{found.name}' ({found.address})", revision),
        )

    def _goodbye(self) -> tuple[gatt.Write, ...]:
        return (gatt.Write(WRITE, b"s"),)


class GanglionBluetoothDecoder(StreamDecoder):
    """Ganglion counts of whole notifications; which samples a lost one costs: see ganglion_samples."""

    channels = ganglion.CHANNELS

    def __init__(self, version: int) -> None:
        self._samples = ganglion_samples(version)
        self.wrap = self._samples.wrap
        self.reset()

    def reset(self) -> None:
        self._kept = b""
        self._samples.reset()

    def push(self, data: bytes) -> Decoded:
        data = self._kept + data
        messages, used = gatt.read(data)
        self._kept = data[used:]
        packets, skipped = [], 0
        for message in messages:  # one in a hundredth of a second
            if not isinstance(message, gatt.Notified):
                continue
            if message.uuid != NOTIFY or len(message.value) != ganglion.LENGTH:
                skipped += len(message.pack())
            elif message.value[0] <= _LARGEST:  # else text, or an impedance
                packets.append(message.value)
        decoded = self._samples.push(np.frombuffer(b"".join(packets), np.uint8).reshape(-1, ganglion.LENGTH))
        return Decoded(decoded.counts, decoded.number, skipped, decoded.acceleration)
