import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from emg_edge.device.truth import Truth


def labels(*values: int) -> np.ndarray:
    return np.array(values, np.int16)


def test_the_first_label_has_settled():
    """A stream begins without a change of truth."""
    truth = Truth(settle=3)
    truth.take(labels(4, 4), 2)
    assert truth.at(0) == (4, True)


def test_a_change_settles_after_a_while_even_in_a_later_block():
    """Up to `settle` samples after a change it is too early to judge; the count goes on over blocks."""
    truth = Truth(settle=2)
    truth.take(labels(0, 0, 5, 5), 4)
    assert [truth.at(k) for k in range(4)] == [(0, True), (0, True), (5, False), (5, False)]
    truth.take(labels(5, 5), 2)
    assert [truth.at(k) for k in range(2)] == [(5, False), (5, True)]


def test_a_change_between_blocks_is_seen():
    """The last label of a block and the first of the next differ: that is a change."""
    truth = Truth(settle=1)
    truth.take(labels(1), 1)
    truth.take(labels(2, 2, 2), 3)
    assert [settled for _, settled in (truth.at(k) for k in range(3))] == [False, False, True]


def test_samples_that_nobody_saw_pass_too():
    """Lost samples are time in which a label settles."""
    truth = Truth(settle=5)
    truth.take(labels(0, 1), 2)
    truth.take(labels(1), 1, skipped=9)
    assert truth.at(0) == (1, True)


def test_an_unknown_truth_is_none():
    """A board without labels is never judged."""
    truth = Truth(settle=1)
    truth.take(None, 3)
    assert truth.at(2) == (None, False)


@given(
    st.lists(st.integers(0, 2), min_size=1, max_size=60), st.lists(st.integers(0, 60), max_size=6), st.integers(0, 9)
)
def test_blocks_do_not_matter(values, cuts, settle):
    """However the labels are cut into blocks, every sample gets the answer of one block."""
    whole = Truth(settle)
    whole.take(labels(*values), len(values))
    cut, got = Truth(settle), []
    for part in np.split(labels(*values), sorted(min(c, len(values)) for c in cuts)):
        cut.take(part, len(part))
        got += [cut.at(k) for k in range(len(part))]
    assert got == [whole.at(k) for k in range(len(values))]
