import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emg_edge.firmware_bridge.protocols import cobs

RISING = bytes(range(1, 255))  # the 254 bytes that are not zero and not 255

# From the table of examples that implementations of COBS are checked against.
EXAMPLES = [
    (b"", "01"),
    (b"\x00", "01 01"),
    (b"\x00\x00", "01 01 01"),
    (b"\x00\x11\x00", "01 02 11 01"),
    (b"\x11\x22\x00\x33", "03 11 22 02 33"),
    (b"\x11\x22\x33\x44", "05 11 22 33 44"),
    (b"\x11\x00\x00\x00", "02 11 01 01 01"),
    (RISING, "ff" + RISING.hex()),
    (b"\x00" + RISING, "01 ff" + RISING.hex()),
    (RISING + b"\xff", "ff" + RISING.hex() + "02 ff"),
    (RISING[1:] + b"\xff\x00", "ff" + RISING[1:].hex() + "ff 01 01"),
    (RISING[2:] + b"\xff\x00\x01", "fe" + RISING[2:].hex() + "ff 02 01"),
]

LENGTHS = [1, 253, 254, 255, 509]
# Long runs without a zero, and runs of zeros, are what goes wrong.
FRAMES = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.builds(lambda byte, times: bytes([byte]) * times, st.integers(0, 255), st.sampled_from(LENGTHS)),
    ),
    max_size=4,
).map(b"".join)


NOISE = st.binary(max_size=300).map(lambda noise: noise.replace(b"\0", b""))


@pytest.mark.parametrize(("frame", "block"), EXAMPLES)
def test_published_examples(frame: bytes, block: str) -> None:
    """The published examples are stuffed and unstuffed as published."""
    assert cobs.encode(frame) == bytes.fromhex(block)
    assert cobs.decode(bytes.fromhex(block)) == frame


@given(FRAMES)
def test_whatever_is_stuffed_comes_back(frame: bytes) -> None:
    """A stuffed frame has no zero, grows by at most one byte in 254 and one, and comes back as it was."""
    block = cobs.encode(frame)
    assert 0 not in block
    assert len(block) <= len(frame) + len(frame) // cobs.RUN + 1
    assert cobs.decode(block) == frame


def test_a_distance_after_a_full_run_at_the_end_is_taken_too() -> None:
    """Some senders end a frame of exactly one full run with a distance of one: it adds no zero."""
    assert cobs.decode(cobs.encode(RISING) + b"\x01") == RISING


@pytest.mark.parametrize("block", [b"", b"\x00", b"\x05\x11", b"\x03\x11\x22\x02", b"\x02\x11\x00"])
def test_what_is_not_stuffed_is_refused(block: bytes) -> None:
    """Distances that lead beyond the end, and zeros, are no stuffed frame."""
    assert cobs.decode(block) is None


@given(st.lists(st.one_of(FRAMES.map(cobs.encode), NOISE), max_size=30))
def test_together_is_the_same_as_one_by_one(blocks: list[bytes]) -> None:
    """Unstuffing many blocks in lockstep finds the same frames as one after the other, and counts the same bytes."""
    longest = 400
    line = b"".join(block + b"\0" for block in [b"", *blocks])
    found = cobs.decode_blocks(line, longest)
    ends = found.offsets + found.lengths
    got = [found.data[start:end].tobytes() for start, end in zip(found.offsets, ends, strict=True)]
    expected = [(cobs.decode(block) if len(block) <= longest else None, len(block)) for block in blocks]
    assert got == [frame for frame, _ in expected if frame is not None]
    assert found.stuffed.tolist() == [size for frame, size in expected if frame is not None]
    assert found.ignored == sum(size for frame, size in expected if frame is None)


def test_a_long_junk_block_costs_nothing() -> None:
    """A block longer than any frame is not walked: a megabyte of ones is one comparison."""
    found = cobs.decode_blocks(b"\x01" * (1 << 20) + b"\0\x02\x07\0", longest=100)
    np.testing.assert_array_equal(found.data[found.offsets[0] :][: found.lengths[0]], [7])
    assert found.ignored == 1 << 20
