from typing import Any

import msgspec
import pytest

from emg_edge.decoding import modelfile
from emg_edge.errors import SpecError
from emg_edge.models import shipped
from emg_edge.signal.bands import band
from emg_edge.signal.spec import FRAME_CHOICES, Frame, SignalSpec, default_spec

# As files of the first models have it.
FIRST = b"""{"domain":"raw","rate_hz":200.0,"montage":"ring8","highpass_hz":20.0,"notch_hz":0.0,
"sections":[[0.6,-1.2,0.6,-1.1,0.4]],"envelope_ms":0.0,"frame":{"kind":"rms","length":10,"step":5},"clip":2.5,
"floors":{"myo-count":0.3},"context":15,"hop":2}"""


@pytest.mark.parametrize(
    ("spec", "channels", "features"),
    [
        (default_spec("raw", 15), 8, 8),
        (default_spec("envelope", 7, "ring8+2"), 10, 10),
        (default_spec("raw", 15, "ring16", frames="sub-bands"), 16, 32),
        (default_spec("raw", 15, frames="sub-bands", bands_hz=((20, 40), (40, 60), (60, 90))), 8, 24),
        (default_spec("raw", 80, frames="raw"), 8, 8),
        (default_spec("raw", 15, acceleration=3), 8, 11),
        (default_spec("raw", 15, frames="sub-bands", acceleration=3), 8, 19),
    ],
)
def test_a_frame_has_a_feature_for_each_channel_and_band_and_axis(
    spec: SignalSpec, channels: int, features: int
) -> None:
    """The signal has the montage's channels; what a network takes may be more."""
    assert (spec.channels, spec.features) == (channels, features)
    for unit in spec.floors:
        assert len(spec.least_sd(unit)) == features
        assert min(spec.least_sd(unit)) > 0


def test_bands_travel_in_the_spec() -> None:
    """Written and read again it is the same, with every section."""
    spec = default_spec("raw", 15, frames="sub-bands", acceleration=3)
    assert [(one.low_hz, one.high_hz) for one in spec.frame.bands] == [(20.0, 50.0), (50.0, 90.0)]
    assert msgspec.json.decode(msgspec.json.encode(spec), type=SignalSpec) == spec


def test_a_spec_without_the_choices_reads_and_writes_as_before() -> None:
    """Models and cached tracks made before there were choices keep their meaning and their text."""
    spec = msgspec.json.decode(FIRST, type=SignalSpec)
    assert (spec.features, spec.acceleration, spec.frame.bands) == (8, 0, ())
    assert msgspec.json.encode(spec) == FIRST.replace(b"\n", b"")
    assert modelfile.read(shipped()).description.signal.features == 8


@pytest.mark.parametrize("frames", FRAME_CHOICES)
def test_a_decision_is_made_every_fifty_milliseconds(frames: Any) -> None:
    """Whatever the frames are."""
    assert default_spec("raw", 15, frames=frames).hop_ms == 50


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"domain": "envelope", "frames": "sub-bands"}, "'sub-bands' are made of raw EMG.*domain 'envelope'; choose"),
        ({"domain": "envelope", "frames": "raw"}, "'raw' are made of raw EMG.*domain 'envelope'; choose"),
        ({"frames": "log-mel"}, "unknown frames 'log-mel'; known are amplitude, sub-bands, raw"),
        ({"acceleration": 2}, r"has 3 axes, or is left out \(0\), and 2 were asked"),
        ({"frames": "sub-bands", "bands_hz": ()}, "0 bands do not go with frames of the kind 'sub-bands'"),
        ({"frames": "sub-bands", "bands_hz": ((20, 150),)}, "a low-pass at 150 Hz needs a rate above 300 Hz"),
        ({"montage": "ring9"}, r"unknown montage 'ring9'; known are ring4, ring8, ring8\+2, ring16"),
        ({"context": 0}, "a context of 0 frames every 2 cannot be made"),
    ],
)
def test_choices_that_do_not_go_together_are_refused(asked: dict[str, Any], said: str) -> None:
    """In one sentence that names them."""
    with pytest.raises(SpecError, match=said):
        default_spec(**({"domain": "raw", "context": 15} | asked))


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ({"kind": "raw", "length": 10, "step": 5}, "a raw frame is one sample, and one of 10 was asked for"),
        ({"kind": "rms", "length": 10, "step": 5, "bands": (band(20, 50, 200),)}, "1 bands do not go with frames"),
    ],
)
def test_a_frame_that_contradicts_itself_is_refused(frame: dict[str, Any], said: str) -> None:
    """In a model file too."""
    with pytest.raises(SpecError, match=said):
        Frame(**frame)
