import itertools
import math

import numpy as np
import pytest

from emg_edge.firmware_bridge.faults import script as kinds
from emg_edge.firmware_bridge.faults.wire import WireFaults
from emg_edge.firmware_bridge.simulated.firmware import Packet

PACKETS = 2000
SIGMAS = 5  # of a binomial: a fixed seed lies within


def packet(number, samples=1):
    return Packet(b"<%06d>" % number, samples)


def arrived(faults, seed=0, count=PACKETS, rate_hz=250.0, samples=1, wrap=256):
    """Send numbered packets one by one; returns the bytes that came of each."""
    wire = WireFaults(faults, wrap, np.random.default_rng(seed))
    return [wire.apply([packet(k, samples)], k * samples / rate_hz) for k in range(count)]


def within(count, share, of=PACKETS):
    return abs(count - share * of) <= SIGMAS * math.sqrt(of * share * (1 - share))


def test_without_faults_everything_arrives():
    """The wire adds nothing and takes nothing."""
    assert b"".join(arrived(())) == b"".join(packet(k).data for k in range(PACKETS))


@pytest.mark.parametrize("share", [0.01, 0.05, 0.5])
def test_a_drop_takes_its_share_of_whole_packets(share):
    """What comes is whole, and the others are missing."""
    came = arrived([kinds.Drop(share=share)])
    assert all(data in (b"", packet(k).data) for k, data in enumerate(came))
    assert within(came.count(b""), share)


def test_a_share_of_one_takes_all_and_of_zero_nothing():
    """The ends of the range are exact."""
    assert not any(arrived([kinds.Drop(share=1)]))
    assert all(arrived([kinds.Drop(share=0)]))


def test_a_fault_keeps_to_its_time():
    """Nothing is lost before the beginning, nor from the end on."""
    came = arrived([kinds.Drop(share=1, at_s=2, for_s=1)])
    assert [k for k, data in enumerate(came) if not data] == list(range(500, 750))


def test_a_duplicate_comes_right_after_its_original():
    """Its share of packets comes twice, and nothing else changes."""
    came = arrived([kinds.Duplicate(share=0.1)])
    assert all(data in (packet(k).data, 2 * packet(k).data) for k, data in enumerate(came))
    assert within(sum(len(data) > 8 for data in came), 0.1)


def test_a_reordered_packet_comes_after_its_successor():
    """All arrive, each at most one place late."""
    whole = b"".join(arrived([kinds.Reorder(share=0.1)], count=PACKETS + 1))
    order = [int(part[1:]) for part in whole.split(b">") if part]
    assert sorted(order) == list(range(len(order)))
    assert len(order) >= PACKETS
    late = sum(b < a for a, b in itertools.pairwise(order))
    assert 0.06 * PACKETS < late <= 0.1 * PACKETS + SIGMAS * math.sqrt(PACKETS * 0.09)


def test_a_corrupt_packet_has_one_byte_changed():
    """The length stays; just one byte is another."""
    came = arrived([kinds.Corrupt(share=0.2)])
    wrong = [sum(a != b for a, b in zip(data, packet(k).data, strict=True)) for k, data in enumerate(came)]
    assert set(wrong) == {0, 1}
    assert within(sum(wrong), 0.2)


def test_a_truncated_packet_is_a_beginning():
    """It breaks off somewhere, at the latest before its last byte."""
    came = arrived([kinds.Truncate(share=0.2)])
    assert all(packet(k).data.startswith(data) for k, data in enumerate(came))
    assert within(sum(len(data) < 8 for data in came), 0.2)


def test_garbage_comes_once_before_a_packet():
    """So many bytes, at its moment, and nothing is missing."""
    came = arrived([kinds.Garbage(at_s=1, amount=500)])
    assert [len(data) for data in came] == [508 if k == 250 else 8 for k in range(PACKETS)]
    assert came[250].endswith(packet(250).data)


@pytest.mark.parametrize("at_s", [0.0, 1.0, 1.001])
def test_a_burst_takes_exactly_so_many_packets_once(at_s):
    """From the first packet at or after its moment."""
    came = arrived([kinds.Burst(at_s=at_s, packets=37)])
    first = math.ceil(at_s * 250)
    assert [k for k, data in enumerate(came) if not data] == list(range(first, first + 37))


@pytest.mark.parametrize("samples", [1, 2, 8])
def test_a_burst_counts_packets_whatever_they_hold(samples):
    """Not samples."""
    assert arrived([kinds.Burst(packets=37)], samples=samples).count(b"") == 37


@pytest.mark.parametrize(("wrap", "samples"), [(256, 1), (8, 2), (65536, 64)])
def test_a_counter_wrap_is_so_many_turns_of_the_counter(wrap, samples):
    """As many samples are lost as turns say, whatever a packet holds."""
    came = arrived([kinds.CounterWrap(at_s=0, turns=1.25)], wrap=wrap, samples=samples)
    lost = samples * came.count(b"")
    assert 1.25 * wrap <= lost < 1.25 * wrap + samples


def test_two_bursts_at_once_add_up():
    """The second is not swallowed by the first."""
    came = arrived([kinds.Burst(at_s=1, packets=10), kinds.Burst(at_s=1, packets=7)])
    assert came.count(b"") == 17


def test_the_same_seed_does_the_same_and_another_does_not():
    """A script is repeatable byte for byte."""
    faults = [kinds.Drop(), kinds.Corrupt(), kinds.Reorder(), kinds.Duplicate(), kinds.Truncate(), kinds.Garbage()]
    assert arrived(faults, seed=3) == arrived(faults, seed=3)
    assert arrived(faults, seed=3) != arrived(faults, seed=4)


def test_packets_that_come_together_are_treated_one_by_one():
    """How packets are grouped into calls does not matter to their fate."""
    faults = [kinds.Drop(share=0.2), kinds.Burst(packets=9)]
    wire = WireFaults(faults, 256, np.random.default_rng(5))
    together = b"".join(wire.apply([packet(k + j) for j in range(10)], k / 250) for k in range(0, 500, 10))
    assert together == b"".join(arrived(faults, seed=5, count=500))
