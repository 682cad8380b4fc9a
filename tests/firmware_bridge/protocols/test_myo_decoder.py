"""Samples out of what a dongle sends while a Myo streams."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.decode_check import check_decoder, decode
from support.slow_myo import SlowMyo

from emg_edge.firmware_bridge.protocols import bgapi, myo
from emg_edge.firmware_bridge.protocols.bgapi_codes import NOTIFY, READ
from emg_edge.firmware_bridge.protocols.bgapi_stream import SHORT
from emg_edge.firmware_bridge.protocols.myo_decoder import MyoDongleDecoder

LONG = SHORT // 25 + 10  # notifications that are more than the decoder walks through one by one


def emg(turn: int, counts: NDArray[np.int32], connection: int = 0) -> bytes:
    return bgapi.AttributeValue(connection, myo.EMG_HANDLES[turn % 4], NOTIFY, myo.emg_value(counts)).pack()


def imu(x_g: float, connection: int = 0) -> bytes:
    value = myo.imu_value((1, 0, 0, 0), (x_g, 0, 1), (0, 0, 0))
    return bgapi.AttributeValue(connection, myo.Handle.IMU, NOTIFY, value).pack()


def random_counts(n: int, seed: int = 0) -> NDArray[np.int32]:
    return np.random.default_rng(seed).integers(-128, 128, (n, 8)).astype(np.int32)


@pytest.mark.parametrize("pairs", [3, LONG])
def test_every_cut_gives_the_same_samples(pairs: int) -> None:
    """Whole, byte by byte, in random pieces, with fragments and with junk."""
    rng = np.random.default_rng(7)
    counts = random_counts(2 * pairs)
    frames = [emg(n, counts[2 * n : 2 * n + 2]) for n in range(pairs)]
    frames[1:1] = [imu(0.5)]
    check_decoder(MyoDongleDecoder, frames, counts, np.arange(2 * pairs) % 8, rng)


@given(
    seed=st.integers(0, 2**32 - 1),
    drawn=st.lists(st.integers(0, 9), max_size=20),
    times=st.sampled_from([1, LONG // 10]),
)
@settings(max_examples=50)
def test_the_slow_parser_agrees(seed: int, drawn: list[int], times: int) -> None:
    """Samples, numbers and accelerations are those of a plain parser that knows only the description."""
    rng = np.random.default_rng(seed)
    wire = b""
    for what in drawn * times:
        if what == 0:
            wire += b"\x55" * int(rng.integers(1, 9))
        elif what < 3:
            wire += imu(float(rng.integers(-512, 512)) / 64)
        else:
            wire += emg(int(rng.integers(4)), rng.integers(-128, 128, (2, 8)).astype(np.int32))
    slow = SlowMyo()
    slow.push(wire)
    decoded = MyoDongleDecoder().push(wire)
    np.testing.assert_array_equal(decoded.counts, np.array(slow.samples, np.int32).reshape(-1, 8))
    np.testing.assert_array_equal(decoded.number, slow.numbers)
    after = MyoDongleDecoder().push(wire + emg(0, random_counts(2)))
    assert after.acceleration is not None
    if slow.accelerations_g:
        np.testing.assert_allclose(after.acceleration[-1], slow.accelerations_g[-1])


def test_loss_shows_in_the_rotation() -> None:
    """A characteristic that is skipped leaves a hole in the numbers; four leave none."""
    counts = random_counts(2)
    wire = emg(0, counts) + emg(2, counts) + emg(2, counts)
    assert MyoDongleDecoder().push(wire).number.tolist() == [0, 1, 4, 5, 4, 5]


@pytest.mark.parametrize("repeats", [1, LONG])
def test_acceleration_is_held_from_push_to_push(repeats: int) -> None:
    """Unknown at first, then the newest that came before the sample, also in the pushes that follow."""
    decoder, counts = MyoDongleDecoder(), random_counts(2)
    first = decoder.push(emg(0, counts) * repeats + imu(0.5) + emg(1, counts) + imu(0.25)).acceleration
    assert first is not None
    assert np.isnan(first[: 2 * repeats]).all()
    np.testing.assert_array_equal(first[2 * repeats :], [[0.5, 0, 1]] * 2)
    then = decoder.push(emg(2, counts) * repeats).acceleration
    np.testing.assert_array_equal(then, [[0.25, 0, 1]] * 2 * repeats)
    decoder.reset()
    anew = decoder.push(emg(3, counts)).acceleration
    assert anew is not None
    assert np.isnan(anew).all()


@pytest.mark.parametrize("repeats", [1, LONG])
def test_an_acceleration_that_nobody_wants_is_not_made(repeats: int) -> None:
    """The samples are the same, and it is there again when it is wanted."""
    decoder, counts = MyoDongleDecoder(), random_counts(2)
    decoder.acceleration_wanted = False
    decoded = decoder.push((imu(0.5) + emg(0, counts)) * repeats)
    assert decoded.acceleration is None
    np.testing.assert_array_equal(decoded.counts, np.tile(counts, (repeats, 1)))
    decoder.acceleration_wanted = True
    np.testing.assert_array_equal(decoder.push(imu(0.25) + emg(1, counts)).acceleration, [[0.25, 0, 1]] * 2)


@pytest.mark.parametrize("inner", [emg(1, random_counts(2)), imu(0.5)])
def test_a_notification_that_was_cut_short_by_another_is_passed_over(inner: bytes) -> None:
    """However well its length would fit: the one that begins inside it is taken instead, and the bytes are counted."""
    whole, counts = emg(0, random_counts(2)), random_counts(2, seed=1)
    after = emg(2, counts) * 2
    cut = whole[:-8] + inner + after
    decoded = MyoDongleDecoder().push(cut)
    assert decoded.skipped == len(whole) - 8
    np.testing.assert_array_equal(decoded.counts[-4:], np.tile(counts, (2, 1)))


@pytest.mark.parametrize("repeats", [1, LONG])
def test_only_our_connections_notifications_count(repeats: int) -> None:
    """Others' values, values that were read, other characteristics and other events are passed by, not skipped."""
    counts = random_counts(2)
    others = (
        emg(0, counts, connection=1)
        + bgapi.AttributeValue(0, myo.EMG_HANDLES[0], READ, bytes(16)).pack()
        + bgapi.AttributeValue(0, myo.EMG_HANDLES[0] + 256, NOTIFY, bytes(16)).pack()
        + bgapi.AttributeValue(0, myo.EMG_HANDLES[0], NOTIFY, bytes(7)).pack()
        + bgapi.AttributeValue(0, myo.Handle.BATTERY, NOTIFY, b"W").pack()
        + bgapi.ProcedureCompleted(0, 0, 0x2C).pack()
        + bgapi.Disconnected(1, 0x0208).pack()
    )
    decoded = MyoDongleDecoder().push(others * repeats + emg(3, counts))
    np.testing.assert_array_equal(decoded.counts, counts)
    assert decoded.number.tolist() == [6, 7]
    assert (decoded.skipped, decoded.ended) == (0, "")


@pytest.mark.parametrize("repeats", [1, LONG])
def test_a_disconnection_ends_the_stream_with_its_reason(repeats: int) -> None:
    """Samples before it are still handed on."""
    decoded = MyoDongleDecoder(2).push(
        emg(0, random_counts(2), connection=2) * repeats + bgapi.Disconnected(2, 0x0208).pack()
    )
    assert len(decoded.counts) == 2 * repeats
    assert decoded.ended == "the Myo disconnected (nothing was heard of it any more, code 0x0208)"


@pytest.mark.parametrize("left", [1, 4, 8, 9, 15, 20])
def test_a_cut_notification_costs_itself_only(left: int) -> None:
    """The one after it is decoded, and the bytes that were left of it are counted."""
    counts = random_counts(6)
    wire = emg(0, counts[:2]) + emg(1, counts[2:4])[:left] + emg(2, counts[4:])
    decoded = MyoDongleDecoder().push(wire)
    np.testing.assert_array_equal(decoded.counts, counts[[0, 1, 4, 5]])
    assert decoded.number.tolist() == [0, 1, 4, 5]
    assert decoded.skipped == left


@given(data=st.binary(max_size=300), times=st.sampled_from([1, 20]), chunk=st.sampled_from([1, 7, 100, 2 * SHORT]))
@settings(max_examples=50)
def test_any_bytes_are_survived(data: bytes, times: int, chunk: int) -> None:
    """Noise raises nothing, and a good notification after it is found."""
    decoder, data = MyoDongleDecoder(), data * times
    decode(decoder, [data[at : at + chunk] for at in range(0, len(data), chunk)])
    counts = random_counts(2)
    got, number, _ = decode(decoder, [emg(1, counts)] * 4)
    np.testing.assert_array_equal(got[-2:], counts)
    assert number[-2:].tolist() == [2, 3]
