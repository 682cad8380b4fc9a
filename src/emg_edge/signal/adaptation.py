"""What is done to a source so that a model can take it, what that costs, and what cannot be done."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from emg_edge.errors import SpecError
from emg_edge.signal.biquad import Section, cascade, highpass, notch
from emg_edge.signal.framing import SlidingMean
from emg_edge.signal.montage import AS_IT_IS, CHANNELS, RING4, Turn, around, columns
from emg_edge.signal.resample import delay_s, resampler
from emg_edge.signal.source import Source, Unit
from emg_edge.signal.spec import RAW_RATE_HZ, SignalSpec
from emg_edge.signal.stage import Gain, NotBelowZero, Stage
from emg_edge.signal.units import UV_PER_MYO_COUNT, factor, is_exact

LOWEST_RATE_HZ = 100.0  # of a raw source: below it, hardly anything is left of a muscle's spectrum
RATE_TOLERANCE = 0.005  # relative: so far apart, rates are the same; a frame of 50 ms is then 0.25 ms longer or shorter
MOST_PLACES = 256  # of an output between two inputs; nearer to an odd ratio than RATE_TOLERANCE, in tables of kilobytes

# Hum has harmonics, and rectified loads make the odd ones strong; above this there is little muscle to uncover. All
# notches are as wide as the first, so that they take 3 % of the band together.
HUM_UP_TO_HZ = 400.0
_NOTCH_Q = 30.0

NAMES: dict[Unit, str] = {
    "uV": "microvolts",
    "V": "volts",
    "myo-count": "Myo counts",
    "db1-volt": "DB1's volts",
    "count": "counts",
}


@dataclass(frozen=True)
class Adjustment:
    """What a source needs beyond what it says of itself.

    turn      how its ring is worn
    unit      that its samples are brought to, None to leave them; see decoding.wearer.choose_scale
    notch_hz  mains frequency whose hum is filtered out, with its harmonics, before all else; 0 for none
    """

    turn: Turn = AS_IT_IS
    unit: Unit | None = None
    notch_hz: float = 0.0


NONE = Adjustment()


@dataclass(frozen=True)
class Adaptation:
    """The way from a source's samples to the signal that frames are made of.

    columns  of the source, in the montage's order
    stages   new ones, in order; they carry state
    unit     of the signal
    done     what is done and costs nothing worth a warning, a sentence each
    costs    what makes decisions worse than the model's own figures, and why, a sentence each
    """

    columns: tuple[int, ...]
    stages: tuple[Stage, ...]
    unit: Unit
    done: tuple[str, ...]
    costs: tuple[str, ...]


def adaptation(spec: SignalSpec, source: Source, ring: str | None = None, adjustment: Adjustment = NONE) -> Adaptation:
    """Find the way. Raises SpecError, naming both values, when there is no honest one."""
    picked = columns(source.layout, spec.montage, ring, adjustment.turn)
    unit = adjustment.unit or source.unit
    done = [*_placed(spec, source, adjustment.turn), *_filtered(spec, source, adjustment)]
    costs = list(_missing(source))
    stages: list[Stage] = []
    if unit != source.unit:
        stages.append(_gain(source.unit, unit))
        (done if is_exact(source.unit, unit) else costs).append(_converted(source.unit, unit))
    if adjustment.notch_hz:
        stages += cascade(_hum(spec, source, adjustment.notch_hz))
        costs.append(
            f"the {adjustment.notch_hz:g} Hz notch takes a little of the muscle's signal away, and the model was "
            f"trained {'without its harmonics' if spec.notch_hz == adjustment.notch_hz else 'without it'}"
        )
    if source.domain == "envelope":
        brought, said = _envelope_to_envelope(spec, source)
    else:
        brought, said = (_raw_to_raw if spec.domain == "raw" else _raw_to_envelope)(spec, source)
    return Adaptation(picked, (*stages, *brought, *cascade(spec.sections)), unit, (*said, *done), tuple(costs))


def ratio(rate_hz: float, to_hz: float) -> Fraction:
    """Return how many samples at one rate make one at the other, in whole numbers that a filter can have."""
    exact = rate_hz / to_hz
    whole = Fraction(round(exact))
    near = whole and abs(exact / whole - 1) <= RATE_TOLERANCE
    return whole if near else Fraction(exact).limit_denominator(MOST_PLACES)


def _raw_to_raw(spec: SignalSpec, source: Source) -> tuple[list[Stage], list[str]]:
    _refuse_slow(spec, source)
    return _resampled(source.rate_hz, spec.rate_hz)


def _raw_to_envelope(spec: SignalSpec, source: Source) -> tuple[list[Stage], list[str]]:
    """High-pass, then the causal RMS: at the source's rate where that is a multiple of the spec's, else near below."""
    _refuse_slow(spec, source)
    steps = ratio(source.rate_hz, spec.rate_hz)
    brought: list[Stage] = []
    said: list[str] = []
    if steps.denominator != 1:
        steps = Fraction(max(2, int(steps)))
        brought, said = _resampled(source.rate_hz, float(steps * spec.rate_hz))
    rate_hz = float(steps) * spec.rate_hz
    sections: list[Section] = [highpass(spec.highpass_hz, rate_hz)]
    if spec.notch_hz:
        sections.append(notch(spec.notch_hz, rate_hz))
    length = round(spec.envelope_ms * rate_hz / 1000)
    brought += [*cascade(sections), SlidingMean(length, int(steps), root_mean_square=True)]
    return brought, [*said, f"the raw signal is made an envelope: RMS of the last {spec.envelope_ms:g} ms"]


def _envelope_to_envelope(spec: SignalSpec, source: Source) -> tuple[list[Stage], list[str]]:
    if spec.domain == "raw":
        raise SpecError(
            "this source is a rectified envelope, and the model expects raw EMG, which an envelope cannot be "
            "turned back into; use a model trained with --domain envelope"
        )
    if source.rate_hz < spec.rate_hz * (1 - RATE_TOLERANCE):
        raise SpecError(
            f"this source is an envelope at {source.rate_hz:g} Hz, and the model expects {spec.rate_hz:g} Hz or more; "
            "use a source of that rate"
        )
    brought, said = _resampled(source.rate_hz, spec.rate_hz)
    return [*brought, NotBelowZero()] if brought else [], said


def _resampled(rate_hz: float, to_hz: float) -> tuple[list[Stage], list[str]]:
    steps = ratio(rate_hz, to_hz)
    if steps != 1:
        delay_ms = 1000 * delay_s(steps, rate_hz)
        return [resampler(steps)], [f"resampled from {rate_hz:g} to {to_hz:g} Hz, with a delay of {delay_ms:.0f} ms"]
    return [], [] if rate_hz == to_hz else [f"{rate_hz:g} Hz are taken for {to_hz:g} Hz"]


def _refuse_slow(spec: SignalSpec, source: Source) -> None:
    if source.rate_hz < LOWEST_RATE_HZ * (1 - RATE_TOLERANCE):
        raise SpecError(
            f"this source has {source.rate_hz:g} Hz, the model expects {spec.rate_hz:g} Hz, and below "
            f"{LOWEST_RATE_HZ:g} Hz there is too little left of a muscle's signal; use a faster source"
        )


def _missing(source: Source) -> Iterator[str]:
    """Say which part of the band a slow source does not have. No model was trained on raw signals below RAW_RATE_HZ."""
    if source.domain == "raw" and source.rate_hz < RAW_RATE_HZ * (1 - RATE_TOLERANCE):
        yield (
            f"a source of {source.rate_hz:g} Hz holds nothing above {source.rate_hz / 2:g} Hz, and the model was "
            f"trained on muscle signals up to {RAW_RATE_HZ / 2:g} Hz: expect more wrong decisions"
        )


def _gain(unit: Unit, into: Unit) -> Stage:
    found = factor(unit, into)
    if found is None:
        raise SpecError(f"the source is in '{unit}', which cannot be converted to '{into}'; use another source")
    return Gain(found)


def _converted(unit: Unit, into: Unit) -> str:
    if is_exact(unit, into):
        return f"{NAMES[unit]} are converted to {NAMES[into]}"
    return (
        f"this source is in {NAMES[unit]} and the model in {NAMES[into]}: a Myo count is taken for "
        f"{UV_PER_MYO_COUNT:g} microvolts, as its real worth was never published; expect more wrong decisions until "
        "calibrated"
    )


def _hum(spec: SignalSpec, source: Source, hz: float) -> list[Section]:
    """Notches at a mains frequency and its harmonics, less what the spec's own takes out."""
    if source.domain == "envelope":
        raise SpecError(f"a {hz:g} Hz notch is for raw EMG, and this source is a rectified envelope; leave --notch out")
    harmonics = [k for k in range(2, int(HUM_UP_TO_HZ / hz) + 1) if k * hz < source.rate_hz / 2]
    return [notch(k * hz, source.rate_hz, q=_NOTCH_Q * k) for k in (1, *harmonics) if k * hz != spec.notch_hz]


def _placed(spec: SignalSpec, source: Source, turn: Turn) -> Iterator[str]:
    start = 1 + turn.shift % around(source.layout)
    if turn.mirrored:
        yield f"the ring is read the other way round, from its electrode {start} on"
    elif start > 1:
        yield f"the ring is read from its electrode {start} on"
    if spec.montage == RING4 and around(source.layout) > CHANNELS[RING4]:
        yield "every second electrode of the ring is read"


def _filtered(spec: SignalSpec, source: Source, adjustment: Adjustment) -> Iterator[str]:
    if spec.notch_hz and source.domain == "raw":
        yield f"mains hum of {spec.notch_hz:g} Hz is filtered out, as in training"
    elif not adjustment.notch_hz and source.domain == "raw":
        yield "mains hum is not filtered out, as in training; --notch 50 or --notch 60 would"
