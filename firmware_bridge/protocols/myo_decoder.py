"""The decoder of what streams from a Myo through its BLED112 dongle."""

import re

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols import bgapi, myo
from emg_edge.firmware_bridge.protocols.bgapi_codes import NOTIFY
from emg_edge.firmware_bridge.protocols.bgapi_packet import HEADER_BYTES
from emg_edge.firmware_bridge.protocols.bgapi_stream import SHORT, disconnection, kind_of, split, walk
from emg_edge.firmware_bridge.protocols.decoding import Decoded, StreamDecoder

NOTIFICATIONS = (myo.EMG_BYTES, myo.IMU_BYTES)  # sizes of what streams
_VALUE = kind_of(bgapi.AttributeValue)
_DISCONNECTED = kind_of(bgapi.Disconnected)
_CONNECTION, _HANDLE, _TYPE = HEADER_BYTES, HEADER_BYTES + 1, HEADER_BYTES + 3
_AT = HEADER_BYTES + bgapi.AttributeValue.fixed + 1  # where a value begins

# What each notification begins with, whoever sends it.
_HEADERS = tuple(bgapi.AttributeValue(0, 0, NOTIFY, bytes(size)).pack()[:HEADER_BYTES] for size in NOTIFICATIONS)

_NUMBERS = np.full((256, myo.SAMPLES_PER_NOTIFICATION), -1, np.int64)  # handle -> the numbers of its samples
_NUMBERS[list(myo.EMG_HANDLES)] = myo.emg_numbers(np.arange(len(myo.EMG_HANDLES))).reshape(-1, _NUMBERS.shape[1])


class MyoDongleDecoder(StreamDecoder):
    """Myo counts of what one connection's notifications hold; everything else that the dongle says is passed by.

    The counting is the rotation of the characteristics (see myo.WRAP). BGAPI has no checksum: a byte that was
    changed within a notification's value is believed.
    """

    channels = myo.CHANNELS
    wrap = myo.WRAP

    def __init__(self, connection: int = 0) -> None:
        self._connection = connection
        self._notification = _notification(connection)
        self.reset()

    def reset(self) -> None:
        self._kept = b""
        self._acceleration_g = np.full((1, 3), np.nan, np.float32)

    def push(self, data: bytes) -> Decoded:
        data = self._kept + data if self._kept else data
        return self._few(data) if len(data) <= SHORT else self._many(data)

    def _few(self, data: bytes) -> Decoded:
        found = self._notification.findall(data)
        handles, emg, imu = _joined(found)
        if len(found) * _AT + len(emg) + len(imu) == len(data) and sum(map(data.count, _HEADERS)) == len(found):
            # They are all that came, as nearly always, and no header in the middle of one tells that it was cut short.
            skipped, ended, self._kept = 0, "", b""
        else:
            walked = walk(data, NOTIFICATIONS)
            ours = (self._notification.fullmatch(data, at, at + length) for at, length, _ in walked.packets)
            found = [match.groups(b"") for match in ours if match]
            handles, emg, imu = _joined(found)
            gone = [at for at, _, kind in walked.packets if kind == _DISCONNECTED]
            ended = disconnection("Myo", data, gone, self._connection)
            skipped, self._kept = walked.skipped, data[walked.used :]
        acceleration = None
        if self.acceleration_wanted:
            is_emg = np.array([bool(handle) for handle, _, _ in found], bool)
            acceleration = self._hold((~is_emg).cumsum()[is_emg], np.frombuffer(imu, np.uint8))
        return Decoded(
            counts=myo.emg_counts(np.frombuffer(emg, np.int8)),
            number=_NUMBERS.take(np.frombuffer(handles, np.uint8), 0).reshape(-1),
            skipped=skipped,
            acceleration=acceleration,
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
        is_emg = ours & (_NUMBERS[handle, 0] >= 0) & (length == _AT + myo.EMG_BYTES)
        is_imu = ours & (handle == myo.Handle.IMU) & (length == _AT + myo.IMU_BYTES)
        emg, imu = start[is_emg], start[is_imu]
        acceleration = None
        if self.acceleration_wanted:
            acceleration = self._hold(np.searchsorted(imu, emg), _values(byte, imu, myo.IMU_BYTES))
        return Decoded(
            counts=myo.emg_counts(_values(byte, emg, myo.EMG_BYTES).view(np.int8)),
            number=_NUMBERS[handle[is_emg]].reshape(-1),
            skipped=found.skipped,
            acceleration=acceleration,
            ended=disconnection("Myo", data, found.start[found.kind == _DISCONNECTED].tolist(), self._connection),
        )

    def _hold(self, known: NDArray[np.int64], imu: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(2n, 3) g of n EMG notifications, before each of which `known` IMU notifications had come."""
        newest = self._acceleration_g
        if len(imu):
            newest = np.concatenate([newest, myo.accelerations_g(imu)])
            self._acceleration_g = newest[-1:]
        return newest[known.repeat(myo.SAMPLES_PER_NOTIFICATION)]


def _notification(connection: int) -> re.Pattern[bytes]:
    """Match whole notifications of a connection: the handle and the value of EMG, or the value of the IMU.

    What does not apply is b"".
    """
    emg, imu = (
        bgapi.AttributeValue(connection, handle, NOTIFY, bytes(size)).pack()[:_AT]
        for handle, size in ((myo.Handle.EMG_0, myo.EMG_BYTES), (myo.Handle.IMU, myo.IMU_BYTES))
    )
    handles = b"|".join([re.escape(bytes([handle])) for handle in myo.EMG_HANDLES])
    any_emg = b"%b(%b)%b" % (re.escape(emg[:_HANDLE]), handles, re.escape(emg[_HANDLE + 1 :]))
    return re.compile(b"%b(.{%d})|%b(.{%d})" % (any_emg, myo.EMG_BYTES, re.escape(imu), myo.IMU_BYTES), re.DOTALL)


def _joined(found: list[tuple[bytes, bytes, bytes]]) -> tuple[bytes, bytes, bytes]:
    """All handles, all values of EMG and all of the IMU, each one after another."""
    handles, emg, imu = map(b"".join, zip(*found, strict=True)) if found else (b"", b"", b"")
    return handles, emg, imu


def _values(byte: NDArray[np.uint8], start: NDArray[np.int64], size: int) -> NDArray[np.uint8]:
    """(n,) starts of packets -> (n * size,) bytes of their values, one after another."""
    if not len(start):
        return np.empty(0, np.uint8)
    # Row k is the `size` bytes from byte k on: a view, so that the choice of rows below is the only copy.
    rows: NDArray[np.uint8] = np.ndarray((len(byte) - size + 1, size), np.uint8, byte, strides=(1, 1))
    return rows[start + _AT].ravel()
