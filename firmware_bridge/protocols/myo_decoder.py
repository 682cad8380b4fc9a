"""The decoder of what streams from a Myo through its BLED112 dongle."""

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols import bgapi, myo
from emg_edge.firmware_bridge.protocols.bgapi_codes import NOTIFY, meaning
from emg_edge.firmware_bridge.protocols.bgapi_packet import HEADER_BYTES
from emg_edge.firmware_bridge.protocols.bgapi_stream import SHORT, kind_of, split, walk
from emg_edge.firmware_bridge.protocols.decoding import Decoded, StreamDecoder

NOTIFICATIONS = (myo.EMG_BYTES, myo.IMU_BYTES)  # sizes of what streams
_VALUE = kind_of(bgapi.AttributeValue)
_DISCONNECTED = kind_of(bgapi.Disconnected)
_CONNECTION, _HANDLE, _TYPE = HEADER_BYTES, HEADER_BYTES + 1, HEADER_BYTES + 3
_AT = HEADER_BYTES + bgapi.AttributeValue.fixed + 1  # where a value begins

_CHARACTERISTIC = np.full(256, -1, np.int64)  # handle -> its place in the rotation
_CHARACTERISTIC[list(myo.EMG_HANDLES)] = np.arange(len(myo.EMG_HANDLES))


class MyoDongleDecoder(StreamDecoder):
    """Myo counts of what one connection's notifications hold; everything else that the dongle says is passed by.

    The counting is the rotation of the characteristics (see myo.WRAP). BGAPI has no checksum: a byte that was
    changed within a notification's value is believed.
    """

    channels = myo.CHANNELS
    wrap = myo.WRAP

    def __init__(self, connection: int = 0) -> None:
        self._connection = connection
        # What the first bytes of a notification of ours are, up to where its value begins.
        self._emg = {_beginning(connection, handle, myo.EMG_BYTES): k for k, handle in enumerate(myo.EMG_HANDLES)}
        self._imu = _beginning(connection, myo.Handle.IMU, myo.IMU_BYTES)
        self.reset()

    def reset(self) -> None:
        self._kept = b""
        self._acceleration_g = np.full((1, 3), np.nan, np.float32)

    def push(self, data: bytes) -> Decoded:
        data = self._kept + data if self._kept else data
        return self._few(data) if len(data) <= SHORT else self._many(data)

    def _few(self, data: bytes) -> Decoded:
        found = walk(data, NOTIFICATIONS)
        self._kept = data[found.used :]
        emg: list[bytes] = []
        imu: list[bytes] = []
        characteristics, ended = [], ""
        known = []  # how many accelerations had come before each EMG notification
        for start, length, kind in found.packets:
            if kind == _VALUE:
                beginning = data[start : start + _AT]
                if (characteristic := self._emg.get(beginning)) is not None:
                    emg.append(data[start + _AT : start + length])
                    characteristics.append(characteristic)
                    known.append(len(imu))
                elif beginning == self._imu:
                    imu.append(data[start + _AT : start + length])
            elif kind == _DISCONNECTED:
                ended = ended or self._reason(data, start)
        return Decoded(
            counts=myo.emg_counts(np.frombuffer(b"".join(emg), np.uint8)),
            number=myo.emg_numbers(np.array(characteristics, np.int64)),
            skipped=found.skipped,
            acceleration=self._hold(np.array(known, np.int64), np.frombuffer(b"".join(imu), np.uint8)),
            ended=ended,
        )

    def _many(self, data: bytes) -> Decoded:
        found = split(data, NOTIFICATIONS)
        self._kept = data[found.used :]
        byte = np.frombuffer(data, np.uint8)
        start = found.start[found.kind == _VALUE]
        length = found.length[found.kind == _VALUE]
        ours = (byte[start + _CONNECTION] == self._connection) & (byte[start + _TYPE] == NOTIFY)
        ours &= byte[start + _HANDLE + 1] == 0  # the Myo's handles fit in a byte
        handle = byte[start + _HANDLE]
        characteristic = _CHARACTERISTIC[handle]
        is_emg = ours & (characteristic >= 0) & (length == _AT + myo.EMG_BYTES)
        is_imu = ours & (handle == myo.Handle.IMU) & (length == _AT + myo.IMU_BYTES)
        emg, imu = start[is_emg], start[is_imu]
        reasons = [self._reason(data, at) for at in found.start[found.kind == _DISCONNECTED].tolist()]
        return Decoded(
            counts=myo.emg_counts(_values(byte, emg, myo.EMG_BYTES)),
            number=myo.emg_numbers(characteristic[is_emg]),
            skipped=found.skipped,
            acceleration=self._hold(np.searchsorted(imu, emg), _values(byte, imu, myo.IMU_BYTES)),
            ended=next(filter(None, reasons), ""),
        )

    def _hold(self, known: NDArray[np.int64], imu: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(2n, 3) g of n EMG notifications, before each of which `known` IMU notifications had come."""
        newest = self._acceleration_g
        if len(imu):
            newest = np.concatenate([newest, myo.accelerations_g(imu)])
            self._acceleration_g = newest[-1:]
        return newest[known.repeat(myo.SAMPLES_PER_NOTIFICATION)]

    def _reason(self, data: bytes, at: int) -> str:
        at += HEADER_BYTES
        event = bgapi.Disconnected.unpack(data[at : at + bgapi.Disconnected.fixed])
        return f"the Myo disconnected ({meaning(event.reason)})" if event.connection == self._connection else ""


def _beginning(connection: int, handle: int, size: int) -> bytes:
    return bgapi.AttributeValue(connection, handle, NOTIFY, bytes(size)).pack()[:_AT]


def _values(byte: NDArray[np.uint8], start: NDArray[np.int64], size: int) -> NDArray[np.uint8]:
    """(n,) starts of packets -> (n * size,) bytes of their values, one after another."""
    if not len(start):
        return np.empty(0, np.uint8)
    # Row k is the `size` bytes from byte k on: a view, so that the choice of rows below is the only copy.
    rows: NDArray[np.uint8] = np.ndarray((len(byte) - size + 1, size), np.uint8, byte, strides=(1, 1))
    return rows[start + _AT].ravel()
