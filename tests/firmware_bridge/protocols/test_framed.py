import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import cobs, framed

PAGE = Path(__file__).parents[3] / "docs" / "framed-packet.md"
HELLO = framed.Hello("board", 8, 1000.0, 2, "uV", 0.25, (-2048, 2047), (1, 2), imu=True, streaming=True)


def unstuffed(line: bytes) -> bytes:
    """Take the zeros and the stuffing off one frame."""
    assert line[:1] == line[-1:] == b"\0"
    frame = cobs.decode(line[1:-1])
    assert frame is not None
    return frame


def test_the_crc_is_ccitt_false() -> None:
    """The check value of the catalogue, and zero over a frame with its CRC."""
    assert framed.crc(b"123456789") == 0x29B1
    assert framed.crc(b"123456789\x29\xb1") == 0


def test_a_data_frame_is_as_documented() -> None:
    """The worked example of docs/framed-packet.md."""
    counts = np.array([[1, -2], [300, 0]], np.int32)
    line = framed.encode_data(counts, 0x0102, width=2)
    assert unstuffed(line)[:-2].hex(" ") == "44 01 02 02 02 02 01 01 00 fe ff 2c 01 00 00"
    assert line.hex(" ") == "00 09 44 01 02 02 02 02 01 01 05 fe ff 2c 01 01 02 de 01 00"


@given(
    width=st.sampled_from(framed.WIDTHS),
    samples=st.integers(1, 20),
    channels=st.integers(1, 16),
    number=st.integers(0, 1 << 20),
    data=st.data(),
)
def test_counts_come_back(width: int, samples: int, channels: int, number: int, data: st.DataObject) -> None:
    """Any counts within the width stand in a frame at their documented place, low byte first."""
    lowest, highest = framed.count_limits(width)
    flat = data.draw(st.lists(st.integers(lowest, highest), min_size=samples * channels, max_size=samples * channels))
    counts = np.array(flat, np.int32).reshape(samples, channels)
    frame = unstuffed(framed.encode_data(counts, number, width))
    assert struct.unpack_from("<H", frame, 5) == (number % 65536,)
    body = frame[7:-2]
    assert [int.from_bytes(body[k : k + width], "little", signed=True) for k in range(0, len(body), width)] == flat
    layout = framed.layout_of(frame[:5], len(frame))
    assert layout == framed.Layout(samples, channels, width, imu=False)
    np.testing.assert_array_equal(framed.counts_of(np.frombuffer(body, np.uint8), width), flat)


def test_acceleration_saturates() -> None:
    """Acceleration stands in 1/2048 g after the counts, and saturates at 16 g."""
    frame = unstuffed(framed.encode_data(np.zeros((1, 1), np.int32), 0, 2, (1.0, -0.5, 99.0)))
    assert struct.unpack_from("<3h", frame, 9) == (2048, -1024, 32767)
    assert frame[4] == 0x12


@pytest.mark.parametrize(
    "head",
    [
        b"E\x01\x01\x01\x02",  # no data frame
        b"D\x02\x01\x01\x02",  # another version
        b"D\x01\x00\x01\x02",  # no samples
        b"D\x01\x01\x00\x02",  # no channels
        b"D\x01\x01\x01\x04",  # a width that does not exist
        b"D\x01\x01\x01\x22",  # a bit that means nothing yet
        b"D\x01\x01\x01\x12",  # an acceleration that the length leaves no place for
        b"D\x01",
    ],
)
def test_heads_that_are_no_data_frame(head: bytes) -> None:
    """A frame of 11 bytes with such a head is not taken for data; with the right one it is."""
    assert framed.layout_of(b"D\x01\x01\x01\x02", 11) is not None
    assert framed.layout_of(head, 11) is None


def test_a_frame_beyond_the_limit_is_no_frame() -> None:
    """What fits its own head but is longer than the limit is refused: a board must not send it."""
    assert framed.layout_of(bytes([framed.DATA, 1, 63, 8, 2]), 7 + 63 * 8 * 2 + 2) is not None
    assert framed.layout_of(bytes([framed.DATA, 1, 64, 8, 2]), 7 + 64 * 8 * 2 + 2) is None


def test_a_hello_frame_is_as_documented() -> None:
    """The worked example of docs/framed-packet.md, byte for byte, and back."""
    frame = unstuffed(framed.encode_hello(HELLO))
    expected = "48 01 03 08 02 01 01 02 40 42 0f 00 00 00 80 3e 00 f8 ff ff ff 07 00 00 05 62 6f 61 72 64"
    assert frame[:-2].hex(" ") == expected
    assert framed.read_hello(frame) == HELLO


@given(
    channels=st.integers(1, 64),
    rate_millihertz=st.integers(1, (1 << 32) - 1),
    width=st.sampled_from(framed.WIDTHS),
    unit=st.sampled_from(framed.UNITS),
    per_count=st.floats(2.0**-60, 2.0**60, width=32),
    name=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=32),
    imu=st.booleans(),
    streaming=st.booleans(),
)
def test_any_hello_comes_back(
    channels: int, rate_millihertz: int, width: int, unit: str, per_count: float, name: str, imu: bool, streaming: bool
) -> None:
    """Whatever a board may say of itself is read as it was said."""
    limits = framed.count_limits(width)
    hello = framed.Hello(name, channels, rate_millihertz / 1000, width, unit, per_count, limits, (3, 4), imu, streaming)
    assert framed.read_hello(unstuffed(framed.encode_hello(hello))) == hello


def test_another_version_names_both() -> None:
    """A board of another protocol version is refused with both versions."""
    frame = bytearray(unstuffed(framed.encode_hello(HELLO)))
    frame[1] = 7
    with pytest.raises(BoardError, match="version 7 of the framed packet and this emg-edge version 1"):
        framed.read_hello(bytes(frame))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(HELLO, channels=0), "0 channels"),
        (replace(HELLO, channels=65), "65 channels"),
        (replace(HELLO, width=4), "4 bytes a count"),
        (replace(HELLO, rate_hz=0.0), "a rate of 0"),
        (replace(HELLO, per_count=0.0), "a scale of 0"),
        (replace(HELLO, per_count=float("nan")), "a scale of nan"),
        (replace(HELLO, limits=(5, 5)), "counts from 5 to 5"),
        (replace(HELLO, limits=(0, 40000)), "counts from 0 to 40000"),
    ],
)
def test_a_hello_that_makes_no_sense_is_named(wrong: framed.Hello, said: str) -> None:
    """A maker's mistake is named as it is, with what is allowed."""
    with pytest.raises(BoardError, match=said):
        framed.read_hello(unstuffed(framed.encode_hello(wrong)))


def test_a_hello_that_is_cut_is_named() -> None:
    """A hello frame whose length does not fit its name is refused."""
    with pytest.raises(BoardError, match="has 31 bytes; expected 27 and its name"):
        framed.read_hello(unstuffed(framed.encode_hello(HELLO))[:-1])


def test_names_cannot_write_on_the_terminal() -> None:
    """What is not printable in a name is shown as a question mark."""
    hello = framed.read_hello(unstuffed(framed.encode_hello(replace(HELLO, name="a\x1b[2Jb"))))
    assert hello.name == "a?[2Jb"


def test_the_page_holds_what_the_codec_does() -> None:
    """The receiver printed in docs/framed-packet.md runs, and its worked examples are what the codec writes."""
    page = PAGE.read_text(encoding="utf-8")
    receiver: dict[str, Any] = {}
    exec(page.split("```python\n")[1].split("```")[0], receiver)
    lines = [bytes.fromhex(text.removeprefix("    line")) for text in page.splitlines() if text.startswith("    line")]
    assert lines == [
        framed.encode_data(np.array([[1, -2], [300, 0]], np.int32), 0x0102, 2),
        framed.encode_data(np.array([[-1]], np.int32), 7, 3, (0.0, 0.0, 1.0)),
        framed.encode_hello(HELLO),
    ]
    read = [list(receiver["samples"](frame)) for frame in receiver["frames"](b"\x99\x02" + b"".join(lines) + b"\x05")]
    assert read == [[(0x0102, [1, -2]), (0x0103, [300, 0])], [(7, [-1])], []]
    rng = np.random.default_rng(0)
    counts = rng.integers(-300, 300, (200, 5), dtype=np.int32)
    long = framed.encode_data(counts[:100], 65500, 2) + framed.encode_data(counts[100:], 65600, 2)
    rows = [row for frame in receiver["frames"](long) for row in receiver["samples"](frame)]
    assert rows == [((65500 + k) % 65536, row) for k, row in enumerate(counts.tolist())]
