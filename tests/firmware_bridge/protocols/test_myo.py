"""What a Myo says and is told, apart from how it is connected."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from emg_edge.firmware_bridge.protocols import myo


def test_uuids_are_thalmics() -> None:
    """The bytes on air are those of Thalmic's header; the text is theirs turned round."""
    assert myo.uuid128(0x0001).hex() == "4248124a7f2c4847b9de04a9010006d5"
    assert myo.uuid_text(0x0105) == "d5060105-a904-deb9-4748-2c7f4a124842"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (myo.set_mode(myo.EmgMode.RAW), [1, 3, 3, 1, 0]),
        (myo.set_mode(myo.EmgMode.FILTERED, myo.ImuMode.OFF, classifier=True), [1, 3, 2, 0, 1]),
        (myo.set_sleep(never=True), [9, 1, 1]),
        (myo.set_sleep(never=False), [9, 1, 0]),
        (myo.vibrate(2), [3, 1, 2]),
        (myo.unlock(), [10, 1, 2]),
    ],
)
def test_commands_are_thalmics(command: bytes, expected: list[int]) -> None:
    """Number, size, arguments."""
    assert list(command) == expected


@given(counts=arrays.arrays(np.int32, (2, 8), elements=st.integers(*myo.LIMITS)))
def test_counts_survive_a_notification(counts: np.ndarray) -> None:
    """Two samples of eight signed bytes, the older first."""
    value = myo.emg_value(counts)
    assert len(value) == myo.EMG_BYTES
    np.testing.assert_array_equal(myo.emg_counts(np.frombuffer(value, np.int8)), counts)


def test_each_characteristic_stands_for_two_numbers() -> None:
    """The rotation of four gives the numbers 0 to 7."""
    np.testing.assert_array_equal(myo.emg_numbers(np.array([0, 1, 2, 3, 0])), [0, 1, 2, 3, 4, 5, 6, 7, 0, 1])


def test_acceleration_is_in_g_and_saturates() -> None:
    """It is found between orientation and rotation; the sensor says no more than 16 g."""
    values = myo.imu_value((1, 0, 0, 0), (0.5, -1, 99), (0, 0, 2000)) + myo.imu_value(
        (0, 1, 0, 0), (0, 0, 1), (0, 0, 0)
    )
    expected = [[0.5, -1, 32767 / 2048], [0, 0, 1]]
    np.testing.assert_allclose(myo.accelerations_g(np.frombuffer(values, np.uint8)), expected)


def test_a_firmware_version_has_eight_bytes() -> None:
    """It is read back, and another length is none."""
    version = myo.FirmwareVersion(1, 5, 1970, 2)
    assert myo.FirmwareVersion.unpack(version.pack()) == version
    assert str(version) == "1.5.1970"
    assert myo.FirmwareVersion.unpack(b"\1\0") is None
