"""A Myo by native Bluetooth: the host's side, and the decoder of what streams."""

from typing import ClassVar

import numpy as np

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import gatt, myo
from emg_edge.firmware_bridge.protocols.conversation import Dialogue, Stream
from emg_edge.firmware_bridge.protocols.decoding import Decoded, StreamDecoder
from emg_edge.firmware_bridge.protocols.gatt_client import GattClient, last_word

COMMAND, IMU, FIRMWARE = (myo.uuid_text(uuid) for uuid in (myo.COMMAND_UUID, myo.IMU_UUID, myo.FIRMWARE_VERSION_UUID))
EMG = tuple(myo.uuid_text(uuid) for uuid in myo.EMG_UUIDS)  # in the order of their rotation
BATTERY = gatt.uuid_text(0x2A19)


class MyoBluetoothClient(GattClient):
    """Raw EMG (mode 3) with the IMU.

    That it never sleeps is a command which counts only when its writing is confirmed: hosts that wrote it without
    waiting lost the Myo after half a minute (Open-Myo, issue 3). Nothing else keeps it awake, nor need it.
    """

    board: ClassVar[str] = "Myo"
    service: ClassVar[str] = myo.uuid_text(myo.CONTROL_SERVICE)
    wake: ClassVar[str] = "move it so that it wakes up, take it off its USB cable"

    def _set_up(self, found: gatt.Found) -> Dialogue[Stream]:
        version = yield from self._version()
        battery = yield from self._read(BATTERY)
        for uuid in (*EMG, IMU):
            yield from self._tell(gatt.Subscribe(uuid))
        yield from self._tell(gatt.Write(COMMAND, myo.set_sleep(never=True)))
        yield last_word(gatt.Write(COMMAND, myo.set_mode(myo.EmgMode.RAW)))
        return Stream(
            decoder=MyoBluetoothDecoder(),
            rate_hz=myo.RATE_HZ,
            unit="myo-count",
            per_count=np.ones(myo.CHANNELS),
            limits=myo.LIMITS,
            notes=myo.notes(found.address, version, battery),
        )

    def _goodbye(self) -> tuple[gatt.Write, ...]:
        off = myo.set_mode(myo.EmgMode.OFF, myo.ImuMode.OFF)
        return gatt.Write(COMMAND, off), gatt.Write(COMMAND, myo.set_sleep(never=False))

    def _version(self) -> Dialogue[myo.FirmwareVersion]:
        value = yield from self._read(FIRMWARE)
        version = myo.FirmwareVersion.unpack(value)
        if version is None:
            raise BoardError(
                f"{self._which} gave a firmware's version of {len(value)} bytes, and a Myo gives 8; choose another "
                "with --mac-address"
            )
        if version.major < myo.OLDEST_MAJOR:
            raise BoardError(
                f"{self._which} has firmware {version}, which gives no raw EMG; expected {myo.OLDEST_MAJOR}.0 or "
                "later: update it with Myo Connect"
            )
        return version


class MyoBluetoothDecoder(StreamDecoder):
    """Myo counts of whole notifications. The counting is the rotation of the characteristics (see myo.WRAP)."""

    channels = myo.CHANNELS
    wrap = myo.WRAP

    def __init__(self) -> None:
        self._characteristic = {uuid: place for place, uuid in enumerate(EMG)}
        self.reset()

    def reset(self) -> None:
        self._kept = b""
        self._g = np.full(3, np.nan, np.float32)

    def push(self, data: bytes) -> Decoded:
        data = self._kept + data
        messages, used = gatt.read(data)
        self._kept = data[used:]
        values, places, known, skipped = [], [], [], 0
        for message in messages:  # one in a hundredth of a second
            if not isinstance(message, gatt.Notified):
                continue
            place = self._characteristic.get(message.uuid)
            if place is not None and len(message.value) == myo.EMG_BYTES:
                values.append(message.value)
                places.append(place)
                known.append(self._g)
            elif message.uuid == IMU and len(message.value) == myo.IMU_BYTES:
                self._g = myo.accelerations_g(np.frombuffer(message.value, np.uint8))[0]
            else:
                skipped += len(message.pack())
        acceleration = np.array(known, np.float32).reshape(-1, 3).repeat(myo.SAMPLES_PER_NOTIFICATION, axis=0)
        return Decoded(
            counts=myo.emg_counts(np.frombuffer(b"".join(values), np.int8)),
            number=myo.emg_numbers(np.array(places, np.int64)),
            skipped=skipped,
            acceleration=acceleration,
        )
