import numpy as np
import pytest
from numpy.typing import NDArray

from emg_edge.train.data.sequences import OUTPUTS, Balance, FrameSet, Sequences, frame_weights
from emg_edge.train.data.splits import Side

CONTEXT = 7


def frame_set() -> FrameSet:
    """Frames that hold their own index; rest is much, class 3 little, the second database a tenth of the first."""
    n = 22_000
    index = np.arange(n)
    classes = np.select([index // 100 % 10 < 6, index // 100 % 10 < 8, index // 100 % 10 < 9], [0, 1, 2], 3)
    sides = np.where(index // 1000 % 4 == 3, Side.VALIDATION, Side.TRAIN).astype(np.int8)
    sides[index % 1000 < CONTEXT] = Side.NONE
    group = (index >= 20_000).astype(np.int64)
    return FrameSet(np.stack([index, -index], axis=1).astype(np.float32), classes, sides, group)


def sequences(balance: Balance, *sides: Side, seed: int = 3) -> Sequences:
    return Sequences(frame_set(), sides or (Side.TRAIN,), CONTEXT, balance, seed)


def outputs(drawn: Sequences, number: int, most: int | None = None) -> NDArray[np.int64]:
    """Newest frames of the windows that an epoch's sequences decide, (sequences, OUTPUTS)."""
    first = drawn.epoch(number, most).astype(np.int64)
    return first[:, None] + np.arange(CONTEXT - 1, drawn.length)


def shares(balance: Balance) -> NDArray[np.float64]:
    """Share of the loss that each class of each database has, over twenty epochs, (2, 4)."""
    total = np.zeros((2, 4))
    data, drawn = frame_set(), sequences(balance)
    for number in range(20):
        newest = outputs(drawn, number)
        np.add.at(total, (data.group[newest], data.classes[newest]), drawn.loss_weight[newest])
    share: NDArray[np.float64] = total / total.sum()
    return share


@pytest.mark.parametrize("balance", ["sampling", "weights", "none"])
def test_outputs_never_overlap_and_have_a_whole_context(balance: Balance) -> None:
    """The windows of two sequences of an epoch that are not the same end at different frames, inside the data."""
    newest = outputs(sequences(balance), 0)
    assert newest.shape[1] == OUTPUTS
    assert newest.min() >= CONTEXT - 1
    assert newest.max() < len(frame_set().frames)
    different = np.unique(newest[:, 0])
    assert np.diff(different).min() >= OUTPUTS


@pytest.mark.parametrize("balance", ["sampling", "weights", "none"])
def test_only_windows_of_the_asked_sides_count(balance: Balance) -> None:
    """Frames of other sides may be seen in a sequence, and never weigh in the loss."""
    data, drawn = frame_set(), sequences(balance)
    np.testing.assert_array_equal(drawn.loss_weight > 0, data.sides == Side.TRAIN)
    both = sequences(balance, Side.TRAIN, Side.VALIDATION)
    assert set(np.unique(data.sides[both.loss_weight > 0])) == {Side.TRAIN, Side.VALIDATION}
    assert (drawn.loss_weight[outputs(drawn, 5)] > 0).any(axis=1).all()  # a sequence without any teaches nothing


@pytest.mark.parametrize("balance", ["sampling", "weights"])
def test_balancing_gives_what_is_rare_a_larger_share(balance: Balance) -> None:
    """Each class of each database has the share of the loss that its frames' weights say, sampled or weighed."""
    data = frame_set()
    counted = data.sides == Side.TRAIN
    weight = frame_weights(data, counted)
    expected = np.zeros((2, 4))
    np.add.at(expected, (data.group, data.classes), weight)
    found = shares(balance)
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=0.4)
    assert found[:, 0].sum() < 0.5 < shares("none")[:, 0].sum()
    assert found[1].sum() > 2 * shares("none")[1].sum()


def test_without_balancing_shares_are_as_recorded() -> None:
    """Rest is six tenths, and the small database a small part."""
    found = shares("none")
    assert found[:, 0].sum() == pytest.approx(0.6, abs=0.05)
    assert found[1].sum() == pytest.approx(1 / 11, abs=0.03)


def test_weights_even_out_classes_and_databases() -> None:
    """Their mean is one, a frame that does not count has none, and totals differ far less than sizes do."""
    data = frame_set()
    counted = data.sides == Side.TRAIN
    weight = frame_weights(data, counted)
    assert weight[counted].mean() == pytest.approx(1)
    assert not weight[~counted].any()
    cells = [counted & (data.group == g) & (data.classes == c) for g in (0, 1) for c in range(4)]
    sizes, totals = np.array([cell.sum() for cell in cells]), np.array([weight[cell].sum() for cell in cells])
    slope, offset = np.polyfit(np.log(sizes), np.log(totals), 1)
    assert -0.01 < slope < 0.6  # 1 would be no balancing, 0 makes all even
    np.testing.assert_allclose(np.log(totals), slope * np.log(sizes) + offset, atol=1e-6)


def test_an_epoch_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    """So an interrupted training goes on with the epoch it would have had."""
    first = sequences("sampling").epoch(4)
    np.testing.assert_array_equal(first, sequences("sampling").epoch(4))
    assert (first != sequences("sampling").epoch(5)).any()
    assert (first != sequences("sampling", seed=9).epoch(4)).any()


def test_an_epoch_sees_each_frame_once_on_average_and_may_be_bounded() -> None:
    """`most` bounds how many sequences an epoch has."""
    drawn = sequences("sampling")
    counted = int((frame_set().sides == Side.TRAIN).sum())
    assert len(drawn.epoch(0)) == drawn.size == -(-counted // OUTPUTS)
    assert len(drawn.epoch(0, most=10)) == 10
