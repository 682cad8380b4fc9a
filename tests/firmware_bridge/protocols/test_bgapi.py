"""BGAPI's messages, their framing, and finding them in a stream."""

import itertools
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emg_edge.firmware_bridge.protocols import bgapi
from emg_edge.firmware_bridge.protocols.bgapi_codes import NOTIFY, WRONG_STATE, address_text, meaning
from emg_edge.firmware_bridge.protocols.bgapi_dialogue import comes, messages
from emg_edge.firmware_bridge.protocols.bgapi_packet import ANSWERS, COMMANDS, MAX_ARRAY, Message, parse
from emg_edge.firmware_bridge.protocols.bgapi_stream import kind_of, split, walk

ALL = [(kind, COMMANDS) for kind in COMMANDS.values()] + [(kind, ANSWERS) for kind in ANSWERS.values()]
KEPT = 64  # bytes that a splitter wants again at most
SIZES = (16, 20)  # of notifications
# Bytes that make headers likely in the wrong places.
MEAN = st.sampled_from([0, 0x80, 1, 2, 3, 4, 5, 6, 16, 20, 21, 25])


def some(kind: type[Message], fill: bytes) -> Message:
    """A message with its fixed fields taken from `fill`."""
    values = struct.unpack(kind.layout, fill[: kind.fixed])
    return kind(*values, fill[: MAX_ARRAY // 2]) if kind.tail else kind(*values)


def notification(value: bytes, handle: int = 0x2B) -> bytes:
    return bgapi.AttributeValue(0, handle, NOTIFY, value).pack()


def pieces() -> st.SearchStrategy[bytes]:
    """What may be on the line: messages, cut messages, junk that looks like messages."""
    value = st.one_of(st.binary(min_size=16, max_size=16), st.lists(MEAN, min_size=16, max_size=16).map(bytes))
    whole = st.one_of(
        value.map(notification),
        st.tuples(st.sampled_from(list(ANSWERS.values())), st.binary(min_size=32, max_size=32)).map(
            lambda drawn: some(*drawn).pack()
        ),
    )
    cut = st.tuples(whole, st.integers(1, 30)).map(lambda drawn: drawn[0][: drawn[1]])
    return st.one_of(whole, whole, cut, st.binary(max_size=20), st.lists(MEAN, max_size=20).map(bytes))


soup = st.lists(pieces(), max_size=8).map(b"".join)


@pytest.mark.parametrize(("kind", "register"), ALL, ids=lambda value: getattr(value, "__name__", ""))
@given(fill=st.binary(min_size=32, max_size=32))
@settings(max_examples=10)
def test_every_message_survives_its_packet(
    kind: type[Message], register: dict[tuple[bool, int, int], type[Message]], fill: bytes
) -> None:
    """What is packed is read back the same, and by no other length."""
    message = some(kind, fill)
    packet = message.pack()
    assert parse(packet, register) == message
    assert parse(packet[:-1], register) is None
    assert parse(packet + b"\0", register) is None


@pytest.mark.parametrize(
    ("message", "packet"),
    [
        (bgapi.Hello(), "00 00 00 01"),
        (bgapi.Discover(), "00 01 06 02 01"),
        (bgapi.EndProcedure(), "00 00 06 04"),
        (bgapi.Disconnect(2), "00 01 03 00 02"),
        (
            bgapi.ConnectDirect(bytes.fromhex("5d2937f552c2"), 0, 6, 6, 64, 0),
            "00 0f 06 03 5d 29 37 f5 52 c2 00 06 00 06 00 40 00 00 00",
        ),
        (bgapi.ReadByHandle(0, 0x17), "00 03 04 04 00 17 00"),
        (bgapi.AttributeWrite(0, 0x2C, b"\1\0"), "00 06 04 05 00 2c 00 02 01 00"),
        (bgapi.ProcedureCompleted(0, 0x0401, 0x99), "80 05 04 01 00 01 04 99 00"),
        (bgapi.Disconnected(0, 0x0208), "80 03 03 04 00 08 02"),
        (bgapi.AttributeValue(0, 0x11, 0, b"W"), "80 06 04 05 00 11 00 00 01 57"),
    ],
)
def test_packets_are_bluegigas(message: Message, packet: str) -> None:
    """The bytes are those that the published interface description gives."""
    assert message.pack() == bytes.fromhex(packet)


def test_an_array_whose_length_disagrees_is_no_packet() -> None:
    """An inner length that differs from the header's makes a packet invalid."""
    packet = bytearray(notification(bytes(16)))
    packet[8] = 15
    assert parse(bytes(packet), ANSWERS) is None


def test_codes_and_addresses_are_said_in_words() -> None:
    """A known code comes with its meaning, an unknown one alone; an address reads as printed on the device."""
    assert meaning(WRONG_STATE).endswith("code 0x0181")
    assert meaning(0x0999) == "code 0x0999"
    assert address_text(bytes.fromhex("5d2937f552c2")) == "C2:52:F5:37:29:5D"


@given(data=soup, sizes=st.sampled_from([(), SIZES]))
def test_walking_and_splitting_find_the_same(data: bytes, sizes: tuple[int, ...]) -> None:
    """The quick way for many bytes and the plain way for a few agree on every packet and every passed-over byte."""
    walked, found = walk(data, sizes), split(data, sizes)
    assert walked.packets == list(zip(found.start.tolist(), found.length.tolist(), found.kind.tolist(), strict=True))
    assert (walked.used, walked.skipped) == (found.used, found.skipped)
    assert len(data) - found.used < KEPT


@given(data=soup, cuts=st.lists(st.integers(0, 200), max_size=6))
def test_packets_do_not_depend_on_where_the_bytes_are_cut(data: bytes, cuts: list[int]) -> None:
    """Pieces of any size give the packets that the whole gives."""
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    packets, skipped, kept = [], 0, b""
    for begin, end in itertools.pairwise(places):
        kept += data[begin:end]
        found = walk(kept, SIZES)
        packets += [kept[start : start + length] for start, length, _ in found.packets]
        skipped += found.skipped
        kept = kept[found.used :]
    whole = walk(data, SIZES)
    assert packets == [data[start : start + length] for start, length, _ in whole.packets]
    assert (skipped, len(kept)) == (whole.skipped, len(data) - whole.used)


@pytest.mark.parametrize("left", range(1, 21))
def test_a_notification_that_was_cut_short_is_passed_over(left: int) -> None:
    """Its successor is found whole, although the cut one's length would reach into it."""
    cut, good = notification(b"\x55" * 16)[:left], notification(b"\x11" * 16)
    found = split(cut + good, SIZES)
    assert found.start.tolist() == [left]
    assert (found.skipped, found.used) == (left, left + len(good))


def test_a_value_like_a_header_with_other_sizes_is_data() -> None:
    """Only the start of what streams betrays a cut; other bytes in a value are believed."""
    value = bytes([0x80, 9, 4, 5, 0, 0x2B, 0, 1]) + bytes(8)
    assert split(notification(value), SIZES).start.tolist() == [0]


def test_kinds_are_told_apart() -> None:
    """No two answers share a number."""
    assert len({kind_of(kind) for kind in ANSWERS.values()}) == len(ANSWERS)


def test_waiting_ends_with_the_message_that_was_wanted() -> None:
    """What comes before it belongs to the reply, what comes after it does not, and half of it is not enough."""
    event, response = notification(bytes(16)), bgapi.EndProcedureDone(0).pack()
    complete = comes(lambda message: isinstance(message, bgapi.EndProcedureDone))
    assert complete(b"\xff" + event + response[:-1]) is None
    assert complete(b"\xff" + event + response + event) == 1 + len(event) + len(response)
    assert [type(message) for message, _ in messages(event + response)] == [
        bgapi.AttributeValue,
        bgapi.EndProcedureDone,
    ]


def test_a_long_stream_is_split_whole() -> None:
    """Ten thousand packets of three kinds, with junk here and there, are all found."""
    rng = np.random.default_rng(0)
    packets = []
    for n in range(10_000):
        if n % 3:
            packets.append(notification(rng.integers(0, 256, 16, dtype=np.uint8).tobytes()))
        else:
            packets.append(bgapi.ProcedureCompleted(0, 0, 0x2C).pack())
    junk = [b"\xee" * (n % 97 == 0) for n in range(len(packets))]
    data = b"".join(one + other for one, other in zip(junk, packets, strict=True))
    found = split(data, SIZES)
    assert [data[a : a + n] for a, n in zip(found.start.tolist(), found.length.tolist(), strict=True)] == packets
    assert found.skipped == sum(map(len, junk))
