from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import framed
from emg_edge.firmware_bridge.protocols.conversation import Dialogue
from emg_edge.firmware_bridge.protocols.framed_client import FramedClient
from emg_edge.firmware_bridge.protocols.talk import Talk
from emg_edge.firmware_bridge.simulated.framed import DEFAULT, FramedFirmware

T = TypeVar("T")
STEP_S = 0.01


def converse(dialogue: Dialogue[T], firmware: FramedFirmware, deaf_s: float = 0.0, before: bytes = b"") -> Talk[T]:
    """Run a dialogue against a board that hears nothing for a while; while it streams, zeros are sampled."""
    talk = Talk(dialogue, 0.0)
    now_s = 0.0
    while not talk.done:
        asked = talk.to_write()
        heard = before
        before = b""
        if now_s >= deaf_s:
            heard += firmware.receive(asked)
            if firmware.streaming:
                samples = np.zeros((round(firmware.rate_hz * STEP_S), firmware.channels), np.int32)
                heard += b"".join(packet.data for packet in firmware.encode(samples))
        now_s += STEP_S
        talk.receive(heard, now_s)
    firmware.receive(talk.to_write())
    return talk


class Silent(FramedFirmware):
    """A board that answers with the same bytes whatever it is asked."""

    def __init__(self, answer: bytes) -> None:
        super().__init__()
        self._answer = answer

    def receive(self, data: bytes) -> bytes:
        return self._answer if data else b""


def test_the_stream_is_what_the_hello_says() -> None:
    """Rate, unit, scale, limits, channels and IMU are the board's own."""
    hello = replace(DEFAULT, channels=5, rate_hz=333.25, width=3, per_count=0.5, limits=(-100, 200), imu=True)
    firmware = FramedFirmware(hello, samples_per_frame=4)
    talk = converse(FramedClient().start(), firmware)
    stream = talk.result
    assert stream is not None
    assert firmware.streaming
    assert (stream.rate_hz, stream.unit, stream.limits) == (333.25, "uV", (-100, 200))
    np.testing.assert_array_equal(stream.per_count, [0.5] * 5)
    assert stream.notes == ("the board is 'emg-edge simulated', firmware 1.0",)
    found = stream.decoder.push(talk.rest)
    assert found.number[:4].tolist() == [0, 1, 2, 3]
    assert found.acceleration is not None


@pytest.mark.parametrize("deaf_s", [0.0, 0.3, 2.0, 3.3])
def test_a_board_that_reboots_is_waited_for(deaf_s: float) -> None:
    """Opening the port resets an Uno: it is asked again until it hears."""
    assert converse(FramedClient().hello(), FramedFirmware(), deaf_s).result == DEFAULT


def test_a_board_that_streams_already_is_stopped_first() -> None:
    """What a run left streaming is stopped, described, and begins anew with sample 0."""
    firmware = FramedFirmware()
    firmware.receive(b"b")
    firmware.encode(np.zeros((500, 8), np.int32))
    hello = converse(FramedClient().hello(), firmware, before=b"\x99" * 3000).result
    assert hello == DEFAULT
    assert not firmware.streaming
    talk = converse(FramedClient().start(), firmware)
    assert talk.result is not None
    assert talk.result.decoder.push(talk.rest).number[0] == 0


def test_stop_leaves_the_board_stopped() -> None:
    """After the goodbye the board is idle."""
    firmware = FramedFirmware()
    firmware.receive(b"b")
    converse(FramedClient().stop(), firmware)
    assert not firmware.streaming


def test_counts_of_unknown_size_are_said_to_be_so() -> None:
    """Without a scale the amplitudes are counts, and the user is told; with --uv-per-count they are microvolts."""
    firmware = FramedFirmware(replace(DEFAULT, unit="count", per_count=1.0))
    stream = converse(FramedClient().start(), firmware).result
    assert stream is not None
    np.testing.assert_array_equal(stream.per_count, np.ones(8))
    assert "--uv-per-count" in stream.notes[1]
    told = converse(FramedClient(uv_per_count=4.5).start(), firmware).result
    assert told is not None
    np.testing.assert_array_equal(told.per_count, np.full(8, 4.5))
    assert len(told.notes) == 1


def test_another_version_is_refused_with_both_named() -> None:
    """A hello of version 2 is understood as such, however it goes on, and refused."""
    answer = framed.on_the_line(bytes([framed.HELLO, 2]) + b"whatever version 2 holds")
    with pytest.raises(BoardError, match="version 2 of the framed packet and this emg-edge version 1"):
        converse(FramedClient().start(), Silent(answer))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "sent nothing within 4 s"),
        (b"512,498,3\r\n511,497,2\r\n", r"prints lines of text \('511,497,2'\).*--board"),
        (b"\xff\x80\x00\xfe" * 9, "no hello frame .*--baud"),
        (b"0" * 100, "no hello frame"),
    ],
)
def test_what_came_instead_is_named(answer: bytes, said: str) -> None:
    """Silence, printed lines and noise are each told apart, with what to do."""
    with pytest.raises(BoardError, match=said):
        converse(FramedClient().start(), Silent(answer))


def test_a_board_that_does_not_start_is_named() -> None:
    """A board that describes itself but sends no data is named, with what was expected."""
    with pytest.raises(BoardError, match=r"'emg-edge simulated' answered .* no data frame within 1.3 s of 'b'"):
        converse(FramedClient().start(), Silent(framed.encode_hello(DEFAULT)))
