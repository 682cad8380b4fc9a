import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emg_edge.firmware_bridge.faults import script as kinds
from emg_edge.firmware_bridge.simulated.board import LONGEST_SKIP_S, SimulatedBoard
from emg_edge.firmware_bridge.simulated.cyton import CytonFirmware
from emg_edge.firmware_bridge.simulated.feed import CounterFeed

RATE_HZ = 250.0
START_S = 100.0  # the clock need not begin at 0


def streaming(*faults, feed=None, **more):
    """A Cyton that was told to stream at START_S."""
    firmware = CytonFirmware()
    board = SimulatedBoard(firmware, feed or CounterFeed.of(firmware), 256, faults, **more)
    board.receive(b"b", START_S)
    return board


def numbers(data):
    """The true numbers of the samples in these whole packets, as the counter says them in channel 1."""
    assert len(data) % 33 == 0
    return [int.from_bytes(data[at + 2 : at + 5], "big") for at in range(0, len(data), 33)]


def deliveries(board, until_s, from_s=0.0):
    """Advance as often as the board asks; returns (time since the start, numbers of the samples) of what came."""
    now_s, came = START_S + from_s, []
    while now_s < START_S + until_s:
        if data := board.advance(now_s):
            came.append((now_s - START_S, numbers(data)))
        now_s = max(math.nextafter(now_s, math.inf), min(board.next_s(now_s), START_S + until_s))
    return came


def all_of(came):
    return list(itertools.chain.from_iterable(samples for _, samples in came))


@given(st.lists(st.floats(0.0001, 0.5), min_size=1, max_size=60))
@settings(max_examples=30)
def test_samples_come_on_a_target_clock(steps):
    """After t seconds there are floor(t * rate) of them, however often the board was looked at."""
    board, now_s, came = streaming(), START_S, []
    for step in steps:
        now_s += step
        came += numbers(board.advance(now_s))
        assert abs(len(came) - (now_s - START_S) * RATE_HZ) <= 1 + 1e-6
    assert came == list(range(len(came)))


def test_it_says_when_the_next_sample_is_due():
    """Looked at just then it has exactly one, and nothing is due in the past."""
    came = deliveries(streaming(), 1.0)
    assert [len(samples) for _, samples in came] == [1] * len(came)
    assert len(came) in (249, 250)
    assert [at for at, _ in came] == pytest.approx([(k + 1) / RATE_HZ for k in range(len(came))], abs=1e-6)


def test_a_link_that_collects_hands_over_once_a_tick():
    """With an FTDI chip's tick, samples come together, and none is missing."""
    came = deliveries(streaming(tick_s=0.016), 1.0)
    assert {len(samples) for _, samples in came} == {4}
    assert all_of(came) == list(range(4 * len(came)))


def test_it_is_not_to_be_looked_at_before_it_streams_or_when_it_is_over():
    """Nothing is due then: whoever serves it may sleep."""
    firmware = CytonFirmware()
    board = SimulatedBoard(firmware, CounterFeed.of(firmware), 256, [kinds.Unplug(at_s=1)])
    assert board.next_s(5.0) == math.inf
    assert board.present
    board.receive(b"b", 10.0)
    assert 10.0 < board.next_s(10.0) <= 10.0 + 1 / RATE_HZ
    board.receive(b"s", 10.5)
    assert board.next_s(10.5) == 11.0  # when it is unplugged


@pytest.mark.parametrize("by", [-0.02, 0.02])
def test_a_clock_that_is_off_makes_more_or_fewer_samples(by):
    """A share more or fewer, from the fault's beginning to its end."""
    came = deliveries(streaming(kinds.RateDrift(at_s=1, for_s=5, by=by)), 8.0)
    assert sum(len(samples) for _, samples in came) == pytest.approx(8 * RATE_HZ + by * 5 * RATE_HZ, abs=2)


def test_the_signal_goes_on_while_the_board_does_not_stream():
    """As an arm does: after a pause the count has gone on by the time that passed."""
    board = streaming()
    before = deliveries(board, 1.002)
    board.receive(b"s", START_S + 1.002)
    assert deliveries(board, 3.0, 1.002) == []
    board.receive(b"b", START_S + 3)
    after = deliveries(board, 3.5, 3.0)
    assert before[-1][1] == [249]
    assert after[0][1][0] == pytest.approx(3 * RATE_HZ, abs=1)


def test_a_stall_holds_everything_back_and_then_gives_it_all():
    """Nothing comes during it, all of it at its end, and nothing is missing."""
    came = deliveries(streaming(kinds.Stall(at_s=1, for_s=0.5)), 2.0)
    gap = next(k for k, (at, _) in enumerate(came) if at > 1.0 + 1e-6)
    assert came[gap - 1][0] < 1.0 + 1e-6
    assert came[gap][0] == pytest.approx(1.5)
    assert len(came[gap][1]) == pytest.approx(0.5 * RATE_HZ, abs=2)
    assert all_of(came)[: int(1.9 * RATE_HZ)] == list(range(int(1.9 * RATE_HZ)))


def test_unplugged_the_port_is_gone_and_the_board_goes_on():
    """Between its edges nothing comes and nothing is heard; the board streams all the while."""
    board = streaming(kinds.Unplug(at_s=1, for_s=2))
    came = deliveries(board, 1.5)
    assert came[-1][0] < 1.0 + 1e-6
    assert not board.present
    board.receive(b"s", START_S + 1.6)  # nobody hears it
    came = deliveries(board, 3.5, 1.6)
    assert board.present
    assert came[0][0] >= 3.0
    assert came[0][1][0] == pytest.approx(3 * RATE_HZ, abs=1)


def test_switched_off_and_on_it_is_silent_and_has_forgotten_its_settings():
    """It hears nothing while it is off, and streams only when it is told to."""
    board = streaming(kinds.Power(at_s=1, for_s=1))
    board.receive(b"x1060000X", START_S + 0.5)
    deliveries(board, 1.5)
    assert board.present
    board.receive(b"b", START_S + 1.5)
    assert b"timeout" in board.advance(START_S + 1.5)  # its dongle has power, and says that nobody answers
    assert deliveries(board, 2.5, 1.5) == []
    assert not board.firmware.streaming
    fresh = CytonFirmware()
    one_uv = np.full((1, 8), 1000.0)
    assert (board.firmware.digitise(one_uv) == fresh.digitise(one_uv)).all()
    board.receive(b"b", START_S + 2.5)
    assert deliveries(board, 3.0, 2.5)[0][1][0] == pytest.approx(2.5 * RATE_HZ, abs=1)


def test_what_goes_wrong_is_told_once_when_it_begins_and_ends():
    """A sentence with its time and values; a fault of a moment has no end."""
    board = streaming(kinds.Drop(at_s=1, for_s=1, share=0.2), kinds.Burst(at_s=1.5, packets=5))
    told = []
    for k in range(30):
        board.advance(START_S + k / 10)
        told += board.news()
    assert told == ["1.00 s: drop for_s 1, share 0.2", "1.50 s: burst-loss packets 5", "2.00 s: drop is over"]


class Short:
    """A feed of so many samples."""

    raw = True

    def __init__(self, length):
        self._left = length

    def read(self, n):
        n = min(n, self._left)
        self._left -= n
        return np.zeros((n, 8), np.int32), None


def test_a_feed_that_is_over_ends_the_board():
    """The last samples are sent, then it has finished."""
    board = streaming(feed=Short(100))
    came = deliveries(board, 1.0)
    assert sum(len(samples) for _, samples in came) == 100
    assert board.finished


def test_a_long_sleep_does_not_follow_the_arm_through_every_second():
    """After an hour without being looked at, a board that does not stream is there at once."""
    taken = []

    class Watched(CounterFeed):
        def read(self, n):
            taken.append(n)
            return super().read(n)

    board = streaming(feed=Watched(8, 1 << 20, 1000))
    board.receive(b"s", START_S + 1)
    board.advance(START_S + 3600)
    assert sum(taken) <= 2 * LONGEST_SKIP_S * RATE_HZ


def test_the_same_seed_gives_the_same_bytes():
    """Faults are repeatable."""
    faults = [kinds.Drop(share=0.1), kinds.Corrupt(share=0.1), kinds.Garbage(at_s=0.5)]
    wires = []
    for seed in (7, 7, 8):
        board = streaming(*faults, seed=seed)
        wires.append(b"".join(board.advance(START_S + k / 20) for k in range(41)))
    assert wires[0] == wires[1] != wires[2]
