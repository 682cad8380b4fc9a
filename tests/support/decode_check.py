"""The check that every codec passes: whatever the cuts, and whatever lies around the frames, the same samples."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols.decoding import StreamDecoder

JUNK = b"\x55" * 7  # begins no frame of any of the binary protocols

LONGEST_FRAME = 300  # bytes, of any of the protocols


def decode(decoder: StreamDecoder, chunks: Iterable[bytes]) -> tuple[NDArray[np.int32], NDArray[np.int64], int]:
    """Push all chunks; returns what came of them together: counts, numbers, skipped bytes."""
    counts, number, skipped = [np.empty((0, decoder.channels), np.int32)], [np.empty(0, np.int64)], 0
    for chunk in chunks:
        decoded = decoder.push(chunk)
        assert decoded.counts.dtype == np.int32
        assert decoded.counts.shape == (len(decoded.number), decoder.channels)
        assert decoded.number.dtype == np.int64
        if decoded.acceleration is not None:
            assert decoded.acceleration.shape == (len(decoded.number), 3)
        counts.append(decoded.counts)
        number.append(decoded.number)
        skipped += decoded.skipped
    return np.concatenate(counts), np.concatenate(number), skipped


def random_chunks(wire: bytes, rng: np.random.Generator, largest: int) -> list[bytes]:
    """Cut `wire` into pieces of 0 to `largest` bytes."""
    chunks, at = [], 0
    while at < len(wire):
        size = int(rng.integers(0, largest + 1))
        chunks.append(wire[at : at + size])
        at += size
    return chunks


def check_decoder(
    make_decoder: Callable[[], StreamDecoder],
    wire: bytes | Sequence[bytes],
    counts: NDArray[np.int32],
    number: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    junk: bytes = JUNK,
) -> None:
    """Decode `wire` in every way, expecting (n, channels) counts and (n,) numbers.

    Given as a sequence of frames, it is also decoded with `junk` between them. `junk` must begin no frame of the
    protocol; it is repeated after the last one, for decoders that look at what follows a frame before they take it.
    """
    frames = [wire] if isinstance(wire, bytes) else list(wire)
    whole = b"".join(frames)
    between = junk.join(frames)
    after = junk * (2 * min(len(frames[-1]), LONGEST_FRAME) // len(junk) + 2)
    surrounded = junk + between + after
    fragment = frames[-1][: len(frames[-1]) // 2] if len(frames) > 1 else whole[:1]
    ways = {
        "whole": [whole],
        "byte by byte": [whole[at : at + 1] for at in range(len(whole))],
        "small random chunks": random_chunks(whole, rng, 7),
        "large random chunks": random_chunks(whole, rng, 200),
        "frame by frame": frames,
        "with a fragment after the last": [whole + fragment],
        "with junk around, whole": [surrounded],
        "with junk around, byte by byte": [surrounded[at : at + 1] for at in range(len(surrounded))],
        "with junk around, in random chunks": random_chunks(surrounded, rng, 50),
    }
    skips = []
    for way, chunks in ways.items():
        got_counts, got_number, skipped = decode(make_decoder(), chunks)
        np.testing.assert_array_equal(got_number, number, err_msg=way)
        np.testing.assert_array_equal(got_counts, counts, err_msg=way)
        if "junk" not in way:
            assert skipped == 0, way
        else:
            skips.append(skipped)
    # All that lies before the last frame was passed over and counted; of what comes after it, some may be kept.
    assert all(len(surrounded) - len(whole) - len(after) <= s <= len(surrounded) - len(whole) for s in skips), skips
    decoder = make_decoder()
    decoder.push(whole + fragment)
    decoder.reset()
    again = decode(decoder, [whole])
    np.testing.assert_array_equal(again[1], number, err_msg="after a reset")
    np.testing.assert_array_equal(again[0], counts, err_msg="after a reset")
