"""The host's dialogue with a Cyton: on boards in every state, on none at all, and on what is no Cyton."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pytest

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols.conversation import Dialogue, Stream
from emg_edge.firmware_bridge.protocols.cyton import CytonDecoder, DaisyDecoder
from emg_edge.firmware_bridge.protocols.cyton_client import DONGLE_ALONE, CytonClient
from emg_edge.firmware_bridge.protocols.talk import Talk
from emg_edge.firmware_bridge.simulated.cyton import CytonFirmware

T = TypeVar("T")
PACKET_S = 0.004


class Line:
    """A port with something at its other end, on a clock of its own; `said` is all that the host wrote."""

    def __init__(self, answer: Callable[[bytes], bytes], packet: Callable[[], bytes] = bytes) -> None:
        self.answer, self.packet = answer, packet
        self.said = b""
        self.now_s = 0.0

    def run(self, dialogue: Dialogue[T]) -> T | None:
        """Hold the dialogue to its end."""
        talk = Talk(dialogue, self.now_s)
        while not talk.done:
            written = talk.to_write()
            self.said += written
            replies = b"".join(self.answer(written[at : at + 1]) for at in range(len(written)))
            arrived = replies + self.packet()
            self.now_s += PACKET_S if arrived else max(0.0, talk.due_s - self.now_s)
            talk.receive(arrived, self.now_s)
        return talk.result


def line_to(board: CytonFirmware) -> Line:
    def packet() -> bytes:
        row = np.zeros((1, board.channels), np.int32)
        return b"".join(packet.data for packet in board.encode(row)) if board.streaming else b""

    return Line(board.receive, packet)


def started(board: CytonFirmware, client: CytonClient) -> Stream:
    stream = line_to(board).run(client.start())
    assert stream is not None
    assert board.streaming
    return stream


def test_eight_channels_are_set_for_muscle_and_started() -> None:
    """What is written, in its order, and the stream that comes of it."""
    line = line_to(CytonFirmware())
    stream = line.run(CytonClient().start())
    channels = b"".join(b"x%d060000X" % channel for channel in range(1, 9))
    assert line.said == b"XZsv>/0~6" + channels + b"b"
    assert stream is not None
    assert isinstance(stream.decoder, CytonDecoder)
    assert (stream.rate_hz, stream.unit, stream.limits) == (250.0, "uV", (-(1 << 23), (1 << 23) - 1))
    np.testing.assert_allclose(stream.per_count, np.full(8, 187_500 / (2**23 - 1)))
    assert stream.notes == ("the board's firmware is v3.1.2", "its channels have the preset emg and gain 24")


def test_sixteen_channels_of_a_daisy_are_set_and_started() -> None:
    """Both converters are set, the Daisy's by its letters."""
    line = line_to(CytonFirmware(daisy=True))
    stream = line.run(CytonClient(daisy=True, gain=12).start())
    assert b"CX" not in line.said
    assert b"~6C" in line.said
    assert line.said.endswith(b"xI050000Xb")
    assert stream is not None
    assert isinstance(stream.decoder, DaisyDecoder)
    assert stream.rate_hz == 125.0
    np.testing.assert_allclose(stream.per_count, np.full(16, 4.5e6 / 12 / (2**23 - 1)))


def test_a_daisy_that_is_not_wanted_is_taken_off() -> None:
    """A Cyton with Daisy, used with 8 channels, runs at its full rate, and the user is told."""
    board = CytonFirmware(daisy=True)
    stream = started(board, CytonClient(daisy=False))
    assert (board.channels, board.rate_hz, stream.rate_hz) == (8, 250.0, 250.0)
    assert "its Daisy is not used: 8 channels at 250 Hz" in stream.notes


def test_a_daisy_that_is_not_there_is_refused() -> None:
    """The message names what was found and what was asked for."""
    with pytest.raises(BoardError, match=r"no Daisy.*16 channels were asked for"):
        line_to(CytonFirmware()).run(CytonClient(daisy=True).start())


@pytest.mark.parametrize(
    "left", [b"", b"b", b"bx1", b"x123", b"z1", b"~", b"/", b"b~5", b"c", b"s", b"8!0", b"<b", b"/2"]
)
@pytest.mark.parametrize("daisy", [False, True])
def test_the_state_in_which_a_program_left_the_board_does_not_matter(left: bytes, daisy: bool) -> None:
    """Streaming, in the middle of a command, at another rate, channels off: the gains asked for are what it has."""
    board = CytonFirmware(daisy)
    board.receive(left)
    started(board, CytonClient(daisy, gain=8))
    per_count = 4.5e6 / 8 / (2**23 - 1)
    np.testing.assert_array_equal(board.digitise(np.full((1, board.channels), 1000 * per_count)), 1000)
    wire = b"".join(packet.data for packet in board.encode(np.zeros((20, board.channels), np.int32)))
    acceleration = CytonDecoder().push(wire).acceleration
    assert acceleration is not None
    assert np.isfinite(acceleration[-1]).all()


def test_the_board_s_own_settings_are_kept_on_request() -> None:
    """The other preset leaves the channels on the reference and in the bias."""
    line = line_to(CytonFirmware())
    line.run(CytonClient(preset="default").start())
    assert b"x1060110X" in line.said


def test_the_firmware_takes_what_the_emulator_takes() -> None:
    """A board that says no version and confirms nothing, as BrainFlow's emulator, is started all the same."""
    streaming = [False]

    def emulator(key: bytes) -> bytes:
        streaming[0] = key == b"b"
        return b"OpenBCI Emulator $$$" if key == b"v" else b""

    line = Line(emulator, lambda: b"\xa0" + bytes(31) + b"\xc0" if streaming[0] else b"")
    stream = line.run(CytonClient().start())
    assert stream is not None
    assert "older than v2" in stream.notes[0]
    assert b"~" not in line.said


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (b"", "nothing answers on this port"),
        (DONGLE_ALONE, "no board answers it by radio: switch the Cyton on"),
        (b"Grbl 1.1f$$$", "answered a reset with 'Grbl 1.1f"),
    ],
)
def test_what_is_no_running_cyton_is_named(reply: bytes, message: str) -> None:
    """Silence, a dongle alone and another device each get their own sentence."""
    with pytest.raises(BoardError, match=message):
        Line(lambda key: reply if key == b"v" else b"").run(CytonClient().start())


class Stubborn(CytonFirmware):
    """Refuses the first settings it is sent."""

    def __init__(self, refusals: int) -> None:
        super().__init__()
        self.refusals = refusals

    def receive(self, data: bytes) -> bytes:
        reply = super().receive(data)
        if b"Channel set" in reply and self.refusals > 0:
            self.refusals -= 1
            return b"Failure: too few chars$$$"
        return reply


def test_a_channel_that_is_refused_is_set_once_more_and_then_named() -> None:
    """A byte lost on the radio costs a second try; a board that goes on refusing stops the start."""
    started(Stubborn(1), CytonClient())
    with pytest.raises(BoardError, match=r"channel 1: it answered 'Failure: too few chars.*Channel set for 1"):
        line_to(Stubborn(2)).run(CytonClient().start())


def test_a_board_that_does_not_begin_is_named() -> None:
    """After two starts without a byte the user is told."""
    line = Line(CytonFirmware().receive)
    with pytest.raises(BoardError, match="sends no samples when started"):
        line.run(CytonClient().start())
    assert line.said.endswith(b"bb")


def test_stop_leaves_the_board_stopped() -> None:
    """Quickly, and whether anything answers or not."""
    board = CytonFirmware()
    board.receive(b"b")
    line = line_to(board)
    line.run(CytonClient().stop())
    assert not board.streaming
    assert line.now_s < 0.5


def test_a_gain_that_the_converter_lacks_is_refused() -> None:
    """The gains that there are are named."""
    with pytest.raises(BoardError, match="no gain 10: it has 1, 2, 4, 6, 8, 12, 24"):
        CytonClient(gain=10)
