import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols import bgapi, ganglion
from emg_edge.firmware_bridge.protocols.bgapi_codes import REMOTE_ENDED, SUPERVISION_TIMEOUT
from emg_edge.firmware_bridge.protocols.bgapi_dialogue import messages
from emg_edge.firmware_bridge.simulated.feed import CounterFeed
from emg_edge.firmware_bridge.simulated.ganglion import ADDRESS, DISCONNECT, NOTIFY, WRITE, GanglionFirmware
from emg_edge.firmware_bridge.simulated.ganglion_packets import Notifications

SUBSCRIBE = bgapi.AttributeWrite(0, NOTIFY + 1, b"\1\0").pack()
RAMP = (4 * np.arange(402)[:, None] + np.arange(4)).astype(np.int32)


def connected(version: int = 2, *, subscribed: bool = True) -> GanglionFirmware:
    firmware = GanglionFirmware(version)
    firmware.receive(bgapi.ConnectDirect(ADDRESS, 1, 10, 76, 100, 0).pack())
    if subscribed:
        firmware.receive(SUBSCRIBE)
    return firmware


def tell(firmware: GanglionFirmware, keys: str) -> str:
    """Write keys one by one; returns the text that was notified."""
    values = []
    for key in keys:
        reply = firmware.receive(bgapi.AttributeWrite(0, WRITE, key.encode()).pack())
        values += [message.value for message, _ in messages(reply) if isinstance(message, bgapi.AttributeValue)]
    assert all(len(value) <= ganglion.LENGTH for value in values)
    return b"".join(value[1:] for value in values if value[0] >= ganglion.TEXT).decode()


def values(firmware: GanglionFirmware, counts: NDArray[np.int32]) -> list[bytes]:
    found = []
    for packet in firmware.encode(counts):
        (message, _), *more = messages(packet.data)
        assert not more
        assert isinstance(message, bgapi.AttributeValue)
        found.append(message.value)
    return found


def test_a_cycle_of_firmware_2() -> None:
    """A raw sample, then a hundred pairs of 19-bit differences; the last pair ends the cycle."""
    firmware = connected()
    tell(firmware, "b")
    packets = firmware.encode(RAMP)
    assert [packet.samples for packet in packets] == 2 * [1, *[2] * 100]
    assert [packet.data[9] for packet in packets] == 2 * [0, *range(101, 201)]
    raw = packets[101].data[9:]
    assert raw[1:] == b"".join(int(count).to_bytes(3, "big") for count in RAMP[201]) + b"ABCDEFG"


def test_a_cycle_of_firmware_3() -> None:
    """A hundred notifications of two samples, from the first on; 18 bits with the accelerometer."""
    firmware = connected(3)
    tell(firmware, "b")
    packets = firmware.encode(RAMP[:400])
    assert [packet.samples for packet in packets] == [2] * 200
    assert [packet.data[9] for packet in packets] == 2 * [*range(100, 200)]
    tell(firmware, "n")
    assert [value[0] for value in values(firmware, RAMP[:6])] == [0, 1, 2]


@settings(max_examples=30)
@given(st.sampled_from([2, 3]), st.lists(st.integers(0, 5), max_size=40))
def test_portions_do_not_matter(version: int, sizes: list[int]) -> None:
    """Samples that do not fill a notification wait for the next call."""
    counts = np.random.default_rng(0).integers(-(2**17), 2**17, (sum(sizes), 4)).astype(np.int32)
    parts = Notifications(version)
    cut = np.split(counts, np.cumsum(sizes)[:-1]) if sizes else []
    together = [packet for part in cut for packet in parts.pack(part, accelerometer=False)]
    assert together == Notifications(version).pack(counts, accelerometer=False)


def test_the_accelerometer_changes_the_width_between_pairs() -> None:
    """A pair that has begun with 19 bits ends with 19 bits."""
    firmware = connected()
    tell(firmware, "b")
    assert [value[0] for value in values(firmware, RAMP[:4])] == [0, 101]  # and one waits
    assert tell(firmware, "n") == ""
    assert [value[0] for value in values(firmware, RAMP[4:8])] == [102, 3]
    assert tell(firmware, "N") == ""
    assert [value[0] for value in values(firmware, RAMP[8:12])] == [4, 105]


def test_a_difference_that_does_not_fit_loses_its_upper_bits() -> None:
    """As on the board: what follows is wrong by as much, until the next raw sample."""
    counts = np.zeros((3, 4), np.int32)
    counts[1:, 0] = 2**19 + 10
    raw, pair = (value for value, _ in Notifications(2).pack(counts, accelerometer=False))
    deltas = ganglion.unpack_deltas(np.frombuffer(pair, np.uint8)[None], 19)
    assert raw[0] == 0
    assert deltas[0, :, 0].tolist() == [-9, 0]


def test_commands_are_answered_as_the_board_does() -> None:
    """Short texts, cut into notifications; while it streams, only the stop is answered."""
    firmware = connected()
    assert tell(firmware, "v").startswith("OpenBCI Ganglion v2.0.1\nGanglion-1a2b\nLIS2DH ID: 0x33\n")
    assert tell(firmware, "n") == "accelerometer enabled\n"
    assert tell(firmware, "N") == "accelerometer disabled\n"
    assert tell(firmware, "[") == "enable square wave\n"
    assert tell(firmware, "]") == "disable square wave\n"
    assert tell(firmware, "2@") == "Deactivating channel 2\nActivating channel 2\n"
    assert tell(firmware, "~~") == "Success: Sample rate is 200Hz\n"
    assert tell(firmware, "~6") == "Success: Sample rate is 400Hz\n"
    assert tell(firmware, "~9~x").count("Failure") == 2
    assert tell(firmware, "xb") == ""
    assert firmware.streaming
    assert tell(firmware, "nN[]1!") == ""
    assert tell(firmware, "s") == "stop running\n"
    assert not firmware.streaming
    assert firmware.encode(RAMP) == []


def test_only_the_first_byte_of_what_is_written_counts() -> None:
    """The radio's library hands on one byte of each write: hosts must send letters one by one."""
    firmware = connected()
    firmware.receive(bgapi.AttributeWrite(0, WRITE, b"bs").pack())
    assert firmware.streaming


def test_a_start_begins_with_a_raw_sample() -> None:
    """So does switching a channel, for which the board stops and starts; a second start changes nothing."""
    firmware = connected()
    tell(firmware, "b")
    assert values(firmware, RAMP[:5])[0][0] == 0
    tell(firmware, "b")
    assert values(firmware, RAMP[:2])[0][0] == 103
    tell(firmware, "3")
    first = values(firmware, RAMP[5:6])[0]
    assert first[0] == 0
    assert ganglion.unpack_raw(np.frombuffer(first, np.uint8)[None]).tolist() == [[20, 21, 0, 23]]


def test_the_test_signal_replaces_the_samples() -> None:
    """A square wave of 8000 counts with a period of one second, until it is switched off or the board stopped."""
    firmware = connected(3)
    tell(firmware, "[b")
    packets = np.frombuffer(b"".join(values(firmware, RAMP[:400])), np.uint8).reshape(-1, ganglion.LENGTH)
    counts = ganglion.unpack_upper(packets, 19).reshape(-1, 4)
    assert set(np.abs(counts).ravel().tolist()) == {8000}
    edges = np.flatnonzero(np.diff(counts[:, 0])) + 1
    assert edges.tolist() == [100, 200, 300]
    tell(firmware, "sb")
    assert values(firmware, RAMP[:2])[0][1:] == ganglion.pack_upper(RAMP[None, :2].astype(np.int64), 19).tobytes()


def test_impedances_are_text_of_their_own_kind() -> None:
    """Ohms of the four channels and of the reference; streaming stops for it and goes on afterwards."""
    firmware = connected()
    tell(firmware, "b")
    reply = firmware.receive(bgapi.AttributeWrite(0, WRITE, b"z").pack())
    found = [message.value for message, _ in messages(reply) if isinstance(message, bgapi.AttributeValue)]
    assert [value[0] for value in found] == [201, 202, 203, 204, 205]
    assert all(value[1:-1].isdigit() and value[-1:] == b"Z" for value in found)
    assert not firmware.streaming
    tell(firmware, "Z")
    assert firmware.streaming


def test_nothing_is_notified_without_a_subscription() -> None:
    """The board counts on, but neither text nor samples leave it."""
    firmware = connected(subscribed=False)
    assert tell(firmware, "vb") == ""
    assert firmware.streaming
    assert firmware.encode(RAMP[:10]) == []
    firmware.receive(SUBSCRIBE)
    assert values(firmware, RAMP[10:13])[0][0] == 105


def test_digitising_saturates_at_the_converters_range() -> None:
    """Full scale is 15.7 mV either way; a count is 1.87 nV."""
    firmware = GanglionFirmware()
    counts = firmware.digitise(np.array([[0.0, 1.0, 20_000.0, -20_000.0]]))
    assert counts.tolist() == [[0, 535, 2**23 - 1, -(2**23)]]
    assert counts.dtype == np.int32
    assert firmware.digitise(np.array([[-15_000.0] * 4])) * ganglion.UV_PER_COUNT == pytest.approx(-15_000, abs=1e-3)


def test_switching_it_off_and_on_is_noticed() -> None:
    """The dongle says that it is gone, the board has forgotten all, and is found again."""
    firmware = connected()
    tell(firmware, "n4b")
    firmware.encode(RAMP[:7])
    firmware.power_cycle()
    assert not firmware.streaming
    packets = firmware.encode(RAMP)
    assert [packet.samples for packet in packets] == [0]
    assert packets[0].data == bgapi.Disconnected(0, SUPERVISION_TIMEOUT).pack()
    firmware.receive(bgapi.ConnectDirect(ADDRESS, 1, 10, 76, 100, 0).pack() + SUBSCRIBE)
    tell(firmware, "b")
    assert [value[0] for value in values(firmware, RAMP[:3])] == [0, 101]


def test_the_host_may_have_the_board_end_the_connection() -> None:
    """A write to the third characteristic does it; a dongle that is pulled out knows of nothing."""
    firmware = connected()
    tell(firmware, "b")
    reply = firmware.receive(bgapi.AttributeWrite(0, DISCONNECT, b"\1").pack())
    assert bgapi.Disconnected(0, REMOTE_ENDED).pack() in reply
    assert not firmware.streaming
    firmware = connected()
    tell(firmware, "b")
    firmware.unplug()
    assert not firmware.streaming
    assert firmware.unsolicited() == b""


def test_a_counter_passes_through_firmware_2() -> None:
    """The feed that makes loss provable is told exactly, as its steps are small."""
    counts, _ = CounterFeed.of(GanglionFirmware()).read(201)
    firmware = connected()
    tell(firmware, "b")
    packets = np.frombuffer(b"".join(values(firmware, counts)), np.uint8).reshape(-1, ganglion.LENGTH)
    assert (ganglion.unpack_deltas(packets[1:], 19) == -1).all()
