from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.decode_check import check_decoder, decode, random_chunks
from support.slow_framed import SlowParser

from emg_edge.firmware_bridge.protocols import framed
from emg_edge.firmware_bridge.protocols.framed_decoder import FramedDecoder
from emg_edge.firmware_bridge.protocols.framed_reading import TOGETHER_FROM
from emg_edge.firmware_bridge.simulated.framed import DEFAULT

SEEDS = st.integers(0, 1 << 32)
IDLE = framed.encode_hello(DEFAULT)


def some_counts(rng: np.random.Generator, samples: int, channels: int, width: int) -> NDArray[np.int32]:
    """(samples, channels) counts of every size, with zeros and the limits among them."""
    lowest, highest = framed.count_limits(width)
    counts = np.round(rng.normal(0, 10.0 ** rng.uniform(0, 7), (samples, channels)))
    counts[rng.random(counts.shape) < 0.1] = rng.choice([0, lowest, highest, -1])
    return np.clip(counts, lowest, highest).astype(np.int32)


def frames_of(counts: NDArray[np.int32], sizes: list[int], width: int, first: int = 0) -> list[bytes]:
    """Cut counts into frames of so many samples."""
    frames, at = [], 0
    for size in sizes:
        frames.append(framed.encode_data(counts[at : at + size], first + at, width))
        at += size
    return frames


@pytest.mark.parametrize("frames", [3, 3 * TOGETHER_FROM])
@pytest.mark.parametrize(("width", "per_frame", "channels"), [(2, 8, 8), (2, 1, 8), (3, 4, 8), (3, 5, 64), (2, 40, 6)])
def test_three_ways(frames: int, width: int, per_frame: int, channels: int) -> None:
    """Few frames or many, short or longer than a run of the stuffing: any cut gives the same samples."""
    rng = np.random.default_rng(1)
    counts = some_counts(rng, frames * per_frame, channels, width)
    wire = frames_of(counts, [per_frame] * frames, width, first=65500)
    number = (65500 + np.arange(len(counts))) % framed.WRAP
    check_decoder(lambda: FramedDecoder(channels), wire, counts, number, rng)


@given(seed=SEEDS, many=st.booleans())
def test_the_byte_at_a_time_parser_agrees(seed: int, many: bool) -> None:
    """On frames of mixed layouts, damaged, cut and joined at will, both read the same samples and nothing more."""
    rng = np.random.default_rng(seed)
    wire = bytearray()
    for _ in range(int(rng.integers(30, 80)) if many else int(rng.integers(0, 20))):
        width, samples, channels = int(rng.integers(2, 4)), int(rng.integers(1, 9)), int(rng.choice([3, 3, 3, 2]))
        g = tuple(rng.normal(0, 4, 3)) if rng.random() < 0.3 else None
        frame = bytearray(
            framed.encode_data(some_counts(rng, samples, channels, width), int(rng.integers(65536)), width, g)
        )
        damage = rng.random()
        if damage < 0.1:
            frame[int(rng.integers(len(frame)))] ^= 1 << int(rng.integers(8))
        elif damage < 0.2:
            del frame[int(rng.integers(len(frame))) :]
        elif damage < 0.25:
            frame += rng.bytes(int(rng.integers(30)))
        elif damage < 0.3:
            frame += IDLE if seed % 2 else b""
        wire += frame
    expected = [frame for frame in SlowParser().push(bytes(wire)) if len(frame.rows[0]) == 3]
    for chunks in ([bytes(wire)], random_chunks(bytes(wire), rng, 300)):
        counts, number, _ = decode(FramedDecoder(3), chunks)
        assert counts.tolist() == [row for frame in expected for row in frame.rows]
        assert number.tolist() == [
            (frame.number + k) % framed.WRAP for frame in expected for k in range(len(frame.rows))
        ]


@given(st.lists(st.binary(max_size=400), max_size=12))
def test_noise_is_counted_and_bounded(chunks: list[bytes]) -> None:
    """Of noise, every byte but the zeros is skipped or kept, and less than two frames are kept."""
    decoder = FramedDecoder(8)
    counts, _, skipped = decode(decoder, chunks)
    noise = b"".join(chunks)
    rest = decoder.push(b"\0").skipped
    assert len(counts) == 0
    assert skipped + rest == len(noise) - noise.count(b"\0")
    assert rest <= framed.MAX_BLOCK


@pytest.mark.parametrize("chunk", [1, 100, 5000])
def test_endless_noise_without_a_zero_takes_no_memory(chunk: int) -> None:
    """What is longer than any frame is dropped and counted, its end included, and the next frame is found."""
    decoder = FramedDecoder(2)
    noise = b"\x07" * 10_000
    skipped = sum(decoder.push(noise[at : at + chunk]).skipped for at in range(0, len(noise), chunk))
    counts = np.array([[5, -5]], np.int32)
    found = decoder.push(framed.encode_data(counts, 9, 2))
    assert skipped + found.skipped == len(noise)
    assert skipped >= len(noise) - framed.MAX_BLOCK
    np.testing.assert_array_equal(found.counts, counts)


@pytest.mark.parametrize("place", range(2, 30))
def test_a_damaged_frame_takes_no_other_with_it(place: int) -> None:
    """A wrong byte anywhere within a frame costs that frame, and its bytes are counted."""
    counts = np.arange(24, dtype=np.int32).reshape(6, 4)
    before, hit, after = frames_of(counts, [2, 2, 2], 2)
    damaged = bytearray(hit)
    damaged[place % (len(hit) - 2) + 1] ^= 0x40
    found = FramedDecoder(4).push(before + damaged + after)
    np.testing.assert_array_equal(found.counts, counts[[0, 1, 4, 5]])
    assert found.number.tolist() == [0, 1, 4, 5]
    assert found.skipped == len(bytes(damaged).replace(b"\0", b""))


def test_frames_with_one_zero_between_them_are_read() -> None:
    """A sender may let one zero end a frame and begin the next."""
    counts = np.arange(8, dtype=np.int32).reshape(4, 2)
    first, second = frames_of(counts, [2, 2], 3)
    np.testing.assert_array_equal(FramedDecoder(2).push(first[:-1] + second).counts, counts)


def test_repeated_and_late_frames_are_handed_on_as_they_come() -> None:
    """The numbers tell what came twice or late; the decoder drops nothing."""
    counts = np.arange(6, dtype=np.int32).reshape(3, 2)
    a, b, c = frames_of(counts, [1, 1, 1], 2)
    assert FramedDecoder(2).push(a + c + b + b).number.tolist() == [0, 2, 1, 1]


@pytest.mark.parametrize("copies", [1, 2 * TOGETHER_FROM])
def test_acceleration_is_the_newest_known(copies: int) -> None:
    """Frames with and without acceleration keep their order; a sample has the newest, NaN before the first."""
    counts = np.arange(6, dtype=np.int32).reshape(6, 1)
    wire = (
        framed.encode_data(counts[:2], 0, 2)
        + framed.encode_data(counts[2:3], 2, 2, (1.0, 0.0, -0.5))
        + framed.encode_data(counts[3:5], 3, 2) * copies
        + framed.encode_data(counts[5:], 5, 2, (0.0, 2.0, 0.0))
    )
    decoder = FramedDecoder(1, imu=True)
    found = decoder.push(wire)
    g = found.acceleration
    assert g is not None
    assert found.counts.ravel().tolist() == [0, 1, 2, *[3, 4] * copies, 5]
    assert np.isnan(g[:2]).all()
    np.testing.assert_array_equal(g[2:-1], [[1.0, 0.0, -0.5]] * (1 + 2 * copies))
    np.testing.assert_array_equal(g[-1], [0.0, 2.0, 0.0])
    later = decoder.push(framed.encode_data(counts[:1], 6, 2)).acceleration
    np.testing.assert_array_equal(later, [[0.0, 2.0, 0.0]])
    decoder.reset()
    again = decoder.push(framed.encode_data(counts[:1], 6, 2)).acceleration
    assert again is not None
    assert np.isnan(again).all()


def test_without_an_imu_there_is_no_acceleration() -> None:
    """A board that said it has no IMU delivers None, whatever its frames carry."""
    assert (
        FramedDecoder(1).push(framed.encode_data(np.ones((1, 1), np.int32), 0, 2, (1.0, 0.0, 0.0))).acceleration is None
    )


@pytest.mark.parametrize("frames", [1, 2 * TOGETHER_FROM])
def test_a_board_that_was_started_anew_is_noticed(frames: int) -> None:
    """A hello that says idle means nothing before the data; after them it says that no more will come."""
    data = b"".join(framed.encode_data(np.ones((1, 8), np.int32), k, 2) for k in range(frames))
    streaming = framed.encode_hello(replace(DEFAULT, streaming=True))
    decoder = FramedDecoder(8)
    early = decoder.push(IDLE + data + streaming)
    assert (early.ended, early.skipped, len(early.counts)) == ("", 0, frames)
    assert "started anew" in decoder.push(IDLE).ended
    assert "started anew" in FramedDecoder(8).push(data + IDLE).ended
    decoder.reset()
    assert decoder.push(IDLE).ended == ""
