import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.slow_ganglion import SlowGanglion

from emg_edge.firmware_bridge.protocols import ganglion
from emg_edge.firmware_bridge.protocols.decoding import Decoded
from emg_edge.firmware_bridge.protocols.ganglion_samples import GanglionSamples, ganglion_samples
from emg_edge.firmware_bridge.simulated.ganglion_packets import Notifications

# Notifications and the differences in them that OpenBCI's own tests of its Node.js driver give.
POSITIVE = bytes([101, 0, 0, 0, 0, 8, 0, 5, 0, 0, 0x48, 0, 9, 0xF0, 1, 0xB0, 0, 0x30, 0, 8])
NEGATIVE = bytes([101, 255, 255, 191, 255, 239, 255, 252, 255, 255, 88, 0, 11, 62, 56, 224, 0, 63, 240, 1])


def rows(packets: list[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(packets), np.uint8).reshape(-1, ganglion.LENGTH)


def push(samples: GanglionSamples, packets: list[bytes], rng: np.random.Generator | None = None) -> Decoded:
    """Push all, at once or in random portions; returns what came together."""
    cuts = [] if rng is None else sorted(rng.integers(0, len(packets) + 1, len(packets) // 3).tolist())
    edges = [0, *cuts, len(packets)]
    parts = [samples.push(rows(packets[a:b])) for a, b in itertools.pairwise(edges)]
    known = [part.acceleration for part in parts if part.acceleration is not None]
    return Decoded(
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.number for part in parts]),
        acceleration=np.concatenate(known) if known else None,
    )


def stream(version: int, counts: NDArray[np.int32], accelerometer: bool = False) -> list[bytes]:
    return [value for value, _ in Notifications(version).pack(counts, accelerometer)]


def walk(n: int, step: int, seed: int = 0) -> NDArray[np.int32]:
    """(n, 4) counts that never move by more than `step`."""
    steps = np.random.default_rng(seed).integers(-step, step + 1, (n, 4))
    return np.clip(np.cumsum(steps, axis=0), *ganglion.LIMITS).astype(np.int32)


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (POSITIVE, [[0, 2, 10, 4], [262148, 507910, 393222, 8]]),
        (NEGATIVE, [[-3, -5, -7, -11], [-262139, -198429, -262137, -4095]]),
    ],
)
def test_openbcis_own_examples(packet: bytes, expected: list[list[int]]) -> None:
    """Bit order and sign are those of OpenBCI's driver: differences to be subtracted, told positive by a lowest 0."""
    raw = bytes(13) + ganglion.PADDING
    assert ganglion.unpack_deltas(rows([packet]), 19)[0].tolist() == expected
    decoded = ganglion_samples(2).push(rows([raw, packet]))
    assert decoded.number.tolist() == [0, 1, 2]
    assert decoded.counts.tolist() == (-np.cumsum([[0] * 4, *expected], axis=0)).tolist()
    assert ganglion.pack_deltas(np.array([expected]), 19).tobytes() == packet[1:]


def test_a_count_is_what_openbci_says() -> None:
    """Full scale is 15686 uV: 1.2 V over a gain of 1.5 in the converter and 51 before it."""
    assert pytest.approx(15686, abs=0.5) == ganglion.UV_PER_COUNT * ganglion.LIMITS[1]


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3]), st.booleans())
def test_every_notification_is_read_as_the_slow_decoder_reads_it(seed: int, version: int, accelerometer: bool) -> None:
    """Random bytes after identifiers in order, in portions of any size: the same counts and numbers."""
    rng = np.random.default_rng(seed)
    packets = rng.integers(0, 256, (250, ganglion.LENGTH)).astype(np.uint8)
    if version == 2:
        packets[:, 0] = np.arange(250) % 101
        packets[:, 0] += ((packets[:, 0] > 0) & (rng.random(250) < 0.5)).astype(np.uint8) * 100
    else:
        packets[:, 0] = np.arange(250) % 100 + (0 if accelerometer else 100)
    wire = [packet.tobytes() for packet in packets]
    slow = SlowGanglion(version)
    expected = [sample for packet in wire for sample in slow.take(packet)]
    decoded = push(ganglion_samples(version, accelerometer), wire, rng)
    assert decoded.number.tolist() == [number for number, _ in expected]
    np.testing.assert_array_equal(decoded.counts, np.clip([counts for _, counts in expected], *ganglion.LIMITS))


@pytest.mark.parametrize("accelerometer", [False, True])
def test_samples_come_back_over_several_cycles(accelerometer: bool) -> None:
    """Firmware 2: raw samples exactly, others within the lowest bit of each difference since, numbers without gap."""
    counts = walk(1000, 2**17 - 1)
    decoded = push(ganglion_samples(2), stream(2, counts, accelerometer))
    n = len(decoded.number)
    assert n == 999  # the last waits for its second
    np.testing.assert_array_equal(decoded.number, np.arange(n) % 201)
    np.testing.assert_array_equal(decoded.counts[::201], counts[:n:201])
    assert (np.abs(decoded.counts - counts[:n]).max(axis=1) <= decoded.number).all()


def test_a_counter_comes_back_exactly() -> None:
    """What makes loss provable survives firmware 2's differences: a step up by one is one of those told exactly."""
    counts = (np.arange(603)[:, None] + 1000 * np.arange(4)).astype(np.int32)
    np.testing.assert_array_equal(push(ganglion_samples(2), stream(2, counts)).counts, counts)


@pytest.mark.parametrize(("accelerometer", "unit"), [(False, 64), (True, 128)])
def test_firmware_3_keeps_the_upper_bits(accelerometer: bool, unit: int) -> None:
    """The whole range of the converter, from one sample to the next, rounded down."""
    counts = np.random.default_rng(3).integers(*ganglion.LIMITS, (600, 4), endpoint=True).astype(np.int32)
    counts[:2] = [[ganglion.LIMITS[0]] * 4, [ganglion.LIMITS[1]] * 4]
    decoded = push(ganglion_samples(3), stream(3, counts, accelerometer))
    np.testing.assert_array_equal(decoded.counts, counts // unit * unit)
    np.testing.assert_array_equal(decoded.number, np.arange(600) % 200)


def test_nothing_comes_before_the_first_raw_sample() -> None:
    """A decoder that joins in the middle waits for a sample that it can trust."""
    counts = walk(402, 1000)
    decoded = push(ganglion_samples(2), stream(2, counts)[40:])
    np.testing.assert_array_equal(decoded.number, np.arange(201))
    np.testing.assert_array_equal(decoded.counts[0], counts[201])


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_a_lost_notification_costs_an_offset_until_the_next_raw_sample(seed: int) -> None:
    """Its two samples are missing, those that follow keep their shape, and from the raw sample on all is right."""
    rng = np.random.default_rng(seed)
    packets = stream(2, walk(603, 1000, seed))
    whole = push(ganglion_samples(2), packets)
    gone = int(rng.integers(1, 101))
    decoded = push(ganglion_samples(2), packets[:gone] + packets[gone + 1 :], rng)
    at = 2 * gone - 1
    np.testing.assert_array_equal(decoded.number, np.delete(whole.number, [at, at + 1]))
    rest = np.delete(whole.counts, [at, at + 1], axis=0)
    np.testing.assert_array_equal(decoded.counts[:at], rest[:at])
    np.testing.assert_array_equal(np.diff(decoded.counts[at:199], axis=0), np.diff(rest[at:199], axis=0))
    np.testing.assert_array_equal(decoded.counts[199:], rest[199:])


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_what_comes_again_or_late_is_dropped(seed: int) -> None:
    """Differences are never applied twice, nor in the wrong place, however the notifications are portioned."""
    rng = np.random.default_rng(seed)
    packets = stream(2, walk(1005, 1000, seed))
    at = int(rng.integers(1, len(packets) - 10))
    repeated = packets[: at + 1] + [packets[at]] * int(rng.integers(1, 4)) + packets[at + 1 :]
    np.testing.assert_array_equal(
        push(ganglion_samples(2), repeated, rng).counts, push(ganglion_samples(2), packets).counts
    )
    by = int(rng.integers(1, 6))
    late = packets[:at] + packets[at + 1 : at + 1 + by] + [packets[at]] + packets[at + 1 + by :]
    without = packets[:at] + packets[at + 1 :]
    got, expected = push(ganglion_samples(2), late, rng), push(ganglion_samples(2), without)
    np.testing.assert_array_equal(got.counts, expected.counts)
    np.testing.assert_array_equal(got.number, expected.number)


def test_firmware_3_hands_on_what_comes_again() -> None:
    """Each notification stands for itself: the numbers tell, and whoever counts losses decides."""
    packets = stream(3, walk(8, 1000))
    decoded = push(ganglion_samples(3), [packets[0], packets[2], packets[2], packets[1], packets[3]])
    assert decoded.number.tolist() == [0, 1, 4, 5, 4, 5, 2, 3, 6, 7]


@pytest.mark.parametrize("base", [0, 100])
def test_the_miscount_of_release_3_0_0_is_understood(base: int) -> None:
    """Once a number 100 has come, the half-written number 0 is passed over, and 200 samples a cycle are numbered."""
    packets = np.zeros((303, ganglion.LENGTH), np.uint8)
    packets[:, 0] = np.arange(303) % 101 + base
    decoded = push(ganglion_samples(3), [packet.tobytes() for packet in packets], np.random.default_rng(1))
    assert decoded.number[:202].tolist() == [*range(200), 198, 199]
    np.testing.assert_array_equal(decoded.number[202:], np.arange(400) % 200)


def test_acceleration_is_the_newest_known() -> None:
    """x, y and z come one after another, and stay until they come again; before the first it is not known."""
    packets = np.zeros((7, ganglion.LENGTH), np.uint8)
    packets[:, 0] = [0, 1, 2, 3, 104, 105, 11]
    packets[:, ganglion.ACCELERATION_BYTE] = [9, 10, 256 - 20, 30, 99, 99, 40]
    wire = [packet.tobytes() for packet in packets]
    for rng in (None, np.random.default_rng(0)):
        g = push(ganglion_samples(2, accelerometer=True), wire, rng).acceleration
        assert g is not None
        nan = np.nan
        expected = [[nan] * 3, [10, nan, nan], [10, -20, nan], *[[10, -20, 30]] * 3, [40, -20, 30]]
        np.testing.assert_allclose(g[[0, 1, 3, 5, 7, 9, 11]], np.array(expected) * 0.016, rtol=1e-6)
    assert push(ganglion_samples(2), wire).acceleration is None


def test_counts_never_leave_the_converters_range() -> None:
    """An offset that a loss left cannot take a sample where no sample can be."""
    raw = np.zeros((1, ganglion.LENGTH), np.uint8)
    raw[0, 1:13] = ganglion.pack_raw(np.full((1, 4), ganglion.LIMITS[1], np.int64))
    up = np.zeros((1, ganglion.LENGTH), np.uint8)
    up[0, 0], up[0, 1:] = 101, ganglion.pack_deltas(np.full((1, 2, 4), -400_001, np.int64), 19)[0]
    assert ganglion_samples(2).push(np.concatenate([raw, up])).counts.max() == ganglion.LIMITS[1]


@pytest.mark.parametrize(
    ("name", "version"), [("Ganglion-1a2b", 2), ("Ganglion 1.3.0-1a2b", 3), ("Ganglion 1.2.0", 2), ("", 2)]
)
def test_the_name_tells_the_firmware(name: str, version: int) -> None:
    """As OpenBCI's GUI and BrainFlow tell it."""
    assert ganglion.version_of(name) == version
