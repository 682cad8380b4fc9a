"""The dialogue that brings a Ganglion to streaming, with the simulated one and with ones that refuse."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pytest

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import bgapi, ganglion
from emg_edge.firmware_bridge.protocols.bgapi_codes import (
    ATTRIBUTE_NOT_FOUND,
    NOT_ESTABLISHED,
    OK,
    REMOTE_POWER_OFF,
    WRITE_NOT_PERMITTED,
    WRONG_STATE,
)
from emg_edge.firmware_bridge.protocols.bgapi_packet import COMMANDS, Message, parse
from emg_edge.firmware_bridge.protocols.conversation import Dialogue, Stream
from emg_edge.firmware_bridge.protocols.ganglion_dongle import GanglionDongleClient
from emg_edge.firmware_bridge.protocols.talk import Talk
from emg_edge.firmware_bridge.simulated.ganglion import NOTIFY, WRITE, GanglionFirmware
from emg_edge.firmware_bridge.simulated.myo import MyoFirmware

T = TypeVar("T")
LONGEST_STOP_S = 1.0


def converse(dialogue: Dialogue[T], receive: Callable[[bytes], bytes]) -> tuple[T, float]:
    """Let the dialogue talk with `receive`; its result and the seconds it took.

    Time passes only while neither says anything.
    """
    talk, now_s = Talk(dialogue, 0.0), 0.0
    while not talk.done:
        data = talk.to_write()
        answer = receive(data) if data else b""
        if not answer:
            now_s = talk.due_s
        talk.receive(answer, now_s)
    return talk.result, now_s  # type: ignore[return-value] # it is done


def start(firmware: GanglionFirmware, client: GanglionDongleClient | None = None) -> Stream:
    return converse((client or GanglionDongleClient()).start(), firmware.receive)[0]


def refusal(receive: Callable[[bytes], bytes], client: GanglionDongleClient | None = None) -> str:
    with pytest.raises(BoardError) as caught:
        converse((client or GanglionDongleClient()).start(), receive)
    return str(caught.value)


def instead(firmware: GanglionFirmware, kind: type[Message], *answers: Message) -> Callable[[bytes], bytes]:
    """The firmware, except that one kind of command gets these answers."""

    def receive(data: bytes) -> bytes:
        if isinstance(parse(data, COMMANDS), kind):
            return b"".join(answer.pack() for answer in answers)
        return firmware.receive(data)

    return receive


@pytest.mark.parametrize(("version", "revision", "unit"), [(2, "2.0.1", 1), (3, "3.0.0", 64)])
def test_the_ganglion_is_brought_to_streaming(version: int, revision: str, unit: int) -> None:
    """It is found by name, its firmware told apart, and its samples arrive in microvolts a count."""
    firmware = GanglionFirmware(version)
    stream = start(firmware)
    assert firmware.streaming
    assert (stream.rate_hz, stream.unit, stream.limits) == (200.0, "uV", ganglion.LIMITS)
    np.testing.assert_array_equal(stream.per_count, np.full(4, ganglion.UV_PER_COUNT))
    assert f"(D4:3C:5D:7E:1A:2B), firmware {revision}" in stream.notes[0]
    assert any("offset" in note for note in stream.notes) == (version == 2)
    counts = (np.arange(403)[:, None] * np.array([1, 1, 1, 1]) + 1000 * np.arange(4)).astype(np.int32)
    wire = b"".join(packet.data for packet in firmware.encode(counts))
    decoded = stream.decoder.push(wire)
    np.testing.assert_array_equal(decoded.counts, counts[: len(decoded.counts)] // unit * unit)
    np.testing.assert_array_equal(decoded.number, np.arange(len(decoded.number)) % stream.decoder.wrap)
    assert decoded.acceleration is None


def test_with_the_accelerometer_samples_carry_it() -> None:
    """It is switched on before the samples begin."""
    firmware = GanglionFirmware()
    stream = start(firmware, GanglionDongleClient(accelerometer=True))
    wire = b"".join(packet.data for packet in firmware.encode(np.zeros((21, 4), np.int32)))
    acceleration = stream.decoder.push(wire).acceleration
    assert acceleration is not None
    np.testing.assert_allclose(acceleration[-1], [0, 0, 0.992], atol=1e-6)


def test_stopping_leaves_it_silent_and_free() -> None:
    """The board sends nothing more, and the next program can connect to it."""
    firmware, client = GanglionFirmware(), GanglionDongleClient()
    start(firmware, client)
    converse(client.stop(), firmware.receive)
    assert not firmware.streaming
    assert firmware.dongle.connected is None
    assert start(firmware).notes


def test_stopping_a_dead_dongle_is_quick() -> None:
    """Without any answer it ends within a second, without an error."""
    client = GanglionDongleClient()
    start(GanglionFirmware(), client)
    assert converse(client.stop(), lambda data: b"")[1] <= LONGEST_STOP_S
    assert converse(GanglionDongleClient().stop(), lambda data: b"")[1] <= LONGEST_STOP_S


def test_one_that_streams_already_is_started_anew() -> None:
    """What a killed program left streaming is ended first; its notifications in between disturb nothing."""
    firmware = GanglionFirmware()
    start(firmware)

    def receive(data: bytes) -> bytes:
        before = b"".join(packet.data for packet in firmware.encode(np.ones((10, 4), np.int32)))
        return before[7:] + firmware.receive(data)

    stream, _ = converse(GanglionDongleClient().start(), receive)
    assert firmware.streaming
    counts = np.full((11, 4), 7, np.int32)
    wire = b"".join(packet.data for packet in firmware.encode(counts))
    np.testing.assert_array_equal(stream.decoder.push(wire).counts, counts)


def test_a_command_that_was_left_half_written_is_survived() -> None:
    """The dongle takes our first command for the rest of it; the next one is answered."""
    firmware = GanglionFirmware()
    firmware.receive(bgapi.AttributeWrite(0, WRITE, b"\1\3\0\0\0").pack()[:-4])
    assert start(firmware).notes


def test_a_connection_that_is_taken_up_at_the_second_try_is_enough() -> None:
    """First connections fail often."""
    firmware, tries = GanglionFirmware(), []

    def receive(data: bytes) -> bytes:
        if isinstance(parse(data, COMMANDS), bgapi.ConnectDirect):
            tries.append(data)
            if len(tries) == 1:
                return bgapi.ConnectDirectDone(OK, 0).pack() + bgapi.Disconnected(0, NOT_ESTABLISHED).pack()
        return firmware.receive(data)

    assert converse(GanglionDongleClient().start(), receive)[0].notes
    assert len(tries) == 2


def test_a_chosen_one_is_taken_whatever_its_name() -> None:
    """Some call themselves by the name of their radio; then the firmware is told by what it says of itself."""
    firmware = GanglionFirmware(3)
    firmware.ganglion.advertisement = bytes([8, 9]) + b"Simblee"
    assert "no Ganglion was heard" in refusal(firmware.receive)
    stream = start(firmware, GanglionDongleClient("d4-3c-5d-7e-1a-2b"))
    assert stream.notes == ("'Simblee' (D4:3C:5D:7E:1A:2B), firmware 3.0.0",)
    assert stream.decoder.wrap == 200


def test_the_name_tells_the_firmware_if_nothing_else_does() -> None:
    """A board whose version cannot be read is taken by its name."""
    firmware = GanglionFirmware(3)
    receive = instead(
        firmware, bgapi.ReadByHandle, bgapi.ReadByHandleDone(0, OK), bgapi.ProcedureCompleted(0, WRITE_NOT_PERMITTED, 0)
    )
    assert converse(GanglionDongleClient().start(), receive)[0].decoder.wrap == 200


def test_nothing_on_the_port_is_said() -> None:
    """A silent port, or one with something else on it, names the dongle that was expected."""
    assert "2458:0001" in refusal(lambda data: b"")
    assert "2458:0001" in refusal(lambda data: b"OpenBCI V3 $$$")


def test_no_ganglion_in_reach_is_said() -> None:
    """With what to do; a Myo in reach is none."""
    firmware = GanglionFirmware()
    firmware.ganglion.awake = False
    assert refusal(firmware.receive).startswith("no Ganglion was heard within 5 s: switch it on")
    assert refusal(MyoFirmware().receive).startswith("no Ganglion was heard")


def test_another_than_the_chosen_one_is_named() -> None:
    """The address that was heard helps who mistyped."""
    said = refusal(GanglionFirmware().receive, GanglionDongleClient(mac="00:00:00:00:00:01"))
    assert "00:00:00:00:00:01 was not heard within 5 s, but 'Ganglion-1a2b' (D4:3C:5D:7E:1A:2B) was" in said


def test_what_only_has_the_name_is_refused() -> None:
    """A board without the Ganglion's characteristics is named, with what was missing."""
    firmware = GanglionFirmware()
    for handle in (NOTIFY, WRITE):
        firmware.ganglion.attributes[handle].uuid = bytes(16)
    said = refusal(firmware.receive)
    assert "'Ganglion-1a2b' (D4:3C:5D:7E:1A:2B) is no Ganglion" in said
    assert ganglion.NOTIFY in said


@pytest.mark.parametrize(
    ("kind", "answers", "reason"),
    [
        (bgapi.ConnectDirect, (bgapi.ConnectDirectDone(WRONG_STATE, 0),), "0x0181"),
        (bgapi.ConnectDirect, (bgapi.ConnectDirectDone(OK, 0), bgapi.Disconnected(0, NOT_ESTABLISHED)), "0x023e"),
        (bgapi.ConnectDirect, (bgapi.ConnectDirectDone(OK, 0),), "no answer within 3 s"),
        (
            bgapi.FindInformation,
            (bgapi.FindInformationDone(0, OK), bgapi.ProcedureCompleted(0, ATTRIBUTE_NOT_FOUND, 0)),
            "no more attributes",
        ),
        (bgapi.FindInformation, (bgapi.FindInformationDone(0, OK),), "no answer within 5 s"),
        (bgapi.AttributeWrite, (bgapi.AttributeWriteDone(0, WRONG_STATE),), "0x0181"),
        (bgapi.AttributeWrite, (bgapi.AttributeWriteDone(0, OK),), "no answer within 1 s"),
        (
            bgapi.AttributeWrite,
            (bgapi.AttributeWriteDone(0, OK), bgapi.ProcedureCompleted(0, WRITE_NOT_PERMITTED, WRITE)),
            "cannot be written",
        ),
        (bgapi.AttributeWrite, (bgapi.Disconnected(0, REMOTE_POWER_OFF),), "it switches off"),
    ],
)
def test_what_goes_wrong_on_the_way_is_said(kind: type[Message], answers: tuple[Message, ...], reason: str) -> None:
    """Each refusal reaches the user with its reason and what to do."""
    said = refusal(instead(GanglionFirmware(), kind, *answers))
    assert reason in said
    assert "try again" in said


def test_a_wrong_address_is_refused_at_once() -> None:
    """Before the dongle is asked."""
    with pytest.raises(BoardError, match="'ganglion' is no Bluetooth address"):
        GanglionDongleClient("ganglion")
