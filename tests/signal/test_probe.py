import msgspec
import pytest

from emg_edge.signal.biquad import highpass
from emg_edge.signal.probe import TOLERANCE, probe
from emg_edge.signal.spec import SignalSpec, default_spec

RAW = default_spec("raw", 15)


def apart(one: SignalSpec, other: SignalSpec) -> float:
    return max(abs(a - b) for a, b in zip(probe(one), probe(other), strict=True))


@pytest.mark.parametrize(
    "spec",
    [
        RAW,
        default_spec("envelope", 7),
        default_spec("envelope", 7, "ring8+2"),
        default_spec("raw", 15, "ring16", 50.0),
        default_spec("raw", 15, frames="sub-bands", acceleration=3),
        default_spec("raw", 79, frames="raw"),
    ],
)
def test_every_kind_of_front_end_has_a_probe(spec: SignalSpec) -> None:
    """As many numbers as features, the same each time."""
    assert len(probe(spec)) == spec.features
    assert probe(spec) == probe(spec)


@pytest.mark.parametrize(
    "other",
    [
        msgspec.structs.replace(RAW, sections=(highpass(22.0, 200.0),)),
        msgspec.structs.replace(RAW, frame=msgspec.structs.replace(RAW.frame, length=15)),
        msgspec.structs.replace(RAW, floors={"uV": 3.5}),
        default_spec("raw", 15, notch_hz=50.0),
    ],
    ids=["filter", "length", "floor", "notch"],
)
def test_another_front_end_shows(other: SignalSpec) -> None:
    """By more than is allowed."""
    assert apart(RAW, other) > TOLERANCE
