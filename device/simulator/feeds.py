"""Feeds of a simulated board from what the user names: the forearm, the counter, or a recording."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.forearm.wearer import FINGER_MOVEMENTS, SimulatedWearer
from emg_edge.firmware_bridge.simulated.feed import CounterFeed, Feed, ForearmFeed
from emg_edge.firmware_bridge.simulated.firmware import Firmware
from emg_edge.recordings.open import open_recording
from emg_edge.recordings.recording import Recording
from emg_edge.signal.adaptation import ratio
from emg_edge.signal.montage import CHANNELS, columns, rings
from emg_edge.signal.resample import resampler
from emg_edge.signal.units import factor

FOREARM, COUNTER = "forearm", "counter"
# What a DC-coupled amplifier sees at electrodes on the skin: half-cell potentials that differ by tens of millivolts.
OFFSET_UV = 30_000.0
# Of the range, at most: electrodes are prepared until a board like the Ganglion (16 mV) can take them.
OFFSET_SHARE = 0.3
DC_COUPLED_FROM = 1 << 20  # highest count of a converter of 24 bits: these boards have no capacitor in front
_OFFSETS = 7  # sets the offsets' randomness apart from the forearm's

_MONTAGE = {4: "ring4", 8: "ring8", 16: "ring16"}


def open_feed(
    source: str,
    firmware: Firmware,
    *,
    seed: int | tuple[int, ...] = 0,
    subject: int = 1,
    movements: tuple[int, ...] = FINGER_MOVEMENTS,
) -> Feed:
    """Make the feed 'forearm' or 'counter', or read a recording. Raises EmgEdgeError when it does not fit the board."""
    if source == COUNTER:
        return CounterFeed.of(firmware)
    if source != FOREARM:
        recording = open_recording(Path(source))
        return RecordingFeed(recording, firmware.channels, firmware.rate_hz)
    if firmware.channels not in _MONTAGE:
        raise BoardError(f"the simulated forearm wears 4, 8 or 16 electrodes, and this board has {firmware.channels}")
    return forearm(firmware, seed, subject, movements)


def forearm(firmware: Firmware, seed: int | tuple[int, ...], subject: int, movements: tuple[int, ...]) -> ForearmFeed:
    """A wearer with as many electrodes as the board has channels; DC-coupled boards see the electrodes' offsets."""
    layout = "ninapro-db5" if firmware.channels == 16 else "ring8"
    wearer = SimulatedWearer(subject, seed, firmware.rate_hz, movements=movements, layout=layout)
    offsets = _offset_uv(firmware) * np.random.default_rng(_OFFSETS).uniform(-1, 1, wearer.channels)
    every = wearer.channels // firmware.channels
    return ForearmFeed(wearer, offsets, every)


def _offset_uv(firmware: Firmware) -> float:
    """The largest offset that a board sees: none on the Myo, which is AC-coupled; less where the rails are near."""
    highest = firmware.limits[1]
    if highest < DC_COUPLED_FROM:
        return 0.0
    counts_per_mv = int(firmware.digitise(np.full((1, firmware.channels), 1000.0)).max())
    return min(OFFSET_UV, highest / counts_per_mv * 1000.0 * OFFSET_SHARE)


class RecordingFeed:
    """A recording's samples as microvolts at the board's rate, on the board's ring of electrodes."""

    raw = False

    def __init__(self, recording: Recording, channels: int, rate_hz: float) -> None:
        source = recording.source
        if source.domain != "raw":
            raise BoardError("this recording is a rectified envelope, and a board delivers raw EMG: choose another")
        worth_uv = factor(source.unit, "uV")
        if worth_uv is None:
            raise BoardError(f"this recording is in {source.unit}, which has no factor to microvolts: choose another")
        self._samples = recording.samples[:, list(_electrodes(source.layout, channels))]
        self._worth_uv = worth_uv
        self._movement = recording.movement
        steps = ratio(source.rate_hz, rate_hz)
        self._resampler = resampler(steps) if steps != 1 else None
        self._per_sample = float(steps)
        self._taken = 0  # samples of the recording
        self._given = 0  # samples of the board
        self._ready = np.empty((0, channels))

    def read(self, n: int) -> tuple[NDArray[np.floating], NDArray[np.int16]]:
        while len(self._ready) < n and self._taken < len(self._samples):
            stop = self._taken + max(1, round((n - len(self._ready)) * self._per_sample))
            piece = self._samples[self._taken : stop].astype(np.float64) * self._worth_uv
            self._taken = stop
            if self._resampler is not None:
                piece = self._resampler.push(piece)
            self._ready = np.concatenate([self._ready, piece])
        given, self._ready = self._ready[:n], self._ready[n:]
        places = ((self._given + np.arange(len(given))) * self._per_sample).astype(np.int64)
        self._given += len(given)
        return given, self._movement[np.minimum(places, len(self._movement) - 1)]


def _electrodes(layout: str, channels: int) -> tuple[int, ...]:
    montage = _MONTAGE.get(channels, "")
    there = rings(layout, montage) if montage else ()
    if not there:
        raise BoardError(
            f"this recording's layout '{layout}' has no ring of {channels} electrodes, and the board has {channels} "
            f"channels; boards have {', '.join(map(str, sorted(CHANNELS.values())))}"
        )
    picked = columns(layout, montage, there[0])
    # A board of sixteen has its two rings one after the other, where a model's montage has them interleaved.
    return (*picked[::2], *picked[1::2]) if channels == 16 else picked
