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


def shares(balance: Balance) -> NDArray[np.float64]:
    """Share of the loss that each class of each database has, over twenty epochs, (2, 4)."""
    total = np.zeros((2, 4))
    data, drawn = frame_set(), sequences(balance)
    for number in range(20):
        epoch = drawn.epoch(number, noise=0, gain=0)
        newest = epoch.x[:, CONTEXT - 1 :, 0].astype(int)
        np.add.at(total, (data.group[newest], epoch.y), epoch.weight)
    share: NDArray[np.float64] = total / total.sum()
    return share


@pytest.mark.parametrize("balance", ["sampling", "weights", "none"])
def test_outputs_stand_beside_their_own_labels(balance: Balance) -> None:
    """The newest frame of output j is frame context - 1 + j of the sequence, and its class stands at j."""
    data, epoch = frame_set(), sequences(balance).epoch(0, noise=0, gain=0)
    index = epoch.x[:, :, 0].astype(int)
    assert epoch.x.shape[1:] == (OUTPUTS + CONTEXT - 1, 2)
    assert (np.diff(index, axis=1) == 1).all()
    newest = index[:, CONTEXT - 1 :]
    np.testing.assert_array_equal(epoch.y, data.classes[newest])
    np.testing.assert_array_equal(epoch.x[:, :, 1], -epoch.x[:, :, 0])


@pytest.mark.parametrize("balance", ["sampling", "weights", "none"])
def test_only_windows_of_the_asked_sides_count(balance: Balance) -> None:
    """Frames of other sides may be seen in a sequence, and never weigh in the loss."""
    data, epoch = frame_set(), sequences(balance).epoch(5, noise=0, gain=0)
    newest = epoch.x[:, CONTEXT - 1 :, 0].astype(int)
    np.testing.assert_array_equal(epoch.weight > 0, data.sides[newest] == Side.TRAIN)
    both = sequences(balance, Side.TRAIN, Side.VALIDATION).epoch(5, noise=0, gain=0)
    assert set(np.unique(data.sides[both.x[:, CONTEXT - 1 :, 0].astype(int)[both.weight > 0]])) == {
        Side.TRAIN,
        Side.VALIDATION,
    }


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
    first = sequences("sampling").epoch(4, noise=0.05, gain=0.1)
    again = sequences("sampling").epoch(4, noise=0.05, gain=0.1)
    np.testing.assert_array_equal(first.x, again.x)
    np.testing.assert_array_equal(first.y, again.y)
    assert (first.x[:50] != sequences("sampling").epoch(5, noise=0.05, gain=0.1).x[:50]).any()
    assert (first.x[:50] != sequences("sampling", seed=9).epoch(4, noise=0.05, gain=0.1).x[:50]).any()


def test_augmentation_moves_a_whole_sequence_by_a_gain_and_each_frame_by_noise() -> None:
    """A gain is one offset for all frames and channels of a sequence; noise is a frame's own."""
    plain = sequences("sampling").epoch(0, noise=0, gain=0)
    gained = sequences("sampling").epoch(0, noise=0, gain=0.1)
    offset = np.rint((gained.x - plain.x) * 64) / 64  # indices up to 22000 leave float32 that resolution
    assert np.ptp(offset, axis=(1, 2)).max() <= 1 / 32
    assert 0.05 < offset.mean(axis=(1, 2)).std() < 0.15
    noisy = sequences("sampling").epoch(0, noise=0.5, gain=0)
    assert 0.4 < (noisy.x - plain.x).std() < 0.6


def test_an_epoch_sees_each_frame_once_on_average_and_may_be_bounded() -> None:
    """`most` bounds how many sequences an epoch has."""
    drawn = sequences("sampling")
    counted = int((frame_set().sides == Side.TRAIN).sum())
    assert len(drawn.epoch(0, noise=0, gain=0).x) == drawn.size == -(-counted // OUTPUTS)
    assert len(drawn.epoch(0, noise=0, gain=0, most=10).x) == 10
