"""The front end in C gives the numbers of the one in Python, to a step of int8 here and there."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from support.micro_c import Library, muscle, python_windows

from emg_edge.decoding.modelfile import Description, ModelFile, Scales
from emg_edge.errors import SpecError
from emg_edge.quantize.micro.plan import Plan, plan
from emg_edge.quantize.micro.tensors import tensors
from emg_edge.recordings import takes
from emg_edge.signal.frontend import FrontEnd, Standardisation
from emg_edge.signal.source import Source, Unit
from emg_edge.signal.spec import SignalSpec, default_spec

MOST_STEPS = 1  # of int8: where single precision rounds to the other side
LEAST_SAME = 0.998  # of the numbers


def described(model: ModelFile, spec: SignalSpec, unit: Unit = "uV") -> Description:
    """The shipped description with another signal, and a scale for it that uses the whole of int8."""
    features = spec.features
    mean, sd = (0.0, 400.0) if spec.frame.kind == "raw" else (5.0, 1.0)
    scale = Standardisation((mean,) * features, tuple(sd + 0.01 * sd * k for k in range(features)))
    return msgspec.structs.replace(model.description, signal=spec, scales=Scales({unit: scale}, {}))


def in_units(planned: Plan, samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Microvolts, as the decoder in C brings them to the model's unit before its front end."""
    return samples * np.float32(planned.gain)


def assert_alike(found: NDArray[np.int8], expected: NDArray[np.int8]) -> None:
    assert found.shape == expected.shape
    assert len(expected) > 20
    assert len(np.unique(expected)) > 100, "the samples do not use int8"
    steps = np.abs(found.astype(int) - expected)
    assert steps.max() <= MOST_STEPS
    assert (steps == 0).mean() >= LEAST_SAME


@pytest.mark.parametrize(
    ("spec", "rate_hz"),
    [
        (default_spec("raw", 15), 200.0),
        (default_spec("raw", 15), 1000.0),
        (default_spec("raw", 15), 250.0),
        (default_spec("raw", 15), 125.0),
        (default_spec("raw", 15, notch_hz=50.0), 200.0),
        (default_spec("raw", 15, frames="sub-bands"), 1000.0),
        (default_spec("raw", 79, frames="raw"), 200.0),
        (default_spec("raw", 7, "ring4"), 500.0),
        (default_spec("envelope", 7), 1000.0),
        (default_spec("envelope", 7, notch_hz=60.0), 250.0),
    ],
    ids=["200", "1000", "250", "125", "notch", "sub-bands", "samples", "ring4", "envelope", "envelope-250"],
)
def test_windows_are_those_of_the_live_loop(model: ModelFile, spec: SignalSpec, rate_hz: float, tmp_path: Path) -> None:
    """Every domain, kind of frame, filter and rate, on bursts over an offset of tens of millivolts."""
    planned = plan(described(model, spec), Source("raw", rate_hz, "uV", "ring8"))
    library = Library(planned, tensors(model.flatbuffer), model.description, tmp_path / "c")
    samples = muscle(planned.source, 12.0)
    assert_alike(library.windows(in_units(planned, samples)), python_windows(planned, samples, model))


def test_two_rings_are_read_in_the_order_of_the_montage(model: ModelFile, tmp_path: Path) -> None:
    """Sixteen channels whose columns lie otherwise in the source than in the model."""
    spec = default_spec("raw", 15, "ring16")
    planned = plan(described(model, spec), Source("raw", 200.0, "uV", "double-ring"))
    assert planned.columns != tuple(range(16))
    library = Library(planned, tensors(model.flatbuffer), model.description, tmp_path / "c")
    samples = muscle(planned.source, 6.0)
    assert_alike(library.windows(in_units(planned, samples)), python_windows(planned, samples, model))


def test_a_models_own_unit_and_wearer(model: ModelFile) -> None:
    """Microvolts become the model's counts by the nominal factor; a wearer's scale can be asked for by name."""
    source = Source("raw", 200.0, "uV", "ring8")
    mean = plan(model.description, source)
    assert (mean.unit, mean.gain, mean.wearer) == ("myo-count", 0.2, "mean of myo-count")
    own = plan(model.description, source, "SIM-S1")
    assert (own.wearer, own.scale) == ("SIM-S1/upper", model.description.scales.wearers["SIM-S1/upper"])
    assert own.scale != mean.scale


@pytest.mark.realdata
@pytest.mark.parametrize("subject", [1, 4])
def test_real_recordings_give_the_same_windows(
    model: ModelFile, shared_data: Path, subject: int, tmp_path: Path
) -> None:
    """NinaPro DB5's counts, both rings of a person, to a step of int8."""
    spec = default_spec("raw", 15, "ring16")
    (recording, *_) = takes.recordings(shared_data / "ninapro", ("DB5",), (subject,), lambda said: None)
    source = recording.source
    features = FrontEnd(spec, source).push(recording.samples)
    scale = Standardisation(tuple(features.mean(axis=0).tolist()), tuple(features.std(axis=0).tolist()))
    told = msgspec.structs.replace(model.description, signal=spec, scales=Scales({source.unit: scale}, {}))
    planned = plan(told, source)
    library = Library(planned, tensors(model.flatbuffer), model.description, tmp_path / "c")
    assert_alike(library.windows(recording.samples), python_windows(planned, recording.samples, model))


@pytest.mark.parametrize(
    ("change", "rate_hz", "sentence"),
    [
        ({"acceleration": 3}, 200.0, "this model takes an acceleration beside the EMG, and the export"),
        ({}, 50.0, "this source has 50 Hz, the model expects 200 Hz, and below 100 Hz"),
    ],
)
def test_what_c_cannot_follow_is_one_sentence(
    model: ModelFile, change: dict[str, int], rate_hz: float, sentence: str
) -> None:
    told = described(model, msgspec.structs.replace(default_spec("raw", 15), **change))
    with pytest.raises(SpecError, match=sentence):
        plan(told, Source("raw", rate_hz, "uV", "ring8"))


def test_a_model_without_a_factor_to_microvolts_is_refused(model: ModelFile) -> None:
    """DB1's volts come from an amplifier of unknown gain."""
    told = described(model, default_spec("envelope", 7), "db1-volt")
    with pytest.raises(SpecError, match="there is no factor between the two"):
        plan(told, Source("raw", 1000.0, "uV", "ring8"))
