"""The Cyton's packets: found, read, and put together, in streams that are clean, cut, damaged and hostile."""

import itertools

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from numpy.typing import NDArray
from support.decode_check import check_decoder, decode, random_chunks
from support.slow_cyton import SlowCyton, daisy_samples

from emg_edge.firmware_bridge.protocols.cyton import CytonDecoder, DaisyDecoder
from emg_edge.firmware_bridge.protocols.cyton_framing import LIMITS, SIZE, write_packets

EXTREMES = (LIMITS[0], LIMITS[0] + 1, -65536, -256, -1, 0, 1, 255, 256, 65535, LIMITS[1] - 1, LIMITS[1])
NO_AUXILIARY = bytes(6)


def packets(counts: NDArray[np.int32], first: int = 0, auxiliary: bytes = NO_AUXILIARY, kind: int = 0) -> list[bytes]:
    """Write consecutive packets, (n, 8) counts."""
    n = len(counts)
    written = write_packets(
        counts,
        first + np.arange(n),
        np.tile(np.frombuffer(auxiliary, np.uint8), (n, 1)),
        np.full(n, kind, np.uint8),
    )
    return [packet.tobytes() for packet in written]


def without_start_bytes(n: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """(n, 8) counts none of whose bytes is a start byte."""
    raw = rng.integers(0, 256, (n, 8, 3))
    raw[raw == 0xA0] = 0xA1
    value = (raw << [16, 8, 0]).sum(axis=2)
    counts: NDArray[np.int32] = np.where(value >= 1 << 23, value - (1 << 24), value).astype(np.int32)
    return counts


def test_a_packet_of_the_documentation_is_read_byte_by_byte() -> None:
    """Header, counter, eight 24-bit numbers with the first byte highest, acceleration, footer, as documented."""
    packet = bytes([0xA0, 7, *[0x7F, 0xFF, 0xFF], *[0x80, 0, 0], *[0xFF, 0xFF, 0xFF], *[0, 0, 1], *[0x01, 0x02, 0x03]])
    packet += bytes([*[0, 0, 0] * 3, *[0x01, 0x10], *[0xFF, 0x70], *[0x1F, 0x50], 0xC0])
    decoder = CytonDecoder()
    following = packet[:1] + b"\x08" + packet[2:]
    decoded = decoder.push(packet + following)
    assert decoded.counts[0].tolist() == [8388607, -8388608, -1, 1, 0x010203, 0, 0, 0]
    assert decoded.number.tolist() == [7, 8]
    assert decoded.acceleration is not None
    np.testing.assert_allclose(decoded.acceleration[0], [0.034, -0.018, 1.002], atol=1e-6)


def test_every_way_of_cutting_gives_the_same_samples() -> None:
    """Whole, byte by byte, in random chunks, with fragments and junk around: the same, over two counter wraps."""
    rng = np.random.default_rng(1)
    counts = without_start_bytes(350, rng)
    counts[:, 3] = np.resize(EXTREMES, 350)
    check_decoder(CytonDecoder, packets(counts, first=200), counts, (200 + np.arange(350)) % 256, rng)


def test_a_daisy_sample_is_an_even_packet_and_the_odd_one_after_it() -> None:
    """The even packet has channels 9-16, the odd one 1-8; the number is half of the counter."""
    rng = np.random.default_rng(2)
    halves = without_start_bytes(600, rng)
    expected = np.concatenate([halves[1::2], halves[0::2]], axis=1)
    check_decoder(DaisyDecoder, packets(halves, first=100), expected, (50 + np.arange(300)) % 128, rng)


@pytest.mark.parametrize("lost_share", [0.0, 0.05, 0.5])
def test_a_long_stream_in_one_piece_is_read_whatever_is_lost_of_it(lost_share: float) -> None:
    """Far more packets than are judged at one stroke, some of them missing: every one that is there."""
    rng = np.random.default_rng(4)
    counts = rng.integers(LIMITS[0], LIMITS[1] + 1, (5000, 8)).astype(np.int32)
    there = np.flatnonzero(rng.random(5000) >= lost_share)
    frames = packets(counts)
    got_counts, number, skipped = decode(CytonDecoder(), [b"".join(frames[at] for at in there) + bytes(2 * SIZE)])
    np.testing.assert_array_equal(number, there % 256)
    np.testing.assert_array_equal(got_counts, counts[there])
    assert skipped <= 2 * SIZE
    whole = set(there.tolist())
    numbers = [at // 2 % 128 for at in range(0, 5000, 2) if {at, at + 1} <= whole]
    assert decode(DaisyDecoder(), [b"".join(frames[at] for at in there)])[1].tolist() == numbers


@pytest.mark.parametrize(
    ("counters", "numbers"),
    [
        ([0, 1, 2, 3], [0, 1]),
        ([1, 2, 3, 4, 5], [1, 2]),
        ([0, 1, 3, 4, 5], [0, 2]),
        ([0, 2, 3, 4, 5], [1, 2]),
        ([0, 1, 1, 2, 3], [0, 1]),
        ([0, 0, 1, 2, 3], [0, 1]),
        ([1, 0, 3, 2, 4, 5], [2]),
        ([254, 255, 0, 1], [127, 0]),
        ([254, 1, 2, 3], [1]),
    ],
)
def test_halves_that_do_not_follow_one_another_are_no_sample(counters: list[int], numbers: list[int]) -> None:
    """Lost, repeated and swapped halves: only a whole pair counts, and the same ones in any chunks."""
    counts = np.arange(8 * len(counters), dtype=np.int32).reshape(-1, 8)
    frames = [packets(row[None], first=counter)[0] for row, counter in zip(counts, counters, strict=True)]
    frames.append(packets(counts[:1], first=counters[-1] + 1)[0])
    for chunks in ([b"".join(frames)], frames):
        assert decode(DaisyDecoder(), chunks)[1].tolist() == numbers


def test_acceleration_is_held_until_the_next_reading() -> None:
    """Nothing is known before the first reading, and packets without one repeat the newest, across pushes."""
    counts = np.zeros((7, 8), np.int32)
    frames = packets(counts)
    frames[2] = packets(counts[:1], 2, bytes([0x01, 0, 0, 0, 0x1F, 0x40]))[0]
    frames[5] = packets(counts[:1], 5, bytes([0, 0, 0xE0, 0xC0, 0, 0]))[0]
    nothing = [np.nan] * 3
    expected = [nothing, nothing, *[[0.032, 0, 1]] * 3, *[[0, -1, 0]] * 2]
    for chunks in ([b"".join(frames)], frames):
        decoder = CytonDecoder()
        got = np.concatenate([a for chunk in chunks if (a := decoder.push(chunk).acceleration) is not None])
        np.testing.assert_allclose(got, expected, atol=1e-6)
    decoder = DaisyDecoder()
    got = np.concatenate([a for frame in frames if (a := decoder.push(frame).acceleration) is not None])
    np.testing.assert_allclose(got, [nothing, [0.032, 0, 1], [0, -1, 0]], atol=1e-6)


def test_auxiliary_bytes_of_another_kind_are_no_acceleration() -> None:
    """With analogue or time-stamped packets nothing is known of the acceleration; the samples are read all the same."""
    decoded = CytonDecoder().push(b"".join(packets(np.ones((3, 8), np.int32), auxiliary=b"\x12" * 6, kind=4)))
    assert decoded.acceleration is not None
    assert np.isnan(decoded.acceleration).all()
    assert (decoded.counts == 1).all()


def test_a_packet_that_follows_is_given_at_once() -> None:
    """In an undisturbed stream no packet waits for the next one; only the very first does."""
    decoder = CytonDecoder()
    given_after = [len(decoder.push(packet).number) for packet in packets(np.zeros((6, 8), np.int32))]
    assert given_after == [0, 2, 1, 1, 1, 1]


def test_a_stream_that_holds_still_cannot_deceive() -> None:
    """Constant data that look like packets, joined in the middle: the counter tells which are the true ones."""
    fake = int.from_bytes(bytes([0xC0, 0xA0, 0x11]), signed=True)
    counts = np.full((50, 8), fake, np.int32)
    wire = b"".join(packets(counts))
    for start in range(SIZE):
        got_counts, number, _ = decode(CytonDecoder(), [wire[start:]])
        np.testing.assert_array_equal(got_counts, counts[:1].repeat(len(number), axis=0))
        assert number.tolist() == list(range(50 - len(number), 50))
        assert len(number) >= 48


@pytest.mark.parametrize("pattern", [b"\xa0", b"\xc0", b"\xa0\xc0", b"\xc0\xa0", b"\xa0\x01\xc0", b"\xa0\xa0\xc0\xc0"])
def test_data_full_of_start_and_stop_bytes_are_read(pattern: bytes) -> None:
    """From the second packet on the true packets are found, whatever their data, and wherever the stream is joined."""
    payload = bytes(itertools.islice(itertools.cycle(pattern), 24))
    wire = b"".join(b"\xa0" + bytes([k]) + payload + bytes(6) + b"\xc0" for k in range(40))
    for start in range(SIZE):
        _, number, _ = decode(CytonDecoder(), [wire[start:]])
        assert number[-38:].tolist() == list(range(2, 40)), start


def test_a_truncated_packet_costs_itself_only() -> None:
    """Cut anywhere, even where the next packet's data pass for its stop byte, it alone is missing."""
    counts = without_start_bytes(20, np.random.default_rng(3))
    frames = packets(counts)
    for kept in range(SIZE):
        wire = b"".join([*frames[:10], frames[10][:kept], *frames[11:]])
        got_counts, number, skipped = decode(CytonDecoder(), [wire])
        assert number.tolist() == [*range(10), *range(11, 20)], kept
        np.testing.assert_array_equal(got_counts, np.delete(counts, 10, axis=0))
        assert skipped == kept


def test_bytes_kept_for_later_are_less_than_two_packets() -> None:
    """However many start bytes come, all but the last of them are given up."""
    decoder = CytonDecoder()
    total = skipped = 0
    for _ in range(100):
        skipped += decoder.push(b"\xa0" * 100).skipped
        total += 100
        assert total - skipped < 2 * SIZE


HOSTILE = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.lists(st.sampled_from([0xA0, 0xC0, 0xC1, 0x00, 0x01]), max_size=80).map(bytes),
        st.tuples(st.integers(0, 255), st.binary(min_size=30, max_size=30)).map(
            lambda made: b"\xa0" + bytes([made[0]]) + made[1] + b"\xc0"
        ),
        st.integers(0, 255).map(lambda first: b"".join(packets(np.full((3, 8), 0x00A0C0, np.int32), first))),
    ),
    max_size=12,
).map(b"".join)


@given(wire=HOSTILE, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=200)
def test_what_is_found_never_depends_on_the_cuts(wire: bytes, seed: int) -> None:
    """Any bytes at all: the same samples and skipped bytes in any chunks, and every byte accounted for."""
    rng = np.random.default_rng(seed)
    for make in (CytonDecoder, DaisyDecoder):
        counts, number, skipped = decode(make(), [wire])
        for chunks in (random_chunks(wire, rng, 5), random_chunks(wire, rng, 70)):
            other = decode(make(), chunks)
            np.testing.assert_array_equal(other[0], counts)
            np.testing.assert_array_equal(other[1], number)
            assert other[2] == skipped
        if make is CytonDecoder:
            assert 0 <= len(wire) - skipped - SIZE * len(number) < 2 * SIZE


DAMAGE = st.lists(
    st.tuples(st.sampled_from(["whole", "lost", "cut", "junk", "twice", "flipped"]), st.integers(0, SIZE - 1)),
    min_size=1,
    max_size=30,
)


@given(damage=DAMAGE, seed=st.integers(0, 2**32 - 1))
@example(damage=[("lost", 0), ("whole", 0), ("lost", 0), ("whole", 0)], seed=0)
@settings(max_examples=200)
def test_damaged_streams_are_read_as_the_slow_parser_reads_them(damage: list[tuple[str, int]], seed: int) -> None:
    """Wherever bytes can be a packet in one way only, our parser and one that takes byte after byte agree."""
    rng = np.random.default_rng(seed)
    frames = packets(without_start_bytes(len(damage), rng), first=int(rng.integers(256)))
    wire = b""
    for frame, (what, at) in zip(frames, damage, strict=True):
        flipped = bytearray(frame)
        flipped[at] ^= 1 << int(rng.integers(8))
        junk = rng.integers(0, 0xA0, at).astype(np.uint8).tobytes()
        wire += {
            "whole": frame,
            "lost": b"",
            "cut": frame[:at],
            "junk": junk + frame,
            "twice": frame + frame,
            "flipped": bytes(flipped),
        }[what]
    wire += bytes(2 * SIZE)
    places = [at for at in range(len(wire) - 32) if wire[at] == 0xA0 and wire[at + 32] & 0xF0 == 0xC0]
    assume(all(later - earlier >= SIZE for earlier, later in itertools.pairwise(places)))
    expected = SlowCyton().push(wire)
    counts, number, _ = decode(CytonDecoder(), random_chunks(wire, rng, 100))
    assert number.tolist() == [sample.number for sample in expected]
    assert counts.tolist() == [sample.counts for sample in expected]
    pairs = daisy_samples(expected)
    counts, number, _ = decode(DaisyDecoder(), random_chunks(wire, rng, 100))
    assert number.tolist() == [even // 2 for even, _ in pairs]
    assert counts.tolist() == [joined for _, joined in pairs]
