import numpy as np

from emg_edge.device.gaps import Gaps
from emg_edge.sampleblock import SampleBlock


def block(*values: float, lost: int = 0, movement: tuple[int, ...] | None = None) -> SampleBlock:
    samples = np.repeat(np.array(values, np.float32)[:, None], 8, axis=1)
    return SampleBlock(samples, 0.0, lost, None if movement is None else np.array(movement, np.int16))


def column(stretch) -> list[float]:
    return stretch.samples[:, 0].tolist()


def test_whole_blocks_pass_untouched():
    """Without a loss, what came is what goes on."""
    gaps = Gaps(bridge=3)
    taken = [stretch for b in (block(1, 2), block(3)) for stretch in gaps.take(b)]
    assert [column(s) for s in taken] == [[1, 2], [3]]
    assert not any(s.fresh or s.lost for s in taken)


def test_a_short_gap_is_filled_with_what_came_before():
    """The samples just before the gap are repeated, with the truth of what follows, and counted as lost."""
    gaps = Gaps(bridge=3)
    list(gaps.take(block(1, 2, 3, 4, movement=(0, 0, 0, 0))))
    (stretch,) = gaps.take(block(7, 8, lost=2, movement=(5, 5)))
    assert column(stretch) == [3, 4, 7, 8]
    assert stretch.movement.tolist() == [5, 5, 5, 5]
    assert (stretch.lost, stretch.fresh) == (2, False)


def test_a_long_gap_starts_anew():
    """More than can be bridged is not invented: the stretch is fresh, and the loss counted."""
    gaps = Gaps(bridge=3)
    list(gaps.take(block(1, 2, 3, 4)))
    (stretch,) = gaps.take(block(7, 8, lost=4))
    assert column(stretch) == [7, 8]
    assert (stretch.lost, stretch.fresh) == (4, True)


def test_what_was_not_seen_is_not_repeated_over_a_long_gap():
    """After a fresh start only what came since can fill the next gap."""
    gaps = Gaps(bridge=3)
    list(gaps.take(block(1, 2, 3)))
    list(gaps.take(block(7, lost=9)))
    (stretch,) = gaps.take(block(8, lost=2))
    assert column(stretch) == [8]
    assert stretch.fresh


def test_a_gap_before_the_first_sample_is_counted():
    """Losses while the board started are losses too."""
    (stretch,) = Gaps(bridge=3).take(block(1, lost=5))
    assert (stretch.lost, stretch.fresh) == (5, True)


def test_what_is_not_finite_is_lost():
    """NaN and infinity never pass; what surrounds them does, and a short run of them is bridged."""
    gaps = Gaps(bridge=3)
    taken = list(gaps.take(block(1, 2, np.nan, np.inf, 5, 6, movement=(1, 1, 2, 2, 3, 3))))
    assert [column(s) for s in taken] == [[1, 2], [1, 2, 5, 6]]
    assert [s.lost for s in taken] == [0, 2]
    assert taken[1].movement.tolist() == [3, 3, 3, 3]
    assert gaps.not_finite == 2


def test_a_block_without_a_finite_sample_is_lost_before_the_next():
    """A whole block of NaN yields nothing, and is counted when samples come again."""
    gaps = Gaps(bridge=3)
    list(gaps.take(block(1, 2, 3)))
    assert list(gaps.take(block(np.nan, np.nan))) == []
    (stretch,) = gaps.take(block(6, lost=1))
    assert column(stretch) == [1, 2, 3, 6]
    assert stretch.lost == 3


def test_one_bad_channel_loses_the_sample():
    """A sample is all its channels."""
    bad = block(1, 2, 3)
    bad.samples[1, 5] = np.nan
    gaps = Gaps(bridge=2)
    assert [column(s) for s in gaps.take(bad)] == [[1], [1, 3]]


def test_a_gap_is_filled_from_blocks_of_any_size():
    """What is repeated may have come in several blocks, or in the middle of one."""
    for sizes in ([1] * 9, [9], [2, 7], [7, 2], [4, 1, 4]):
        gaps, values = Gaps(bridge=4), iter(range(1, 10))
        for size in sizes:
            list(gaps.take(block(*[next(values) for _ in range(size)])))
        (stretch,) = gaps.take(block(0, lost=4))
        assert column(stretch) == [6, 7, 8, 9, 0]
        assert not stretch.fresh
