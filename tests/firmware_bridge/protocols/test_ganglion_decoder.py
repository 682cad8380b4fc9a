import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from support.decode_check import check_decoder, decode, random_chunks

from emg_edge.firmware_bridge.protocols import bgapi
from emg_edge.firmware_bridge.protocols.bgapi_codes import NOTIFY, READ, SUPERVISION_TIMEOUT
from emg_edge.firmware_bridge.protocols.ganglion import LENGTH, LIMITS
from emg_edge.firmware_bridge.protocols.ganglion_decoder import GanglionDongleDecoder
from emg_edge.firmware_bridge.simulated.ganglion_packets import Notifications

HANDLE = 0x19
VERSIONS = pytest.mark.parametrize("version", [2, 3])


def event(value: bytes, connection: int = 0, handle: int = HANDLE, kind: int = NOTIFY) -> bytes:
    return bgapi.AttributeValue(connection, handle, kind, value).pack()


def frames(version: int, n: int = 603, accelerometer: bool = False) -> list[bytes]:
    """What a dongle sends of n samples that never move far."""
    steps = np.random.default_rng(version).integers(-5000, 5001, (n, 4))
    counts = np.clip(np.cumsum(steps, axis=0), *LIMITS).astype(np.int32)
    return [event(value) for value, _ in Notifications(version).pack(counts, accelerometer)]


def decoder(version: int) -> GanglionDongleDecoder:
    return GanglionDongleDecoder(0, HANDLE, version)


def samples(version: int, wire: bytes) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    decoded = decoder(version).push(wire)
    return decoded.counts, decoded.number


@VERSIONS
@pytest.mark.parametrize("accelerometer", [False, True])
def test_the_cuts_do_not_matter(version: int, accelerometer: bool) -> None:
    """Whole, byte by byte, in chunks, with a fragment, with junk between: the same samples."""
    wire = frames(version, 203, accelerometer)
    counts, number = samples(version, b"".join(wire))
    assert len(number) in (202, 203)
    check_decoder(lambda: decoder(version), wire, counts, number, np.random.default_rng(1))


@VERSIONS
def test_what_else_the_dongle_says_is_passed_by(version: int) -> None:
    """Responses, other events, handles and connections, values read, text, impedances, values of other lengths."""
    wire = frames(version, 203)
    foreign = [
        bgapi.AttributeWriteDone(0, 0).pack(),
        bgapi.ProcedureCompleted(0, 0, HANDLE).pack(),
        event(bytes(LENGTH), connection=1),
        event(bytes(LENGTH), handle=HANDLE + 256),
        event(bytes(LENGTH), kind=READ),
        event(bytes([206]) + b"nineteen characters"),
        event(bytes([207]) + b"stop running\n"),
        event(bytes([201]) + b"5120Z"),
        event(bytes(LENGTH - 1)),
        bgapi.Disconnected(1, SUPERVISION_TIMEOUT).pack(),
    ]
    mixed = b"".join(part for at, frame in enumerate(wire) for part in (foreign[at % len(foreign)], frame))
    expected = samples(version, b"".join(wire))
    rng = np.random.default_rng(2)
    for chunks in ([mixed], random_chunks(mixed, rng, 60)):
        counts, number, skipped = decode(decoder(version), chunks)
        np.testing.assert_array_equal(counts, expected[0])
        np.testing.assert_array_equal(number, expected[1])
        assert skipped == 0


@VERSIONS
def test_a_lost_link_is_reported(version: int) -> None:
    """The samples before it are there, and the reason is said in words."""
    wire = b"".join(frames(version, 20))
    decoded = decoder(version).push(wire + bgapi.Disconnected(0, SUPERVISION_TIMEOUT).pack())
    assert len(decoded.number) >= 19
    assert decoded.ended == "the Ganglion disconnected (nothing was heard of it any more, code 0x0208)"
    assert decoder(version).push(wire).ended == ""


@VERSIONS
def test_a_notification_cut_short_costs_only_itself(version: int) -> None:
    """The dongle's framing has no checksum, yet the next notification is found."""
    wire = frames(version, 203)
    damaged = [*wire[:50], wire[50][:17], *wire[51:]]
    number = samples(version, b"".join(damaged))[1]
    np.testing.assert_array_equal(number, samples(version, b"".join(wire[:50] + wire[51:]))[1])


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3]), st.binary(max_size=60))
def test_any_bytes_are_survived(seed: int, version: int, noise: bytes) -> None:
    """Changed, missing and inserted bytes never raise, and give no more samples than notifications can hold."""
    rng = np.random.default_rng(seed)
    wire = bytearray(b"".join(frames(version, 60)))
    for at in rng.integers(0, len(wire), 5).tolist():
        wire[at] = int(rng.integers(256))
    at = int(rng.integers(len(wire)))
    del wire[at : at + int(rng.integers(40))]
    at = int(rng.integers(len(wire)))
    wire[at:at] = noise
    counts, number, skipped = decode(decoder(version), random_chunks(bytes(wire), rng, 90))
    assert len(number) <= 2 * (len(wire) // (LENGTH + 9) + 1)
    assert skipped <= len(wire)
    assert ((number >= 0) & (number < decoder(version).wrap)).all()
    assert (np.abs(counts.astype(np.int64)) <= -LIMITS[0]).all()


def test_acceleration_is_there_when_it_was_asked_for() -> None:
    """The board lies flat: one g on z; a decoder that was not asked hands on none."""
    wire = b"".join(frames(2, 203, accelerometer=True))
    g = GanglionDongleDecoder(0, HANDLE, 2, accelerometer=True).push(wire).acceleration
    assert g is not None
    np.testing.assert_allclose(g[-1], [0, 0, 0.992], atol=1e-6)
    assert np.isnan(g[0]).all()
    assert decoder(2).push(wire).acceleration is None
