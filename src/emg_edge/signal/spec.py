"""The signal spec: all that turns samples into a network's input, travelling with every model."""

import math
from typing import Literal

import msgspec

from emg_edge.errors import SpecError
from emg_edge.signal.biquad import Section, highpass, notch
from emg_edge.signal.montage import CHANNELS, RING8
from emg_edge.signal.source import Domain, Unit

RAW_RATE_HZ = 200.0  # Myo-class; faster recordings are anti-aliased and decimated to it
ENVELOPE_RATE_HZ = 100.0  # DB1's; raw sources are high-passed and smoothed to it
CLIP_SD = 2.5  # keeps 98 % of DB1's and DB5's frames as they are
HIGHPASS_HZ = 20.0  # below it lie offset, drift and motion, not muscle

# The floor inside the logarithm, in each unit: about the amplifier's own noise, so that rest does not run away.
# Explored on DB5 (0.3 counts) and DB1 (0.01 V); 3 uV is a Cyton's and a Delsys Trigno's order of noise.
FLOORS: dict[Unit, float] = {"myo-count": 0.3, "db1-volt": 0.01, "uV": 3.0, "V": 3e-6}


class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One number a channel for the last `length` samples, every `step` samples, at the spec's rate."""

    kind: Literal["rms", "mean"]
    length: int
    step: int


class SignalSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Samples -> montage -> domain and rate -> filters -> frames -> log(frame + floor) -> context.

    sections       second-order sections applied at `rate_hz` to raw signals; empty in the envelope domain
    envelope_ms    length of the causal RMS that makes an envelope of a raw source (envelope domain only), after
                   a high-pass at `highpass_hz` (and a notch at `notch_hz`, 0 for none) designed at the source's rate
    clip           standardised frames are limited to +-clip (in standard deviations): log frames have long tails that
                   tell nothing more, and int8 spends its steps on the rest
    floors         the constant inside the logarithm, by the source's unit
    context, hop   in frames: how many the network sees, and how many pass between two decisions
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

    def __post_init__(self) -> None:
        coefficients = [number for section in self.sections for number in msgspec.structs.astuple(section)]
        positive = [self.clip, *self.floors.values()]
        numbers = [self.highpass_hz, self.notch_hz, self.envelope_ms, *coefficients, *positive]
        if not all(map(math.isfinite, numbers)) or min(positive) <= 0 or self.envelope_ms < 0:
            raise SpecError("the clip and the floors must be above 0, and every number of a signal spec finite")
        if self.montage not in CHANNELS:
            raise SpecError(f"unknown montage '{self.montage}'; known are {', '.join(CHANNELS)}")
        if not 0 < self.rate_hz < math.inf:
            raise SpecError(f"a signal cannot have a rate of {self.rate_hz:g} Hz; expected a number above 0")
        if min(self.frame.length, self.frame.step, self.context, self.hop) < 1 or self.frame.length % self.frame.step:
            raise SpecError(f"a frame of {self.frame.length} samples every {self.frame.step} cannot be made")

    @property
    def channels(self) -> int:
        return CHANNELS[self.montage]

    @property
    def hop_ms(self) -> float:
        return 1000 * self.hop * self.frame.step / self.rate_hz

    @property
    def context_ms(self) -> float:
        """Time that the frames of one decision cover."""
        return 1000 * (self.frame.length + (self.context - 1) * self.frame.step) / self.rate_hz

    def floor(self, unit: Unit) -> float:
        try:
            return self.floors[unit]
        except KeyError:
            raise SpecError(
                f"the source is in '{unit}', and this model knows {', '.join(self.floors)} only; use another source"
            ) from None


def default_spec(domain: Domain, context: int, montage: str = RING8, notch_hz: float = 0.0) -> SignalSpec:
    """Make the spec of a domain: 50 ms frames, every 25 ms (raw) or 50 ms (envelope), a decision every 50 ms.

    `context` is in frames. See docs/decisions/ for why log-RMS frames and not raw samples.
    """
    raw = domain == "raw"
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
        frame=Frame("rms", length=10, step=5) if raw else Frame("mean", length=5, step=5),
        clip=CLIP_SD,
        floors=dict(FLOORS),
        context=context,
        hop=2 if raw else 1,
    )
