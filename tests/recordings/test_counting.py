import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emg_edge.recordings.counting import missing, places

RATE_HZ = 250.0
UNIX_S = 1.7e9


def made(n: int) -> np.ndarray:
    """Unix times of n samples without any jitter."""
    return UNIX_S + np.arange(n) / RATE_HZ


def count(number, counting="byte", time_s=None, rate_hz=RATE_HZ):
    return missing(places(np.asarray(number, np.int64), counting), time_s, rate_hz)


def packets(firmware: int, moved: bool, turns: int) -> np.ndarray:
    """Numbers of a Ganglion's samples over some turns, as its documentation and BrainFlow have them."""
    first = 0 if moved else 100
    if firmware == 2:
        turn = [0, *np.repeat(np.arange(first + 1, first + 101), 2).tolist()]
    else:
        turn = np.repeat(np.arange(first, first + 100), 2).tolist()
    return np.array(turn * turns)


@pytest.mark.parametrize(
    ("numbers", "counting"),
    [
        (np.arange(2000) % 256, "byte"),
        (np.arange(2000) * 2 % 256 + 1, "daisy"),  # over the radio
        (np.arange(2000) % 256, "daisy"),  # over Wi-Fi
        *[(packets(firmware, moved, 4), "ganglion") for firmware in (2, 3) for moved in (True, False)],
    ],
)
def test_what_is_left_out_is_counted_and_nothing_else(numbers, counting):
    """Each board's way of counting, over several turns: whole, and with packets missing, also across a turn's end."""
    assert not count(numbers, counting).lost.any()
    keep = np.ones(len(numbers), bool)
    for first, number in ((100, 2), (255, 2), (397, 10), (603, 60)):
        keep[first : first + number] = False
    if counting == "ganglion":  # a packet's two samples come or go together
        second = np.flatnonzero(np.diff(numbers) == 0) + 1
        keep[second] = keep[second - 1]
    found = count(numbers[keep], counting)
    assert found.back is None
    assert np.repeat(np.arange(keep.sum()) + np.cumsum(found.lost), 1).tolist() == np.flatnonzero(keep).tolist()


@given(
    lost=st.lists(st.tuples(st.integers(300, 500), st.integers(0, 3000)), min_size=1, max_size=4),
    seed=st.integers(0, 2**32 - 1),
)
def test_losses_longer_than_a_turn_are_exact_by_the_clock(lost, seed):
    """Whatever is lost, in whatever bunches the rest arrives: the count is exact."""
    rng = np.random.default_rng(seed)
    index = []
    position = 0
    for came, missed in lost:
        index += range(position, position + came)
        position += came + missed
    index = np.array([*index, *range(position, position + 300)])
    late_s = rng.uniform(0, 0.04, len(index))  # the computer looks every 40 ms or so
    time_s = np.maximum.accumulate(UNIX_S + index / RATE_HZ + late_s)
    found = count(index % 256, time_s=time_s)
    assert (np.arange(len(index)) + np.cumsum(found.lost)).tolist() == index.tolist()


def test_a_delay_is_no_loss():
    """Held up for three seconds, then everything at once: nothing was lost."""
    time_s = made(2000)
    time_s[800:1550] = time_s[1550]
    found = count(np.arange(2000) % 256, time_s=time_s)
    assert found.back is None
    assert not found.lost.any()


def test_a_loss_within_a_delay_is_counted():
    """200 samples are lost while the rest is held up: the gap in the numbers counts, not the lack of time."""
    index = np.delete(np.arange(2000), np.s_[900:1100])
    time_s = UNIX_S + index / RATE_HZ
    time_s[800:1000] = time_s[1000]
    found = count(index % 256, time_s=time_s)
    assert found.lost.sum() == found.lost[900] == 200


def test_numbers_that_go_back_are_found():
    """A doubled sample, and a stretch that comes again: by the clock, no turn has passed."""
    doubled = np.insert(np.arange(600), 300, 299)
    assert count(doubled % 256, time_s=made(601)).back == 300
    again = np.concatenate([np.arange(300), np.arange(260, 500)])
    assert count(again % 256, time_s=made(len(again))).back == 300


def test_a_clock_that_is_set_back_says_nothing_of_losses():
    """An hour back in the middle: said, not counted, and a loss long before or after it still is."""
    index = np.delete(np.arange(4000), np.s_[500:1500])
    time_s = UNIX_S + index / RATE_HZ
    time_s[1200:] -= 3600
    found = count(index % 256, time_s=time_s)
    assert found.set_back == (1200,)
    assert found.lost.sum() == found.lost[500] == 1000


def test_without_times_a_loss_is_counted_modulo_a_turn():
    """What the counter alone can say."""
    index = np.delete(np.arange(2000), np.s_[500:1100])
    assert count(index % 256).lost[500] == 600 % 256
