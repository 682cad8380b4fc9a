"""What a front end makes of a known signal: by it a file tells whether the one here is the one it was made with."""

import math

import numpy as np

from emg_edge.signal.frontend import FrontEnd
from emg_edge.signal.montage import RING4, RING8, RING8_2, RING16
from emg_edge.signal.source import Source
from emg_edge.signal.spec import SignalSpec

_LAYOUTS = {RING4: "ring4", RING8: "ring8", RING8_2: "ninapro-db1", RING16: "double-ring"}
_SECONDS = 1.5
_DIGITS = 4  # after the point, of logarithms: what processors' rounding leaves alike
TOLERANCE = 2e-3  # far above that, and far below what another filter, length or floor makes of a frame


def probe(spec: SignalSpec) -> tuple[float, ...]:
    """Return the newest frame of a second and a half of sines over an offset, louder from channel to channel.

    Before any standardisation, in the first unit that the spec knows; (features,), of the log of the amplitude.
    """
    unit = "uV" if "uV" in spec.floors else next(iter(spec.floors))
    source = Source(spec.domain, spec.rate_hz, unit, _LAYOUTS[spec.montage])
    n = round(_SECONDS * spec.rate_hz)
    time_s = np.arange(n)[:, None] / spec.rate_hz
    channel = np.arange(source.channels)
    tones = np.sin(2 * math.pi * 31.0 * time_s + channel) + 0.5 * np.sin(2 * math.pi * 67.0 * time_s + 2 * channel)
    samples = 500.0 + 20.0 * (1 + channel) * tones
    given = np.abs(samples) if spec.domain == "envelope" else samples
    with np.errstate(all="ignore"):  # of filters that are unstable: whoever asks sees that the frame is no number
        frames = FrontEnd(spec, source).push(given, _still(spec, n))
    return tuple(round(float(value), _DIGITS) for value in frames[-1])


def _still(spec: SignalSpec, n: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]] | None:
    """An arm at rest: one g along the last axis."""
    return np.tile([0.0, 0.0, 1.0], (n, 1)) if spec.acceleration else None
