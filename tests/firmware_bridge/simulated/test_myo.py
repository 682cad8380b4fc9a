"""The simulated Myo: streams what and when the real one does."""

import numpy as np
import pytest

from emg_edge.firmware_bridge.protocols import bgapi, myo
from emg_edge.firmware_bridge.protocols.bgapi_codes import INVALID_LENGTH, OK, REMOTE_ENDED, SUPERVISION_TIMEOUT
from emg_edge.firmware_bridge.protocols.bgapi_dialogue import messages
from emg_edge.firmware_bridge.protocols.bgapi_packet import Message
from emg_edge.firmware_bridge.protocols.myo import Handle
from emg_edge.firmware_bridge.protocols.myo_decoder import MyoDongleDecoder
from emg_edge.firmware_bridge.simulated.firmware import Packet
from emg_edge.firmware_bridge.simulated.myo import ADDRESS, MyoFirmware
from emg_edge.signal.units import UV_PER_MYO_COUNT

SUBSCRIBE = tuple(handle + 1 for handle in (*myo.EMG_HANDLES, Handle.IMU))


def tell(firmware: MyoFirmware, command: Message) -> list[Message]:
    return [message for message, _ in messages(firmware.receive(command.pack()))]


def write(firmware: MyoFirmware, handle: int, value: bytes) -> int:
    last = tell(firmware, bgapi.AttributeWrite(0, handle, value))[-1]
    assert isinstance(last, bgapi.ProcedureCompleted)
    return last.result


def connected() -> MyoFirmware:
    firmware = MyoFirmware()
    tell(firmware, bgapi.ConnectDirect(ADDRESS, 0, 6, 6, 64, 0))
    return firmware


def streaming(mode: myo.EmgMode = myo.EmgMode.RAW, subscribe: tuple[int, ...] = SUBSCRIBE) -> MyoFirmware:
    firmware = connected()
    for handle in subscribe:
        assert write(firmware, handle, myo.NOTIFY_ON) == OK
    assert write(firmware, Handle.COMMAND, myo.set_mode(mode)) == OK
    return firmware


def counts(n: int) -> np.ndarray:
    return np.arange(8 * n, dtype=np.int32).reshape(n, 8) % 256 - 128


def joined(packets: list[Packet]) -> bytes:
    return b"".join(packet.data for packet in packets)


def test_it_advertises_as_a_myo_does() -> None:
    """The advertisement ends with the control service's UUID, by which clients know it."""
    heard = [one for one in tell(MyoFirmware(), bgapi.Discover()) if isinstance(one, bgapi.ScanResponse)]
    assert heard[0].data.endswith(myo.ADVERTISED)
    assert heard[0].address == ADDRESS


@pytest.mark.parametrize(
    ("handle", "value"),
    [
        (Handle.NAME, b"Simulated Myo"),
        (Handle.BATTERY, bytes([87])),
        (Handle.FIRMWARE_VERSION, myo.FirmwareVersion(1, 5, 1970, 2).pack()),
    ],
)
def test_it_tells_about_itself(handle: int, value: bytes) -> None:
    """Name, battery and version stand at the handles that clients know."""
    assert tell(connected(), bgapi.ReadByHandle(0, handle))[-1] == bgapi.AttributeValue(0, handle, 0, value)


def test_characteristics_are_found_by_their_uuids() -> None:
    """A client that looks for Thalmic's UUIDs finds the handles that others take for granted."""
    found = {
        one.uuid: one.handle
        for one in tell(connected(), bgapi.FindInformation(0, 1, 0xFFFF))
        if isinstance(one, bgapi.InformationFound)
    }
    for uuid, handle in zip(myo.EMG_UUIDS, myo.EMG_HANDLES, strict=True):
        assert found[myo.uuid128(uuid)] == handle
    assert found[myo.uuid128(myo.COMMAND_UUID)] == Handle.COMMAND


@pytest.mark.parametrize("mode", [myo.EmgMode.FILTERED, myo.EmgMode.RAW])
def test_emg_comes_in_rotation_two_samples_each(mode: myo.EmgMode) -> None:
    """An odd sample waits for the next call, the rotation goes on, and each packet says what its loss costs."""
    firmware = streaming(mode)
    packets = firmware.encode(counts(21)[:5]) + firmware.encode(counts(21)[5:])
    decoded = MyoDongleDecoder().push(joined(packets))
    np.testing.assert_array_equal(decoded.counts, counts(20))
    np.testing.assert_array_equal(decoded.number, np.arange(20) % 8)
    assert sum(packet.samples for packet in packets) == 20


def test_imu_comes_at_50_hz_and_costs_no_sample() -> None:
    """One notification every four samples, of an arm that lies still."""
    packets = streaming().encode(counts(200))
    assert sum(packet.samples == 0 for packet in packets) == 50
    acceleration = MyoDongleDecoder().push(joined(packets)).acceleration
    assert acceleration is not None
    np.testing.assert_array_equal(acceleration[4:], [[0, 0, 1]] * 196)
    assert all(packet.samples for packet in streaming(subscribe=SUBSCRIBE[:4]).encode(counts(200)))


def test_only_subscribed_characteristics_are_sent() -> None:
    """The others' samples are missing, which the numbers show."""
    firmware = streaming(subscribe=(myo.EMG_HANDLES[1] + 1,))
    assert MyoDongleDecoder().push(joined(firmware.encode(counts(8)))).number.tolist() == [2, 3]


@pytest.mark.parametrize("mode", [myo.EmgMode.OFF, myo.EmgMode.ENVELOPE])
def test_other_modes_do_not_stream(mode: myo.EmgMode) -> None:
    """Subscribing alone starts nothing; and what was being measured before does not come later."""
    firmware = streaming()
    firmware.encode(counts(1))
    assert write(firmware, Handle.COMMAND, myo.set_mode(mode)) == OK
    assert not firmware.streaming
    assert firmware.encode(counts(8)) == []
    write(firmware, Handle.COMMAND, myo.set_mode(myo.EmgMode.RAW))
    np.testing.assert_array_equal(MyoDongleDecoder().push(joined(firmware.encode(counts(2)))).counts, counts(2))


def test_a_power_cycle_is_reported_and_forgets_everything() -> None:
    """The dongle reports the silence by itself; a new connection starts with the first characteristic."""
    firmware = streaming()
    firmware.encode(counts(3))
    firmware.power_cycle()
    assert not firmware.streaming
    expected = bgapi.Disconnected(0, SUPERVISION_TIMEOUT).pack()
    assert joined(firmware.encode(counts(3))) == expected
    assert firmware.unsolicited() == b""
    tell(firmware, bgapi.ConnectDirect(ADDRESS, 0, 6, 6, 64, 0))
    for handle in SUBSCRIBE:
        write(firmware, handle, myo.NOTIFY_ON)
    write(firmware, Handle.COMMAND, myo.set_mode(myo.EmgMode.RAW))
    assert MyoDongleDecoder().push(joined(firmware.encode(counts(4)))).number.tolist() == [0, 1, 2, 3]


def test_a_scan_hears_it_come_back() -> None:
    """Whoever scans while it is off is told when it is on again."""
    firmware = MyoFirmware()
    firmware.myo.awake = False
    assert tell(firmware, bgapi.Discover()) == [bgapi.DiscoverDone(OK)]
    firmware.power_cycle()
    assert myo.ADVERTISED in firmware.unsolicited()


def test_deep_sleep_ends_the_connection() -> None:
    """The Myo goes, and does not advertise until it is switched on."""
    firmware = streaming()
    answers = tell(firmware, bgapi.AttributeWrite(0, Handle.COMMAND, bytes([4, 0])))
    assert answers[-1] == bgapi.Disconnected(0, REMOTE_ENDED)
    assert not firmware.streaming
    assert tell(firmware, bgapi.Discover()) == [bgapi.DiscoverDone(OK)]


def test_pulling_the_dongle_ends_streaming_without_a_word() -> None:
    """There is nobody left to report it."""
    firmware = streaming()
    firmware.unplug()
    assert not firmware.streaming
    assert firmware.unsolicited() == b""
    assert tell(firmware, bgapi.ConnectDirect(ADDRESS, 0, 6, 6, 64, 0))[0] == bgapi.ConnectDirectDone(OK, 0)


def test_commands_are_taken_or_refused() -> None:
    """Vibration, sleep and unlocking are known; a command of a wrong size is not."""
    firmware = connected()
    assert write(firmware, Handle.COMMAND, myo.vibrate(2)) == OK
    assert firmware.myo.vibrations == [2]
    assert write(firmware, Handle.COMMAND, myo.set_sleep(never=True)) == OK
    assert firmware.myo.never_sleeps
    assert write(firmware, Handle.COMMAND, myo.unlock()) == OK
    for wrong in (b"", b"\1", b"\1\3\3", b"\1\2\3\1", b"\x63\0"):
        assert write(firmware, Handle.COMMAND, wrong) == INVALID_LENGTH


def test_microvolts_become_counts_that_saturate() -> None:
    """One count for so many microvolts, rounded, within a signed byte."""
    uv = np.array([[0, 1, -1, 2, 3, -3, 1000, -1000]]) * UV_PER_MYO_COUNT * 0.9
    np.testing.assert_array_equal(MyoFirmware().digitise(uv), [[0, 1, -1, 2, 3, -3, 127, -128]])
