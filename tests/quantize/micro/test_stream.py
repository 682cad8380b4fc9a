"""The packet's reader in C against the one in Python, on whole, cut, altered and invented bytes: the same samples."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from support.micro_c import Library

from emg_edge.firmware_bridge.protocols import framed
from emg_edge.firmware_bridge.protocols.framed_decoder import FramedDecoder
from emg_edge.firmware_bridge.simulated.framed import DEFAULT

CHANNELS = 8
Spoil = Callable[[bytes, np.random.Generator], bytes]


def a_stream(rng: np.random.Generator) -> tuple[bytes, int]:
    """Data frames of one board, hellos among them, and how many samples they hold."""
    line, number = [], int(rng.integers(65536))
    first = number
    width = int(rng.choice(framed.WIDTHS))
    lowest, highest = framed.count_limits(width)
    for _ in range(int(rng.integers(3, 40))):
        n = int(rng.integers(1, 38 if width == 3 else 60))
        counts = rng.integers(lowest, highest + 1, (n, CHANNELS)).astype(np.int32)
        counts[rng.random(counts.shape) < 0.2] = rng.choice([0, lowest, highest, 1, -1])
        g = (0.0, 0.5, -1.0) if rng.random() < 0.3 else None
        line.append(framed.encode_data(counts, number, width, g))
        number += n
        if rng.random() < 0.2:
            line.append(framed.encode_hello(replace(DEFAULT, streaming=True, width=width)))
    return b"".join(line), number - first


def whole(line: bytes, rng: np.random.Generator) -> bytes:
    return line


def cut(line: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(len(line)))
    return line[:start] + line[start + int(rng.integers(1, 200)) :]


def altered(line: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(line)
    for _ in range(int(rng.integers(1, 20))):
        changed[int(rng.integers(len(changed)))] = int(rng.integers(256))
    return bytes(changed)


def filled(line: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(len(line)))
    return line[:start] + rng.integers(0, 256, int(rng.integers(1, 3000)), np.uint8).tobytes() + line[start:]


def without_zeros(line: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(len(line)))
    return line[:start] + bytes(int(rng.integers(1, 256)) for _ in range(3000)) + line[start:]


@pytest.mark.parametrize("spoil", [whole, cut, altered, filled, without_zeros])
@pytest.mark.parametrize("seed", range(20))
def test_both_read_the_same_samples(library: Library, spoil: Spoil, seed: int) -> None:
    """Counts, numbers, and nothing that was not sent whole."""
    rng = np.random.default_rng(seed)
    line, sent = a_stream(rng)
    spoilt = spoil(line, rng) + b"\0"
    expected = FramedDecoder(CHANNELS).push(spoilt)
    counts, numbers, hellos = library.samples(spoilt, CHANNELS)
    np.testing.assert_array_equal(counts, expected.counts)
    np.testing.assert_array_equal(numbers, expected.number)
    if spoil is whole:
        assert len(counts) == sent
        assert hellos == line.count(DEFAULT.name.encode())


def longest(n: int, width: int) -> NDArray[np.int32]:
    return np.full((n, CHANNELS), 0x0101, np.int32) + (0 if width == 2 else 0x010000)


@pytest.mark.parametrize("n", [15, 16, 31, 32, 62, 63])
def test_runs_of_254_bytes_without_a_zero(library: Library, n: int) -> None:
    """About as long as the stuffing's longest run, two of them, and the longest frame that there may be."""
    for first in range(0x0101, 0x0121):
        line = framed.encode_data(longest(n, 2), first, 2)
        counts, numbers, _ = library.samples(line, CHANNELS)
        np.testing.assert_array_equal(counts, longest(n, 2))
        assert numbers[0] == first


def test_a_frame_that_is_too_long_is_passed_over(library: Library) -> None:
    """64 samples of 8 channels are more than a receiver must hold; the next frame is read."""
    short = framed.encode_data(longest(2, 2), 7, 2)
    counts, numbers, _ = library.samples(framed.encode_data(longest(64, 2), 7, 2) + short, CHANNELS)
    np.testing.assert_array_equal(counts, longest(2, 2))
    assert numbers.tolist() == [7, 8]
