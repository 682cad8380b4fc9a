"""The signal spec: all that turns samples into a network's input, travelling with every model."""

import math
from typing import Literal, get_args

import msgspec

from emg_edge.errors import SpecError
from emg_edge.signal.bands import Band, band
from emg_edge.signal.biquad import Section, highpass, notch
from emg_edge.signal.montage import CHANNELS, RING8
from emg_edge.signal.source import Domain, Unit

RAW_RATE_HZ = 200.0  # Myo-class; faster recordings are anti-aliased and decimated to it
ENVELOPE_RATE_HZ = 100.0  # DB1's; raw sources are high-passed and smoothed to it
CLIP_SD = 2.5  # keeps 98 % of DB1's and DB5's frames as they are
RAW_CLIP_SD = 5.0  # of samples, which have long tails: keeps 99.6 % of DB5's, with 94 % of their power
HIGHPASS_HZ = 20.0  # below it lie offset, drift and motion, not muscle

# Pass bands of sub-band frames, low and high; a third of DB5's power lies in the first.
BANDS_HZ: tuple[tuple[float, float], ...] = ((20.0, 50.0), (50.0, 90.0))

AXES = 3  # of an accelerometer

# Least standard deviations that a feature is divided by: a dead channel must not be blown up to look alive.
_LEAST_SD_LOG = 0.05
_LEAST_SD_G = 0.02  # about twice a Myo's own noise

# Beyond these a spec is a mistake, and what it asks for would not fit a memory, or never end.
_MOST_RATE_HZ = 100_000.0
_MOST_S = 60.0  # of a context, of a hop, and of an envelope
_MOST_FRAME_S = 1.0

# The floor inside the logarithm, in each unit: about the amplifier's own noise, so that rest does not run away.
# Explored on DB5 (0.3 counts) and DB1 (0.01 V); 3 uV is a Cyton's and a Delsys Trigno's order of noise.
FLOORS: dict[Unit, float] = {"myo-count": 0.3, "db1-volt": 0.01, "uV": 3.0, "V": 3e-6}


FrameChoice = Literal["amplitude", "sub-bands", "raw"]  # what default_spec is asked for
FRAME_CHOICES: tuple[FrameChoice, ...] = get_args(FrameChoice)


# Fields with a default are left out where they have it, so that specs without them keep their text, and their keys.
class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Numbers for the last `length` samples, every `step` samples, at the spec's rate.

    rms, mean  of each channel
    sub-bands  RMS of each channel in each of the `bands`, band by band
    raw        each channel's sample itself; length and step are 1, and no logarithm is taken
    """

    kind: Literal["rms", "mean", "sub-bands", "raw"]
    length: int
    step: int
    bands: tuple[Band, ...] = ()

    def __post_init__(self) -> None:
        if min(self.length, self.step) < 1 or self.length % self.step:
            raise SpecError(f"a frame of {self.length} samples every {self.step} cannot be made")
        if self.kind == "raw" and self.length != 1:
            raise SpecError(f"a raw frame is one sample, and one of {self.length} was asked for")
        if bool(self.bands) != (self.kind == "sub-bands"):
            raise SpecError(f"{len(self.bands)} bands do not go with frames of the kind '{self.kind}'")


class SignalSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Samples -> montage -> domain and rate -> filters -> frames -> log(frame + floor) -> context.

    sections       second-order sections applied at `rate_hz` to raw signals; empty in the envelope domain
    envelope_ms    length of the causal RMS that makes an envelope of a raw source (envelope domain only), after
                   a high-pass at `highpass_hz` (and a notch at `notch_hz`, 0 for none) designed at the source's rate
    clip           standardised frames are limited to +-clip (in standard deviations): log frames have long tails that
                   tell nothing more, and int8 spends its steps on the rest
    floors         the constant inside the logarithm, by the source's unit
    context, hop   in frames: how many the network sees, and how many pass between two decisions
    acceleration   axes of an accelerometer whose means over a frame's length, in g, follow the EMG's numbers: 0 or 3
    """

    domain: Domain
    rate_hz: float
    montage: str
    highpass_hz: float
    notch_hz: float
    sections: tuple[Section, ...]
    envelope_ms: float
    frame: Frame
    clip: float
    floors: dict[Unit, float]
    context: int
    hop: int
    acceleration: int = 0

    def __post_init__(self) -> None:
        sections = [*self.sections, *(section for one in self.frame.bands for section in one.sections)]
        coefficients = [number for section in sections for number in msgspec.structs.astuple(section)]
        positive = [self.clip, *self.floors.values()]
        numbers = [self.highpass_hz, self.notch_hz, self.envelope_ms, *coefficients, *positive]
        if not self.floors:
            raise SpecError("a signal spec needs the floor of one unit at least, and this one has none")
        if not all(map(math.isfinite, numbers)) or min(positive) <= 0 or self.envelope_ms < 0:
            raise SpecError("the clip and the floors must be above 0, and every number of a signal spec finite")
        if self.montage not in CHANNELS:
            raise SpecError(f"unknown montage '{self.montage}'; known are {', '.join(CHANNELS)}")
        if not 0 < self.rate_hz <= _MOST_RATE_HZ:
            raise SpecError(
                f"a signal cannot have a rate of {self.rate_hz:g} Hz; "
                f"expected a number above 0, {_MOST_RATE_HZ:g} at most"
            )
        if min(self.context, self.hop) < 1:
            raise SpecError(f"a context of {self.context} frames every {self.hop} cannot be made")
        self._refuse_lengths()
        if self.frame.kind in ("sub-bands", "raw") and self.domain != "raw":
            raise _not_of(self.domain, self.frame.kind)
        if self.acceleration not in (0, AXES):
            raise SpecError(f"an acceleration has {AXES} axes, or is left out (0), and {self.acceleration} were asked")

    def _refuse_lengths(self) -> None:
        step, rate = self.frame.step, self.rate_hz
        if self.frame.length > _MOST_FRAME_S * rate:
            raise SpecError(f"a frame of {self.frame.length} samples is longer than {_MOST_FRAME_S:g} s at {rate:g} Hz")
        if max(self.context, self.hop) * step > _MOST_S * rate or self.envelope_ms > 1000 * _MOST_S:
            raise SpecError(f"a context, a hop or an envelope of more than {_MOST_S:g} s is none")

    @property
    def channels(self) -> int:
        """Electrodes of the montage, and of the signal that frames are made of."""
        return CHANNELS[self.montage]

    @property
    def features(self) -> int:
        """Numbers a frame: what a network takes and a standardisation has."""
        return self.channels * max(1, len(self.frame.bands)) + self.acceleration

    @property
    def hop_ms(self) -> float:
        return 1000 * self.hop * self.frame.step / self.rate_hz

    @property
    def context_ms(self) -> float:
        """Time that the frames of one decision cover."""
        return 1000 * (self.frame.length + (self.context - 1) * self.frame.step) / self.rate_hz

    def longest_bridge(self, rate_hz: float) -> int:
        """Samples of a gap that may be made up: those of one frame, or of one hop where frames are single samples."""
        gap = max(self.frame.length, self.hop * self.frame.step)
        return math.floor(gap * rate_hz / self.rate_hz)

    def floor(self, unit: Unit) -> float:
        try:
            return self.floors[unit]
        except KeyError:
            raise SpecError(
                f"the source is in '{unit}', and this model knows {', '.join(self.floors)} only; use another source"
            ) from None

    def least_sd(self, unit: Unit) -> tuple[float, ...]:
        """Least standard deviation of each feature of a signal in this unit: see _LEAST_SD_LOG."""
        emg = self.floor(unit) if self.frame.kind == "raw" else _LEAST_SD_LOG
        return (emg,) * (self.features - self.acceleration) + (_LEAST_SD_G,) * self.acceleration


def default_spec(
    domain: Domain,
    context: int,
    montage: str = RING8,
    notch_hz: float = 0.0,
    *,
    frames: FrameChoice = "amplitude",
    bands_hz: tuple[tuple[float, float], ...] = BANDS_HZ,
    acceleration: int = 0,
) -> SignalSpec:
    """Make the spec of a domain: 50 ms frames, every 25 ms (raw) or 50 ms (envelope), a decision every 50 ms.

    Raw frames are single samples, every 5 ms. `context` is in frames. `bands_hz` matters to sub-band frames only.
    See docs/decisions/ for why amplitude frames and not raw samples. Raises SpecError where the choices do not go
    together.
    """
    if frames not in FRAME_CHOICES:
        raise SpecError(f"unknown frames '{frames}'; known are {', '.join(FRAME_CHOICES)}")
    raw = domain == "raw"
    samples = frames == "raw"
    if not raw and frames != "amplitude":
        raise _not_of(domain, frames)
    rate = RAW_RATE_HZ if raw else ENVELOPE_RATE_HZ
    sections = (highpass(HIGHPASS_HZ, rate), *((notch(notch_hz, rate),) if notch_hz else ())) if raw else ()
    return SignalSpec(
        domain=domain,
        rate_hz=rate,
        montage=montage,
        highpass_hz=HIGHPASS_HZ,
        notch_hz=notch_hz,
        sections=sections,
        envelope_ms=0.0 if raw else 100.0,
        frame=_frame(domain, frames, rate, bands_hz),
        clip=RAW_CLIP_SD if samples else CLIP_SD,
        floors=dict(FLOORS),
        context=context,
        hop=10 if samples else 2 if raw else 1,
        acceleration=acceleration,
    )


def _not_of(domain: Domain, frames: str) -> SpecError:
    return SpecError(
        f"frames of the kind '{frames}' are made of raw EMG, and this spec is of the domain '{domain}'; choose "
        "amplitude frames, or the domain 'raw'"
    )


def _frame(domain: Domain, frames: FrameChoice, rate_hz: float, bands_hz: tuple[tuple[float, float], ...]) -> Frame:
    if frames == "raw":
        return Frame("raw", length=1, step=1)
    if frames == "sub-bands":
        bands = tuple(band(low, high, rate_hz, HIGHPASS_HZ) for low, high in bands_hz)
        return Frame("sub-bands", length=10, step=5, bands=bands)
    return Frame("rms", length=10, step=5) if domain == "raw" else Frame("mean", length=5, step=5)
