import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from emg_edge.device.boards.counter import SampleCounter, Stretch


def test_an_unbroken_count_is_one_stretch():
    """Consecutive counts, through the wrap, lose nothing, within a look and between two."""
    counter = SampleCounter(256)
    assert list(counter.stretches(np.array([254, 255, 0, 1]))) == [Stretch(0, 4, 0)]
    assert list(counter.stretches(np.array([2, 3]))) == [Stretch(0, 2, 0)]


def test_a_gap_inside_cuts_and_counts():
    """What is missing is counted before the stretch that follows it."""
    counter = SampleCounter(256)
    assert list(counter.stretches(np.array([7, 8, 12, 13]))) == [Stretch(0, 2, 0), Stretch(2, 4, 3)]


def test_a_gap_between_looks_is_counted_before_the_first():
    """A loss while nobody looked belongs to the next samples."""
    counter = SampleCounter(256)
    list(counter.stretches(np.array([250])))
    assert list(counter.stretches(np.array([1, 2]))) == [Stretch(0, 2, 6)]


def test_nothing_is_no_stretch():
    """An empty look yields nothing and changes nothing."""
    counter = SampleCounter(256)
    list(counter.stretches(np.array([3])))
    assert list(counter.stretches(np.empty(0, int))) == []
    assert list(counter.stretches(np.array([4]))) == [Stretch(0, 1, 0)]


@given(
    keep=st.lists(st.booleans(), min_size=2, max_size=300),
    cuts=st.lists(st.integers(0, 300), max_size=5),
    start=st.integers(0, 255),
)
def test_every_sample_is_delivered_or_counted(keep, cuts, start):
    """However samples are dropped and looks are cut, delivered plus lost is what was sent up to the last delivered."""
    sent = [k for k, kept in enumerate(keep) if kept]
    if not sent:
        return
    assume(max(np.diff([sent[0], *sent])) <= 256)  # a loss of whole turns cannot be seen
    counts = (np.array(sent) + start) % 256
    counter = SampleCounter(256)
    found = [part for look in np.split(counts, sorted(cuts)) for part in counter.stretches(look)]
    assert sum(part.stop - part.start for part in found) == len(sent)
    assert sum(part.lost for part in found) == sent[-1] - sent[0] + 1 - len(sent)
