import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import takes

from emg_edge.errors import RecordingError
from emg_edge.signal.spec import default_spec
from emg_edge.train.data.splits import Side, Split, split_of, window_sides
from emg_edge.train.data.track import Track

SPEC = default_spec("envelope", 7)


def db1(repetitions: int) -> list[Track]:
    return takes.tracks(takes.recording(takes.DB1, "DB1", repetitions=repetitions), SPEC, "only")


@pytest.mark.parametrize(
    ("database", "repetitions", "split"),
    [
        ("DB1", 10, Split((1, 3, 4, 6, 8, 9), (10,), (2, 5, 7))),
        ("DB5", 6, Split((1, 3, 4), (6,), (2, 5))),
        ("DB6", 12, Split((1, 3, 4, 6, 7, 9, 10), (12,), (2, 5, 8, 11))),
        ("own", 4, Split((1, 3), (4,), (2,))),
    ],
)
def test_splits_are_those_of_the_published_protocols(database: str, repetitions: int, split: Split) -> None:
    """The test repetitions are the literature's; the last of the others stops training early."""
    assert split_of(database, db1(repetitions)) == split


@pytest.mark.parametrize(("database", "repetitions"), [("own", 1), ("own", 2), ("DB1", 1)])
def test_too_few_repetitions_are_refused(database: str, repetitions: int) -> None:
    """Nothing to train on, to stop early by, or to test on: the repetitions that are there are named."""
    with pytest.raises(RecordingError, match=rf"{database} has the repetitions \[1.*; training needs two besides"):
        split_of(database, db1(repetitions))


def test_repetition_nought_belongs_to_no_side() -> None:
    """So does any that the split does not name."""
    sides = Split((1, 3), (4,), (2,)).sides(np.array([0, 1, 2, 3, 4, 5], np.int16))
    assert sides.tolist() == [Side.NONE, Side.TRAIN, Side.TEST, Side.TRAIN, Side.VALIDATION, Side.NONE]


STRETCHES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, 9)), min_size=1, max_size=15)


@given(stretches=STRETCHES, reach=st.integers(1, 12), settle=st.integers(1, 12), rest=st.booleans())
def test_no_window_touches_two_sides(
    stretches: list[tuple[int, int, int]], reach: int, settle: int, rest: bool
) -> None:
    """A window has the side that all its frames have, and none where they differ; its last lie in one movement."""
    lengths = [length for *_, length in stretches]
    sides = np.repeat([side for side, *_ in stretches], lengths).astype(np.int8)
    movement = np.repeat([movement for _, movement, _ in stretches], lengths).astype(np.int16)
    found = window_sides(sides, movement, reach, rest=rest, settle=settle)
    for end in range(len(sides)):
        seen = slice(max(0, end + 1 - reach), end + 1)
        whole = end + 1 >= reach and len(set(sides[seen])) == 1
        settled = end + 1 >= settle and len(set(movement[end + 1 - settle : end + 1])) == 1
        whole = whole and settled and (rest or movement[end] != 0)
        assert found[end] == (sides[end] if whole else Side.NONE)
