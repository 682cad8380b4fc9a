"""What a Thalmic Myo says and is told over Bluetooth, whichever way the host is connected.

The facts are those of Thalmic's published header (myohw.h) and of what myo-raw and pyomyo found out about handles.
All values are little-endian.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

CHANNELS = 8
RATE_HZ = 200.0
LIMITS = (-128, 127)
SAMPLES_PER_NOTIFICATION = 2
EMG_BYTES = SAMPLES_PER_NOTIFICATION * CHANNELS
# The four EMG characteristics are notified in turn, two samples each: which one it was is all the counting there is,
# so a loss of 8 samples, or of a multiple, does not show in it.
WRAP = 4 * SAMPLES_PER_NOTIFICATION
OLDEST_MAJOR = 1  # firmware 0.x has other attributes and no raw EMG
LOW_BATTERY = 20  # percent
IMU_RATE_HZ = 50.0
IMU_BYTES = 20
ORIENTATION_SCALE = 16384.0
ACCELERATION_SCALE = 2048.0  # counts a g
GYROSCOPE_SCALE = 16.0  # counts a degree a second

_NUMBERS = np.arange(WRAP).reshape(-1, SAMPLES_PER_NOTIFICATION)  # of the samples of each characteristic

NOTIFY_ON = bytes([1, 0])  # written to the descriptor of a characteristic, its handle + 1


class Handle(IntEnum):
    """Attribute handles of firmware 1.x; the descriptor that switches notifications on is one further."""

    NAME = 0x03
    BATTERY = 0x11
    INFO = 0x15
    FIRMWARE_VERSION = 0x17
    COMMAND = 0x19
    IMU = 0x1C
    MOTION = 0x1F
    CLASSIFIER = 0x23
    ENVELOPE = 0x27  # mode 1, undocumented
    EMG_0 = 0x2B
    EMG_1 = 0x2E
    EMG_2 = 0x31
    EMG_3 = 0x34


EMG_HANDLES = (Handle.EMG_0, Handle.EMG_1, Handle.EMG_2, Handle.EMG_3)  # in the order of their rotation


class EmgMode(IntEnum):
    OFF = 0
    ENVELOPE = 1  # undocumented, 50 Hz, not supported here
    FILTERED = 2
    RAW = 3


class ImuMode(IntEnum):
    OFF = 0
    DATA = 1


def uuid128(short: int) -> bytes:
    """Give Thalmic's UUID d506xxxx-a904-deb9-4748-2c7f4a124842 as it is sent, least significant byte first."""
    return bytes.fromhex("4248124a7f2c4847b9de04a9") + struct.pack("<HH", short, 0xD506)


def uuid_text(short: int) -> str:
    """Write the same UUID as Bluetooth libraries want it."""
    return f"d506{short:04x}-a904-deb9-4748-2c7f4a124842"


CONTROL_SERVICE = 0x0001
INFO_UUID = 0x0101
FIRMWARE_VERSION_UUID = 0x0201
COMMAND_UUID = 0x0401
IMU_UUID = 0x0402
EMG_UUIDS = (0x0105, 0x0205, 0x0305, 0x0405)
# An advertisement holds the list of services (type 6, incomplete, 128 bits); the Myo's ends with its control service.
ADVERTISED = bytes([17, 6]) + uuid128(CONTROL_SERVICE)


def set_mode(emg: EmgMode, imu: ImuMode = ImuMode.DATA, *, classifier: bool = False) -> bytes:
    """The command that starts and stops what is measured."""
    return bytes([1, 3, emg, imu, classifier])


def set_sleep(*, never: bool) -> bytes:
    """Without it a Myo that is not worn, or not synchronised, goes to sleep in the middle of a recording."""
    return bytes([9, 1, never])


def vibrate(strength: int) -> bytes:
    """Vibrate 1 shortly, 2, or 3 for long."""
    return bytes([3, 1, strength])


def unlock() -> bytes:
    """Keep it unlocked until it is locked: gestures only, samples flow without."""
    return bytes([10, 1, 2])


@dataclass(frozen=True)
class FirmwareVersion:
    major: int
    minor: int
    patch: int
    hardware: int

    @classmethod
    def unpack(cls, value: bytes) -> "FirmwareVersion | None":
        return cls(*struct.unpack("<4H", value)) if len(value) == 8 else None

    def pack(self) -> bytes:
        return struct.pack("<4H", self.major, self.minor, self.patch, self.hardware)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def notes(address: str, version: FirmwareVersion, battery: bytes) -> tuple[str, ...]:
    """What the user should be told of a Myo, a sentence each; `battery` is b'' where it did not say its charge."""
    said = f"Myo {address}, firmware {version}"
    if not battery or battery[0] >= LOW_BATTERY:
        return (said,)
    return said, f"the Myo's battery is at {battery[0]} %: charge it soon"


def emg_counts(values: NDArray[np.int8]) -> NDArray[np.int32]:
    """(16n,) bytes, the values of n EMG notifications -> (2n, 8) counts."""
    return values.reshape(-1, CHANNELS).astype(np.int32)


def emg_value(counts: NDArray[np.int32]) -> bytes:
    """(2, 8) counts -> the value of an EMG notification."""
    return counts.astype(np.int8).tobytes()


def emg_numbers(characteristic: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) index of the characteristic, 0..3 -> (2n,) number of each sample, 0..7."""
    return _NUMBERS[characteristic].reshape(-1)


def accelerations_g(values: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(20n,) bytes, the values of n IMU notifications -> (n, 3) in g.

    Each has four words of orientation, three of acceleration, three of rotation.
    """
    words = values.view("<i2").reshape(-1, IMU_BYTES // 2)
    return words[:, 4:7].astype(np.float32) / np.float32(ACCELERATION_SCALE)


def imu_value(
    orientation: tuple[float, float, float, float],
    acceleration_g: tuple[float, float, float],
    rotation_dps: tuple[float, float, float],
) -> bytes:
    """Pack the value of an IMU notification; each part saturates at 16 bits."""
    parts = ((orientation, ORIENTATION_SCALE), (acceleration_g, ACCELERATION_SCALE), (rotation_dps, GYROSCOPE_SCALE))
    words = np.concatenate([np.multiply(part, scale) for part, scale in parts])
    return np.clip(np.round(words), -32768, 32767).astype("<i2").tobytes()
