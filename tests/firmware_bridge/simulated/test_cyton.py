"""The simulated Cyton: it answers as firmware v3.1.2 does, digitises under its settings, and packs as on the wire."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray
from support.decode_check import decode
from support.slow_cyton import SlowCyton

from emg_edge.firmware_bridge.protocols.cyton import CytonDecoder, DaisyDecoder
from emg_edge.firmware_bridge.protocols.cyton_framing import LIMITS
from emg_edge.firmware_bridge.simulated.cyton import CytonFirmware

COUNT_UV = 4.5e6 / 24 / (2**23 - 1)


def sent(board: CytonFirmware, rows: NDArray[np.int32]) -> list[bytes]:
    return [packet.data for packet in board.encode(rows)]


def test_a_reset_says_who_is_there() -> None:
    """The banner's lines, with one more for a Daisy, end in $$$."""
    assert CytonFirmware().receive(b"v") == (
        b"OpenBCI V3 8-16 channel\nOn Board ADS1299 Device ID: 0x3E\nLIS3DH Device ID: 0x33\nFirmware: v3.1.2\n$$$"
    )
    assert b"\nOn Daisy ADS1299 Device ID: 0x3E\nLIS3DH" in CytonFirmware(daisy=True).receive(b"v")


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        (b"d", b"updating channel settings to default$$$"),
        (b"D", b"060110$$$"),
        (b"V", b"v3.1.2$$$"),
        (b"12345678!@#$%^&*qwertyuiQWERTYUI", b""),
        (b"0", b"Success: Configured internal test signal.$$$"),
        (b"x3020000X", b"Success: Channel set for 3$$$"),
        (b"x1020000Xx2020000X", b"Success: Channel set for 1$$$Success: Channel set for 2$$$"),
        (b"x102000X", b"Failure: too few chars$$$"),
        (b"x1020000V", b"Failure: Err: 9th char not X$$$"),
        (b"z410Z", b"Success: Lead off set for 4$$$"),
        (b"z41Z", b"Failure: too few chars$$$"),
        (b"z410Y", b"Failure: Err: 5th char not Z$$$"),
        (b"~~", b"Success: Sample rate is 250Hz$$$"),
        (b"~5", b"Success: Sample rate is 500Hz$$$"),
        (b"~7", b"Failure: sample value out of bounds$$$"),
        (b"~x", b"Failure: invalid sample value$$$"),
        (b"//", b"Success: default$$$"),
        (b"/2", b"Success: analog$$$"),
        (b"/9", b"Failure: board mode value out of bounds.$$$"),
        (b"/x", b"Failure: invalid board mode value.$$$"),
        (b"C", b"no daisy to attach!8$$$"),
        (b"c", b""),
        (b"<", b",Time stamp ON$$$"),
        (b">", b"Time stamp OFF$$$"),
        (b"\xf0\x07", b"Success: System is Up$$$"),
        (b"b", b""),
        (b"s", b""),
        (b"9()_oOfghkl'\"nNM,. \r\n\xff", b""),
    ],
)
def test_commands_are_answered_as_the_firmware_does(command: bytes, reply: bytes) -> None:
    """Each reply, also when the command comes a byte at a time."""
    assert CytonFirmware().receive(command) == reply
    board = CytonFirmware()
    assert b"".join(board.receive(command[at : at + 1]) for at in range(len(command))) == reply


def test_a_daisy_is_taken_off_and_put_on() -> None:
    """Channels and rate follow, and the replies are the documented ones."""
    board = CytonFirmware(daisy=True)
    assert (board.channels, board.rate_hz) == (16, 125.0)
    assert board.receive(b"C") == b"16$$$"
    assert board.receive(b"c") == b"daisy removed$$$"
    assert (board.channels, board.rate_hz) == (8, 250.0)
    assert board.receive(b"c") == b""
    assert board.receive(b"C") == b"daisy attached16$$$"
    assert (board.channels, board.rate_hz) == (16, 125.0)
    np.testing.assert_array_equal(board.digitise(np.full((1, 16), 1e5))[0, 8:], 0)
    board.receive(b"d")
    assert (board.digitise(np.full((1, 16), 1e5)) > 0).all()


def test_a_streaming_board_sends_no_text() -> None:
    """Settings change without a word, and each makes the counting begin anew."""
    board = CytonFirmware()
    board.receive(b"b")
    sent(board, np.zeros((5, 8), np.int32))
    for command in (b"x1060000X", b"z110Z", b"d", b"0", b"1", b"!", b"~6", b"x1X"):
        assert board.receive(command) == b""
        assert board.streaming
    assert sent(board, np.zeros((2, 8), np.int32))[0][1] == 0
    assert board.receive(b"1") == b""
    assert [packet[1] for packet in sent(board, np.zeros((2, 8), np.int32))] == [0, 1]


def test_a_start_above_the_radio_s_rate_goes_back_to_250_and_to_default_settings() -> None:
    """As on the real board: the rate is not the only thing that changes."""
    board = CytonFirmware()
    board.receive(b"~4x1000000Xb")
    assert board.receive(b"~~") == b"Success: Sample rate is 250Hz$$$"
    assert board.digitise(np.full((1, 8), 1000 * COUNT_UV))[0, 0] == 1000


def test_gains_scale_and_rails_hold() -> None:
    """Microvolts become counts under each channel's gain, and saturate at the converter's ends."""
    board = CytonFirmware()
    board.receive(b"x1000000Xx2030000X")
    counts = board.digitise(np.array([[2400 * COUNT_UV] * 8, [1e7] * 8, [-1e7] * 8]))
    assert counts.dtype == np.int32
    assert counts[0].tolist() == [100, 600, *[2400] * 6]
    assert counts[1].tolist() == [LIMITS[1]] * 8
    assert counts[2].tolist() == [LIMITS[0]] * 8


def test_channels_that_are_off_or_shorted_read_zero() -> None:
    """By key, by setting and by the ground test; each way back brings the signal back."""
    board = CytonFirmware(daisy=True)
    signal = np.full((1, 16), 1e4)

    def silent() -> list[int]:
        return np.flatnonzero(board.digitise(signal)[0] == 0).tolist()

    board.receive(b"2qx5160110Xx7061110X")
    assert silent() == [1, 4, 6, 8]
    board.receive(b"@Qx5060110Xx7060110X")
    assert silent() == []
    board.receive(b"0")
    assert silent() == list(range(16))
    board.receive(b"d")
    assert silent() == []


@pytest.mark.parametrize(
    ("key", "level_uv", "half_s"), [(b"-", 1875, 0.512), (b"=", 1875, 0.256), (b"[", 3750, 0.512), (b"]", 3750, 0.256)]
)
def test_the_test_signals_are_square_waves(key: bytes, level_uv: float, half_s: float) -> None:
    """Height and period are the converter's, whatever the electrodes say, and whatever the blocks."""
    board = CytonFirmware()
    board.receive(key)
    counts = np.concatenate([board.digitise(np.full((n, 8), 1e5)) for n in (1, 99, 400)])
    np.testing.assert_allclose(np.abs(counts * COUNT_UV), level_uv, atol=COUNT_UV)
    edges = np.flatnonzero(np.diff(counts[:, 0]))
    np.testing.assert_allclose(np.diff(edges), half_s * 250, atol=1)


def test_the_dc_test_signal_holds_still() -> None:
    """Twice the amplitude, always the same sign."""
    board = CytonFirmware()
    board.receive(b"p")
    np.testing.assert_allclose(board.digitise(np.zeros((500, 8))) * COUNT_UV, 3750, atol=COUNT_UV)


@given(seed=st.integers(0, 2**32 - 1), cuts=st.lists(st.integers(0, 40), min_size=1, max_size=6))
@settings(max_examples=50)
def test_what_is_encoded_is_decoded(seed: int, cuts: list[int]) -> None:
    """Over the whole range, in blocks of any size, by our decoders and the slow one."""
    rng = np.random.default_rng(seed)
    blocks = [rng.integers(LIMITS[0], LIMITS[1] + 1, (n, 16)).astype(np.int32) for n in cuts]
    rows = np.concatenate(blocks)
    cyton, daisy = CytonFirmware(), CytonFirmware(daisy=True)
    wire = b"".join(packet for block in blocks for packet in sent(cyton, block[:, :8]))
    slow = SlowCyton().push(wire)
    assert [sample.counts for sample in slow] == rows[:, :8].tolist()
    assert [sample.number for sample in slow] == [n % 256 for n in range(len(rows))]
    counts, number, skipped = decode(CytonDecoder(), [wire, *sent(cyton, rows[:1, :8])])
    np.testing.assert_array_equal(counts[: len(rows)], rows[:, :8])
    assert number[: len(rows)].tolist() == [n % 256 for n in range(len(rows))]
    assert skipped == 0
    counts, number, skipped = decode(DaisyDecoder(), [b"".join(sent(daisy, block)) for block in blocks])
    np.testing.assert_array_equal(counts, rows)
    assert number.tolist() == [n % 128 for n in range(len(rows))]


def test_a_packet_is_one_sample_and_a_daisy_s_sample_two_packets() -> None:
    """Whichever is lost, one sample is."""
    rows = np.arange(48, dtype=np.int32).reshape(3, 16)
    assert [(len(p.data), p.samples) for p in CytonFirmware().encode(rows[:, :8])] == [(33, 1)] * 3
    packets = CytonFirmware(daisy=True).encode(rows)
    assert [(len(p.data), p.samples) for p in packets] == [(33, 1)] * 6
    assert [p.data[1] for p in packets] == list(range(6))
    assert packets[0].data[4] == 8  # the Daisy's first channel, the ninth, goes first
    assert packets[1].data[4] == 0


def test_acceleration_comes_with_every_tenth_packet() -> None:
    """25 Hz beside 250 packets a second; the others have zeros."""
    packets = sent(CytonFirmware(), np.zeros((21, 8), np.int32))
    readings = [n for n, packet in enumerate(packets) if any(packet[26:32])]
    assert readings == [0, 10, 20]
    assert packets[0][26:] == bytes([0x01, 0, 0, 0, 0x1F, 0x40, 0xC0])


@pytest.mark.parametrize(
    ("command", "kinds"),
    [(b"", [0, 0]), (b"/2", [1, 1]), (b"<", [3, 4]), (b"/2<", [5, 6]), (b"<>", [0, 0]), (b"/2/0", [0, 0])],
)
def test_the_stop_byte_tells_the_kind_of_the_auxiliary_bytes(command: bytes, kinds: list[int]) -> None:
    """Acceleration, raw, and either with time stamps, the first of which says that they were just asked for."""
    board = CytonFirmware()
    board.receive(command)
    assert [packet[32] & 0xF for packet in sent(board, np.zeros((2, 8), np.int32))] == kinds


def test_time_stamps_count_milliseconds_and_a_marker_is_sent_once() -> None:
    """Four bytes of clock at 4 ms a packet; a marker takes the first two bytes of the next packet."""
    board = CytonFirmware()
    board.receive(b"/4<`A")
    packets = sent(board, np.zeros((3, 8), np.int32))
    assert [packet[26:32] for packet in packets] == [
        bytes([0, ord("A"), 0, 0, 0, 0]),
        bytes([0, 0, 0, 0, 0, 4]),
        bytes([0, 0, 0, 0, 0, 8]),
    ]
    board = CytonFirmware()
    board.receive(b"<")
    packets = sent(board, np.zeros((10, 8), np.int32))
    assert [packet[26:28].hex() for packet in packets[6:]] == ["0000", "0100", "0000", "1f40"]


def test_the_registers_show_what_is_set() -> None:
    """Names, addresses, values in hexadecimal and in bits; the Daisy has its own; none while it runs."""
    board = CytonFirmware()
    board.receive(b"x1020000Xx2160111Xz311Z]")
    lines = board.receive(b"?").decode().split("\n")
    assert lines[:4] == ["", "Board ADS Registers", "ADS_ID, 00, 3E, 0, 0, 1, 1, 1, 1, 1, 0", lines[3]]
    assert lines[3] == "CONFIG1, 01, 96, 1, 0, 0, 1, 0, 1, 1, 0"
    assert "CONFIG2, 02, D5, 1, 1, 0, 1, 0, 1, 0, 1" in lines
    assert "CH1SET, 05, 25, 0, 0, 1, 0, 0, 1, 0, 1" in lines
    assert "CH2SET, 06, E5, 1, 1, 1, 0, 0, 1, 0, 1" in lines
    assert "BIAS_SENSP, 0D, FC, 1, 1, 1, 1, 1, 1, 0, 0" in lines
    assert "LOFF_SENSP, 0F, 04, 0, 0, 0, 0, 0, 1, 0, 0" in lines
    assert "MISC1, 15, 20, 0, 0, 1, 0, 0, 0, 0, 0" in lines
    assert "0x0F 33" in lines
    assert lines[-1] == "$$$"
    assert "Daisy ADS Registers" not in lines
    assert b"\nDaisy ADS Registers\n" in CytonFirmware(daisy=True).receive(b"?")
    board.receive(b"b")
    assert board.receive(b"?") == b""


def test_a_power_cycle_forgets_everything() -> None:
    """Settings, counter, half a command, rate, mode and Daisy are as when it was made."""
    board = CytonFirmware(daisy=True)
    board.receive(b"c~5/2<x1000000Xb")
    sent(board, np.zeros((3, board.channels), np.int32))
    board.receive(b"x1")
    board.power_cycle()
    assert not board.streaming
    assert (board.channels, board.rate_hz) == (16, 125.0)
    assert board.receive(b"~~//") == b"Success: Sample rate is 250Hz$$$Success: default$$$"
    np.testing.assert_array_equal(board.digitise(np.full((1, 16), 1000 * COUNT_UV)), 1000)
    board.receive(b"b")
    assert sent(board, np.zeros((1, 16), np.int32))[0][1] == 0
