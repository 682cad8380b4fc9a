from typing import Literal

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emg_edge.errors import SpecError
from emg_edge.signal.frontend import ContextStack, FrontEnd, SignalPath, Standardisation
from emg_edge.signal.montage import columns
from emg_edge.signal.source import Source
from emg_edge.signal.spec import SignalSpec, default_spec
from emg_edge.signal.windows import windows

RAW, ENVELOPE = default_spec("raw", 15), default_spec("envelope", 7)
MYO = Source("raw", 200.0, "myo-count", "ring8")
DELSYS = Source("raw", 2000.0, "V", "ninapro-delsys12")
DB1 = Source("envelope", 100.0, "db1-volt", "ninapro-db1")
CYTON = Source("raw", 250.0, "uV", "ring8")
DAISY = Source("raw", 125.0, "uV", "double-ring")
PAIRS = {
    "200 Hz to raw": (RAW, MYO),
    "200 Hz to raw, with a notch": (default_spec("raw", 15, notch_hz=50), MYO),
    "2 kHz to raw": (RAW, DELSYS),
    "200 Hz to envelope": (ENVELOPE, MYO),
    "2 kHz to envelope": (default_spec("envelope", 7, notch_hz=50), DELSYS),
    "envelope to envelope": (ENVELOPE, DB1),
    "250 Hz to raw": (RAW, CYTON),
    "125 Hz to raw": (default_spec("raw", 15, "ring16"), DAISY),
    "250 Hz to envelope": (ENVELOPE, CYTON),
    "1111 Hz to envelope": (ENVELOPE, Source("raw", 1111.0, "V", "ring8")),
    "an odd envelope": (ENVELOPE, Source("envelope", 333.0, "uV", "ring8")),
    "sub-bands": (default_spec("raw", 15, frames="sub-bands"), MYO),
    "sub-bands of 250 Hz": (default_spec("raw", 15, frames="sub-bands", notch_hz=50), CYTON),
    "samples": (default_spec("raw", 80, frames="raw"), MYO),
    "samples of 2 kHz": (default_spec("raw", 80, "ring8+2", frames="raw"), DELSYS),
    "ring and two": (default_spec("envelope", 7, "ring8+2"), DB1),
}
every_pair = pytest.mark.parametrize(("spec", "source"), PAIRS.values(), ids=PAIRS)


def samples(source: Source, seconds: float) -> NDArray[np.float32]:
    scale = {"V": 1e-5, "db1-volt": 0.1}.get(source.unit, 20.0)
    x = np.random.default_rng(3).normal(scale, scale, (int(seconds * source.rate_hz), source.channels))
    return (np.abs(x) if source.domain == "envelope" else x).astype(np.float32)


@every_pair
@settings(max_examples=15)
@given(cuts=st.lists(st.one_of(st.integers(0, 12), st.integers(0, 400)), min_size=1, max_size=25))
def test_frames_are_the_same_bits_however_the_stream_is_cut(spec: SignalSpec, source: Source, cuts: list[int]) -> None:
    """Odd-sized and empty blocks give the frames of one big block, bit for bit, and so it is after a reset."""
    x = samples(source, 1.0)
    scale = Standardisation((0.3,) * spec.features, (1.7,) * spec.features)
    front_end = FrontEnd(spec, source, scale)
    whole = front_end.push(x)
    for _ in range(2):
        front_end.reset()
        parts = [front_end.push(part) for part in np.split(x, np.minimum(np.cumsum(cuts), len(x)))]
        np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert whole.dtype == np.float32


@every_pair
def test_a_frame_sees_no_sample_after_its_newest_and_sees_that_one(spec: SignalSpec, source: Source) -> None:
    """An impulse at sample k moves the first frame i with timing.newest(i) >= k, and none before it.

    Of a decimation's newest sample nothing is seen: its window begins and ends with zero.
    """
    unseen = 1 if spec.domain == "raw" and source.rate_hz == 2000 else 0
    quiet = samples(source, 1.5)
    newest = FrontEnd(spec, source).timing.newest
    before = FrontEnd(spec, source).push(quiet)
    assert newest(len(before) - 1) < len(quiet) <= newest(len(before))
    column = columns(source.layout, spec.montage)[0]
    for i in (0, 3, 9):
        for late in (0, 1):
            if newest(i) < unseen:
                continue  # before the first sample
            loud = quiet.copy()
            loud[newest(i) - unseen + late, column] += 1e6 * np.abs(quiet).max()
            changed = np.flatnonzero((FrontEnd(spec, source).push(loud) != before).any(axis=1))
            assert changed[0] == i + late


@pytest.mark.parametrize(("spec", "source", "reach"), [(RAW, MYO, 10), (ENVELOPE, DB1, 5)], ids=["raw", "envelope"])
def test_a_frame_is_of_its_last_fifty_milliseconds(spec: SignalSpec, source: Source, reach: int) -> None:
    """A frame's amplitude is that of exactly `length` samples of the signal path, with the floor, as a logarithm."""
    x = samples(source, 2.0)
    front_end = FrontEnd(spec, source)
    signal = SignalPath(spec, source).push(x)
    for i, frame in enumerate(front_end.push(x)):
        newest = front_end.timing.newest(i)
        seen = signal[newest + 1 - reach : newest + 1]
        amplitude = np.sqrt((seen**2).mean(axis=0)) if spec.frame.kind == "rms" else seen.mean(axis=0)
        np.testing.assert_allclose(frame, np.log(amplitude + spec.floor(source.unit)), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", [name for name, (_, source) in PAIRS.items() if source.domain == "raw"])
def test_an_offset_of_3000_makes_no_difference(name: str) -> None:
    """A DC-coupled amplifier's offset is gone from the first frame on."""
    spec, source = PAIRS[name]
    x = samples(source, 1.0).astype(np.float64)
    offset = 3000 * (1e-6 if source.unit == "V" else 1.0)
    plain, lifted = FrontEnd(spec, source).push(x), FrontEnd(spec, source).push(x + offset)
    np.testing.assert_allclose(lifted, plain, atol=1e-5)


@pytest.mark.parametrize("spec", [RAW, ENVELOPE], ids=["raw", "envelope"])
@pytest.mark.parametrize("offset_mv", [187.5, -187.5])
def test_a_cyton_at_the_end_of_its_range_that_drifts_gives_the_frames_of_one_at_zero(
    spec: SignalSpec, offset_mv: float
) -> None:
    """Offsets of up to 187.5 mV and a drift of 5 mV in ten seconds, in the float32 that boards deliver.

    The past is taken to be the first sample, so the offset need not settle, and the drift's slope does within 75 ms.
    """
    x = samples(CYTON, 20.0).astype(np.float64)
    drift_uv = 5000 * np.sin(2 * np.pi * np.arange(len(x)) / (40 * CYTON.rate_hz))
    lifted = (x + 1000 * offset_mv * np.linspace(-1, 1, 8) + drift_uv[:, None]).astype(np.float32)
    plain, found = FrontEnd(spec, CYTON).push(x), FrontEnd(spec, CYTON).push(lifted)
    np.testing.assert_allclose(found[:2], plain[:2], atol=0.05)
    np.testing.assert_allclose(found[2:], plain[2:], atol=0.01)


@pytest.mark.parametrize(("spec", "over_s"), [(RAW, 0.15), (ENVELOPE, 0.25)], ids=["raw", "envelope"])
def test_a_jump_of_the_offset_is_over_within_a_quarter_of_a_second(spec: SignalSpec, over_s: float) -> None:
    """An electrode that jumps by 10 mV in mid-stream spoils no frame after that, and none before the jump."""
    x = samples(CYTON, 4.0).astype(np.float64)
    at = 500
    jumped = x + np.where(np.arange(len(x)) >= at, 10_000.0, 0.0)[:, None]
    plain, found = FrontEnd(spec, CYTON), FrontEnd(spec, CYTON)
    difference = np.abs(plain.push(x) - found.push(jumped)).max(axis=1)
    newest = plain.timing.newest(np.arange(len(difference)))
    assert difference[newest < at].max() == 0
    assert difference[newest >= at].max() > 1
    assert difference[newest >= at + over_s * CYTON.rate_hz].max() < 0.01


def test_a_gain_is_an_offset_in_the_logarithm() -> None:
    """That is why the standardisation bridges units: ten times the amplitude adds log 10, far above the floor."""
    x = samples(MYO, 1.0) * 100
    np.testing.assert_allclose(FrontEnd(RAW, MYO).push(10 * x) - FrontEnd(RAW, MYO).push(x), np.log(10), atol=1e-3)


def test_channels_do_not_mix_and_stand_in_the_montages_order() -> None:
    """DB1's columns come out mirrored: what is loud on its column 1 is loud on channel 8."""
    x = np.full((100, 10), 0.01, np.float32)
    x[:, 0] = 3.0
    frames = FrontEnd(ENVELOPE, DB1).push(x)
    assert (frames.argmax(axis=1) == 7).all()
    assert np.ptp(frames[:, :7]) < 1e-6


def test_the_standardisation_is_applied_a_channel() -> None:
    """Frames with a scale are the plain ones less the mean, by the standard deviation."""
    x = samples(MYO, 1.0)
    mean, sd = 2 + np.arange(8) / 4, 1.0 + np.arange(8)  # frames of about 3: far from any limit
    plain = FrontEnd(RAW, MYO).push(x)
    scaled = FrontEnd(RAW, MYO, Standardisation(tuple(mean), tuple(sd))).push(x)
    np.testing.assert_allclose(scaled, (plain - mean) / sd, rtol=1e-5, atol=1e-6)


@settings(max_examples=60)
@given(
    context=st.integers(1, 9),
    hop=st.integers(1, 12),
    total=st.integers(0, 60),
    cuts=st.lists(st.integers(0, 9), max_size=20),
)
def test_the_stack_is_the_sliding_windows_with_hop(context: int, hop: int, total: int, cuts: list[int]) -> None:
    """Windows end at frames context - 1 + j * hop, however the frames arrive, also where hop leaves gaps."""
    frames = np.random.default_rng(total).normal(size=(total, 2)).astype(np.float32)
    stack = ContextStack(context, hop, 2)
    for _ in range(2):
        parts = [stack.push(part) for part in np.split(frames, np.minimum(np.cumsum([*cuts, 0]), total))]
        expected = [frames[end + 1 - context : end + 1] for end in range(context - 1, total, hop)]
        np.testing.assert_array_equal(np.concatenate(parts), np.reshape(expected, (-1, context, 2)))
        stack.reset()


def test_windows_are_views() -> None:
    """Cutting windows copies nothing."""
    frames = np.zeros((50, 8), np.float32)
    assert np.shares_memory(windows(frames, 15), frames)
    assert windows(frames, 15).shape == (36, 15, 8)
    assert windows(frames, 51).shape == (0, 51, 8)


@pytest.mark.parametrize("shape", [(5, 10), (5, 9), (5,), (0, 7), (2, 5, 8)])
def test_samples_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    """A wrong channel count never runs through, not even in an empty block."""
    with pytest.raises(SpecError, match=r"expected \(n, 8\)") as refused:
        FrontEnd(RAW, MYO).push(np.zeros(shape, np.float32))
    assert str(shape) in str(refused.value)


def test_a_standardisation_of_other_channels_is_refused() -> None:
    """Both counts are named."""
    with pytest.raises(SpecError, match="has 16 features, the model's frames 8"):
        FrontEnd(RAW, MYO, Standardisation((0.0,) * 16, (1.0,) * 16))


def test_a_unit_that_the_model_does_not_know_is_refused() -> None:
    """The floor inside the logarithm belongs to a unit, so there is none to guess."""
    spec = msgspec.structs.replace(RAW, floors={"uV": 3.0})
    with pytest.raises(SpecError, match="in 'myo-count', and this model knows uV only"):
        FrontEnd(spec, MYO)


def test_layouts_and_montages_are_known_ones() -> None:
    """An unknown word is refused with the known ones."""
    with pytest.raises(
        SpecError, match=r"unknown electrode layout 'ring9'; known are ring8, .*ninapro-db5.* to channels-64"
    ):
        Source("raw", 200.0, "uV", "ring9")
    with pytest.raises(SpecError, match=r"unknown montage 'ring5'; known are ring4, ring8, ring8\+2, ring16"):
        default_spec("raw", 15, "ring5")


@pytest.mark.parametrize("rate", [0.0, -200.0, float("inf"), float("nan")])
def test_a_rate_is_a_number_above_zero(rate: float) -> None:
    """Neither a source nor a spec can have another."""
    with pytest.raises(SpecError, match="expected a number above 0"):
        Source("raw", rate, "uV", "ring8")
    with pytest.raises(SpecError, match="expected a number above 0"):
        msgspec.structs.replace(RAW, rate_hz=rate)


@pytest.mark.parametrize("wrong", [{"length": 0}, {"step": 0}, {"step": 3}])
def test_a_frame_that_cannot_be_made_is_refused(wrong: dict[Literal["length", "step"], int]) -> None:
    """A frame is a whole number of steps."""
    with pytest.raises(SpecError, match="cannot be made"):
        msgspec.structs.replace(RAW, frame=msgspec.structs.replace(RAW.frame, **wrong))


@pytest.mark.parametrize(
    ("spec", "context_ms", "hop_ms"), [(RAW, 400.0, 50.0), (ENVELOPE, 350.0, 50.0)], ids=["raw", "envelope"]
)
def test_a_decision_covers_its_context(spec: SignalSpec, context_ms: float, hop_ms: float) -> None:
    """Time of all samples that the frames of one window are made of, and time between two decisions."""
    assert (spec.context_ms, spec.hop_ms) == (context_ms, hop_ms)


@pytest.mark.parametrize("sd", [(1.0,) * 7, (1.0,) * 7 + (0.0,), (1.0,) * 7 + (-1.0,), (1.0,) * 7 + (float("nan"),)])
def test_a_standardisation_that_cannot_divide_is_refused(sd: tuple[float, ...]) -> None:
    """As many deviations as means, and all of them above zero."""
    with pytest.raises(SpecError, match="standard deviations above 0"):
        Standardisation((0.0,) * 8, sd)
