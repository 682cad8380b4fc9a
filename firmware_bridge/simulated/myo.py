"""A simulated Myo with firmware 1.5 behind a simulated dongle.

The handles are those that are known of the real one (see protocols.myo); the standard services before them lie as the
Myo's radio chip lays them out. Left out: gestures, motion events, and EMG mode 1.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols import myo
from emg_edge.firmware_bridge.protocols.bgapi_codes import INVALID_LENGTH, OK, REMOTE_ENDED, SUPERVISION_TIMEOUT
from emg_edge.firmware_bridge.protocols.myo import Handle
from emg_edge.firmware_bridge.simulated.behind_dongle import BehindDongle
from emg_edge.firmware_bridge.simulated.dongle import Dongle
from emg_edge.firmware_bridge.simulated.firmware import Packet
from emg_edge.firmware_bridge.simulated.peripheral import (
    CAN_INDICATE,
    CAN_NOTIFY,
    CAN_READ,
    CAN_WRITE,
    Characteristic,
    Peripheral,
    Service,
)
from emg_edge.signal.units import UV_PER_MYO_COUNT

ADDRESS = bytes.fromhex("5d2937f552c2")  # C2:52:F5:37:29:5D
NAME = b"Simulated Myo"
VERSION = myo.FirmwareVersion(1, 5, 1970, 2)
BATTERY_PERCENT = 87
PAIRS_PER_IMU = round(myo.RATE_HZ / myo.IMU_RATE_HZ / myo.SAMPLES_PER_NOTIFICATION)
_SET_MODE, _VIBRATE, _DEEP_SLEEP, _SET_SLEEP, _UNLOCK = 1, 3, 4, 9, 10
_STREAMS_EMG = (myo.EmgMode.FILTERED, myo.EmgMode.RAW)
_STREAMS_IMU = (1, 3, 4)  # data, data and events, raw data
# The arm lies still, the armband level: one g upwards.
_AT_REST = myo.imu_value((1, 0, 0, 0), (0, 0, 1), (0, 0, 0))
_RW = CAN_READ | CAN_WRITE
_FLAGS = bytes([2, 1, 6])  # of an advertisement: generally discoverable, no classic Bluetooth


def _short(uuid: int) -> bytes:
    return struct.pack("<H", uuid)


def _services(version: myo.FirmwareVersion) -> list[Service]:
    info = bytes(6) + struct.pack("<HBBBBB", 0xFFFF, 0, 0, 0, 0, 1) + bytes(7)
    emg = zip(myo.EMG_HANDLES, myo.EMG_UUIDS, strict=True)
    return [
        Service(
            0x01,
            _short(0x1800),
            (
                Characteristic(Handle.NAME, _short(0x2A00), _RW, NAME),
                Characteristic(0x05, _short(0x2A01), CAN_READ, bytes(2)),
                Characteristic(0x07, _short(0x2A04), CAN_READ, struct.pack("<4H", 6, 6, 0, 64)),
            ),
        ),
        Service(0x08, _short(0x1801), (Characteristic(0x0A, _short(0x2A05), CAN_INDICATE),)),
        Service(0x0C, _short(0x180A), (Characteristic(0x0E, _short(0x2A29), CAN_READ, b"Thalmic Labs"),)),
        Service(
            0x0F,
            _short(0x180F),
            (Characteristic(Handle.BATTERY, _short(0x2A19), CAN_READ | CAN_NOTIFY, bytes([BATTERY_PERCENT])),),
        ),
        Service(
            0x13,
            myo.uuid128(myo.CONTROL_SERVICE),
            (
                Characteristic(Handle.INFO, myo.uuid128(myo.INFO_UUID), CAN_READ, info),
                Characteristic(
                    Handle.FIRMWARE_VERSION, myo.uuid128(myo.FIRMWARE_VERSION_UUID), CAN_READ, version.pack()
                ),
                Characteristic(Handle.COMMAND, myo.uuid128(myo.COMMAND_UUID), CAN_WRITE),
            ),
        ),
        Service(
            0x1A,
            myo.uuid128(0x0002),
            (
                Characteristic(Handle.IMU, myo.uuid128(myo.IMU_UUID), CAN_NOTIFY),
                Characteristic(Handle.MOTION, myo.uuid128(0x0502), CAN_INDICATE),
            ),
        ),
        Service(0x21, myo.uuid128(0x0003), (Characteristic(Handle.CLASSIFIER, myo.uuid128(0x0103), CAN_INDICATE),)),
        Service(0x25, myo.uuid128(0x0004), (Characteristic(Handle.ENVELOPE, myo.uuid128(0x0104), CAN_NOTIFY),)),
        Service(
            0x29,
            myo.uuid128(0x0005),
            tuple(Characteristic(handle, myo.uuid128(uuid), CAN_NOTIFY) for handle, uuid in emg),
        ),
    ]


class Myo(Peripheral):
    """The armband. `vibrations` are the strengths it was told to vibrate with."""

    def __init__(self, address: bytes = ADDRESS, version: myo.FirmwareVersion = VERSION) -> None:
        name = bytes([len(NAME) + 1, 9]) + NAME
        super().__init__(address, _FLAGS + myo.ADVERTISED, _services(version), scan_data=name)
        self._forget()

    @property
    def measures_emg(self) -> bool:
        return self.emg_mode in _STREAMS_EMG

    @property
    def measures_imu(self) -> bool:
        return self.imu_mode in _STREAMS_IMU

    def written(self, handle: int, value: bytes) -> int:
        if handle != Handle.COMMAND:
            return OK
        if len(value) < 2 or len(value) < 2 + value[1]:
            return INVALID_LENGTH
        command, argument = value[0], value[2 : 2 + value[1]]
        if command == _SET_MODE and len(argument) == 3:
            self.emg_mode, self.imu_mode, _ = argument
        elif command == _SET_SLEEP and len(argument) == 1:
            self.never_sleeps = bool(argument[0])
        elif command == _VIBRATE and len(argument) == 1:
            self.vibrations.append(argument[0])
        elif command == _DEEP_SLEEP:
            self.awake = False
        elif command != _UNLOCK or len(argument) != 1:
            return INVALID_LENGTH
        return OK

    def disconnected(self) -> None:
        super().disconnected()
        self._forget()

    def _forget(self) -> None:
        self.emg_mode = self.imu_mode = 0
        self.never_sleeps = False
        self.vibrations: list[int] = []


class MyoFirmware(BehindDongle):
    """Dongle and Myo as one board. `others` are further Myos in reach, heard before this one.

    After `power_cycle` (the Myo's) and after the Myo was sent to deep sleep, the dongle says so by itself: with the
    next bytes from `receive`, `encode` or `unsolicited`.
    """

    channels = myo.CHANNELS
    limits = myo.LIMITS

    def __init__(self, version: myo.FirmwareVersion = VERSION, others: tuple[Myo, ...] = ()) -> None:
        self.rate_hz = myo.RATE_HZ
        self.myo = self.peripheral = Myo(version=version)
        self.dongle = Dongle([*others, self.myo])
        self.streaming = False
        self._restart()

    def _restart(self) -> None:
        self._held = np.empty((0, self.channels), np.int32)
        self._pairs = 0  # since power-on: the rotation follows it

    def receive(self, data: bytes) -> bytes:
        reply = self.dongle.receive(data)
        if not self.myo.awake:
            self.dongle.lose(self.myo, REMOTE_ENDED)
        self._look()
        return reply + self.dongle.unsolicited()

    def digitise(self, samples_uv: NDArray[np.floating]) -> NDArray[np.int32]:
        counts: NDArray[np.int32] = np.clip(np.round(samples_uv / UV_PER_MYO_COUNT), *self.limits).astype(np.int32)
        return counts

    def encode(self, counts: NDArray[np.int32]) -> list[Packet]:
        packets = [Packet(data, 0)] if (data := self.unsolicited()) else []
        if not self.streaming:
            return packets
        counts = np.concatenate([self._held, counts])
        whole = len(counts) // myo.SAMPLES_PER_NOTIFICATION
        self._held = counts[whole * myo.SAMPLES_PER_NOTIFICATION :]
        imu = self.myo.measures_imu and self.myo.notifies(Handle.IMU)
        subscribed = [self.myo.notifies(handle) for handle in myo.EMG_HANDLES]
        pairs = counts[: whole * myo.SAMPLES_PER_NOTIFICATION]
        for pair in pairs.reshape(whole, myo.SAMPLES_PER_NOTIFICATION, self.channels):
            turn = self._pairs % len(myo.EMG_HANDLES)
            if subscribed[turn]:
                value = myo.emg_value(pair)
                packets.append(
                    Packet(self.dongle.notification(myo.EMG_HANDLES[turn], value), myo.SAMPLES_PER_NOTIFICATION)
                )
            self._pairs += 1
            if imu and self._pairs % PAIRS_PER_IMU == 0:
                packets.append(Packet(self.dongle.notification(Handle.IMU, _AT_REST), 0))
        return packets

    def switch_off(self) -> None:
        self.dongle.lose(self.myo, SUPERVISION_TIMEOUT)
        self.myo.disconnected()
        self.myo.awake = False
        self._restart()
        self._look()

    def _look(self) -> None:
        self.streaming = self.dongle.connected is self.myo and self.myo.measures_emg
        if not self.streaming:
            self._held = self._held[:0]
