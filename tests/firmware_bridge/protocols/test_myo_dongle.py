"""The dialogue that brings a Myo to streaming, with the simulated one and with ones that refuse."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pytest

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import bgapi, myo
from emg_edge.firmware_bridge.protocols.bgapi_codes import (
    INVALID_HANDLE,
    NOT_ESTABLISHED,
    OK,
    REMOTE_POWER_OFF,
    WRONG_STATE,
)
from emg_edge.firmware_bridge.protocols.bgapi_packet import COMMANDS, Message, parse
from emg_edge.firmware_bridge.protocols.conversation import Dialogue, Stream
from emg_edge.firmware_bridge.protocols.myo_dongle import MyoDongleClient
from emg_edge.firmware_bridge.protocols.talk import Talk
from emg_edge.firmware_bridge.simulated.myo import Myo, MyoFirmware

T = TypeVar("T")
OTHER = bytes.fromhex("010203040506")
LONGEST_STOP_S = 1.0


def converse(dialogue: Dialogue[T], receive: Callable[[bytes], bytes]) -> tuple[T, float, bytes]:
    """Let the dialogue talk with `receive`; its result, the seconds it took, and the bytes that are left over.

    Time passes only while nothing is answered.
    """
    talk, now_s = Talk(dialogue, 0.0), 0.0
    while not talk.done:
        written = talk.to_write()
        answer = receive(written) if written else b""
        if not answer:
            now_s = talk.due_s
        talk.receive(answer, now_s)
    return talk.result, now_s, talk.rest  # type: ignore[return-value] # it is done


def start(firmware: MyoFirmware, client: MyoDongleClient | None = None) -> Stream:
    return converse((client or MyoDongleClient()).start(), firmware.receive)[0]


def refusal(receive: Callable[[bytes], bytes], client: MyoDongleClient | None = None) -> str:
    with pytest.raises(BoardError) as caught:
        converse((client or MyoDongleClient()).start(), receive)
    return str(caught.value)


def instead(firmware: MyoFirmware, kind: type[Message], *answers: Message) -> Callable[[bytes], bytes]:
    """The firmware, except that one kind of command gets these answers."""

    def receive(data: bytes) -> bytes:
        command = parse(data, COMMANDS)
        if isinstance(command, kind):
            return b"".join(answer.pack() for answer in answers)
        return firmware.receive(data)

    return receive


@pytest.mark.parametrize("mode", [myo.EmgMode.RAW, myo.EmgMode.FILTERED])
def test_the_myo_is_brought_to_streaming(mode: myo.EmgMode) -> None:
    """All four characteristics and the IMU are subscribed, sleep is off, the mode is the one asked for."""
    firmware = MyoFirmware()
    stream = start(firmware, MyoDongleClient(mode))
    assert firmware.streaming
    assert firmware.myo.emg_mode == mode
    assert firmware.myo.never_sleeps
    assert all(firmware.myo.notifies(handle) for handle in (*myo.EMG_HANDLES, myo.Handle.IMU))
    assert (stream.rate_hz, stream.unit, stream.limits) == (200.0, "myo-count", (-128, 127))
    np.testing.assert_array_equal(stream.per_count, np.ones(8))
    assert stream.notes == ("Myo C2:52:F5:37:29:5D, firmware 1.5.1970",)
    counts = np.arange(32, dtype=np.int32).reshape(4, 8)
    wire = b"".join(packet.data for packet in firmware.encode(counts))
    np.testing.assert_array_equal(stream.decoder.push(wire).counts, counts)


def test_stopping_leaves_it_silent_and_free() -> None:
    """The Myo measures nothing, may sleep, and can be connected to by the next program."""
    firmware, client = MyoFirmware(), MyoDongleClient()
    start(firmware, client)
    converse(client.stop(), firmware.receive)
    assert not firmware.streaming
    assert firmware.dongle.connected is None
    assert not firmware.myo.never_sleeps


def test_stopping_a_dead_dongle_is_quick() -> None:
    """Without any answer it ends within a second, without an error."""
    assert converse(MyoDongleClient().stop(), lambda data: b"")[1] <= LONGEST_STOP_S


def test_a_myo_that_streams_already_is_started_anew() -> None:
    """What a killed program left streaming is ended first; its notifications in between disturb nothing."""
    firmware = MyoFirmware()
    start(firmware)

    def receive(data: bytes) -> bytes:
        before = b"".join(packet.data for packet in firmware.encode(np.ones((10, 8), np.int32)))
        return before[7:] + firmware.receive(data)

    stream, _, _ = converse(MyoDongleClient().start(), receive)
    assert firmware.streaming
    assert stream.notes


def test_a_command_that_was_left_half_written_is_survived() -> None:
    """The dongle takes our first command for the rest of it; the next one is answered."""
    firmware = MyoFirmware()
    firmware.receive(bgapi.AttributeWrite(0, 0x19, b"\1\3\0\0\0").pack()[:-4])
    assert start(firmware).notes


def test_a_chosen_myo_is_taken_among_others() -> None:
    """With an address the right one is connected to; without, the first that is heard."""
    firmware = MyoFirmware(others=(Myo(OTHER),))
    start(firmware, MyoDongleClient(mac="c2-52-f5-37-29-5d"))
    assert firmware.dongle.connected is firmware.myo
    assert start(firmware, MyoDongleClient()).notes[0].startswith("Myo 06:05:04:03:02:01")


def test_a_weak_battery_is_said() -> None:
    """The user should know before the recording ends by itself."""
    firmware = MyoFirmware()
    firmware.myo.attributes[myo.Handle.BATTERY].value = bytes([9])
    assert "9 %" in start(firmware).notes[1]


def test_a_connection_that_is_taken_up_at_the_second_try_is_enough() -> None:
    """First connections fail often."""
    firmware, tries = MyoFirmware(), []

    def receive(data: bytes) -> bytes:
        if isinstance(parse(data, COMMANDS), bgapi.ConnectDirect):
            tries.append(data)
            if len(tries) == 1:
                return bgapi.ConnectDirectDone(OK, 0).pack() + bgapi.Disconnected(0, NOT_ESTABLISHED).pack()
        return firmware.receive(data)

    assert converse(MyoDongleClient().start(), receive)[0].notes
    assert len(tries) == 2


def test_nothing_on_the_port_is_said() -> None:
    """A silent port names the dongle that was expected."""
    assert "2458:0001" in refusal(lambda data: b"")
    assert "2458:0001" in refusal(lambda data: b"OpenBCI V3 $$$")


def test_no_myo_in_reach_is_said() -> None:
    """With what to do: wake it, bring it near, off its cable."""
    firmware = MyoFirmware()
    firmware.myo.awake = False
    assert refusal(firmware.receive).startswith("no Myo was heard within 5 s: move it so that it wakes up")
    firmware.power_cycle()
    assert start(firmware).notes


def test_another_myo_than_the_chosen_one_is_named() -> None:
    """The address that was heard helps who mistyped."""
    said = refusal(MyoFirmware().receive, MyoDongleClient(mac="00:00:00:00:00:01"))
    assert "00:00:00:00:00:01 was not heard" in said
    assert "C2:52:F5:37:29:5D was" in said


def test_old_firmware_is_refused() -> None:
    """Firmware 0.x gives no raw EMG, whatever it is told."""
    firmware = MyoFirmware(version=myo.FirmwareVersion(0, 8, 18, 2))
    assert "firmware 0.8.18" in refusal(firmware.receive)


@pytest.mark.parametrize(
    ("kind", "answers", "reason"),
    [
        (bgapi.ConnectDirect, (bgapi.ConnectDirectDone(WRONG_STATE, 0),), "0x0181"),
        (bgapi.ConnectDirect, (bgapi.ConnectDirectDone(OK, 0), bgapi.Disconnected(0, NOT_ESTABLISHED)), "0x023e"),
        (bgapi.ConnectDirect, (bgapi.ConnectDirectDone(OK, 0),), "no answer within 3 s"),
        (bgapi.ReadByHandle, (bgapi.ReadByHandleDone(0, OK),), "no answer within 1 s"),
        (bgapi.ReadByHandle, (bgapi.AttributeValue(0, 0x17, 0, b"\1"),), "in 1 bytes, and 8 were expected"),
        (bgapi.AttributeWrite, (bgapi.AttributeWriteDone(0, WRONG_STATE),), "0x0181"),
        (
            bgapi.AttributeWrite,
            (bgapi.AttributeWriteDone(0, OK), bgapi.ProcedureCompleted(0, INVALID_HANDLE, 0x2C)),
            "no such attribute",
        ),
        (bgapi.AttributeWrite, (bgapi.Disconnected(0, REMOTE_POWER_OFF),), "it switches off"),
    ],
)
def test_what_goes_wrong_on_the_way_is_said(kind: type[Message], answers: tuple[Message, ...], reason: str) -> None:
    """Each refusal reaches the user with its reason and what to do."""
    said = refusal(instead(MyoFirmware(), kind, *answers))
    assert reason in said


def test_wrong_options_are_refused_at_once() -> None:
    """An address or a mode that cannot be is named before the dongle is asked."""
    with pytest.raises(BoardError, match="'myo' is no Bluetooth address"):
        MyoDongleClient(mac="myo")
    with pytest.raises(BoardError, match="EMG mode 2"):
        MyoDongleClient(myo.EmgMode.ENVELOPE)
