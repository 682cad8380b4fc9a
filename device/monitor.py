"""Watches electrodes and clock while a run goes on, and names what is wrong, when it begins and when it ends."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from emg_edge.sampleblock import SampleBlock
from emg_edge.signal.source import Source, Unit

CHECK_S = 1.0  # a judgement a second on a second of signal: 1 Hz of resolution, enough to tell hum from muscle
# Of the samples, at one rail and at either. Strong contractions touch the Myo's for 6 % of two seconds in DB5, for
# 10 % on simulated arms: with that, decoders live.
RAILED_SHARE, CLIPPED_SHARE = 0.95, 0.15
HUM_SHARE = 0.5  # of the power between 10 Hz and Nyquist that lies within 1 Hz of the mains frequency
MAINS_HZ = (50.0, 60.0)
MOTION_SHARE, MOTION_BELOW_HZ = 0.9, 10.0  # of all power but the offset; muscle has little down there
# Below these a signal is too small for hum or motion to matter: some ten times an amplifier's noise.
SMALLEST: dict[Unit, float] = {"uV": 40.0, "V": 40e-6, "myo-count": 6.0, "db1-volt": np.inf, "count": np.inf}
RATE_CHECK_S, RATE_TOLERANCE = 10.0, 0.005  # arrival jitters by some 20 ms: a fifth of a per cent of ten seconds

# what is wrong -> how it is said of channels; after the colon, why that may be or what to do
_SAYINGS: dict[str, str] = {
    "railed": "at the rail: an electrode has come loose, or the offset is too large for the gain",
    "flat": "flat: the same value all the time; the channel is off, shorted or broken",
    "clipping": "clipping: the signal is larger than the converter's range; lower the gain",
    "hum": "full of mains hum: check the reference electrode, move the charger away",
    "motion": "swinging slowly: a cable or an electrode moves",
}


class Monitor:
    """Looks at what a board delivers; `rails` are (channels, 2) lowest and highest values, where they are known."""

    def __init__(self, source: Source, rails: NDArray[np.float64] | None, *, live: bool) -> None:
        self._source, self._live = source, live
        self._rails = None if rails is None else rails.astype(np.float32).astype(np.float64)  # rounded as samples are
        self._kept: list[NDArray[np.float32]] = []
        self._have, self._need = 0, round(CHECK_S * source.rate_hz)
        self._wrong: dict[str, tuple[int, ...]] = {}
        self._clipped: tuple[int, ...] = ()  # channels that did in the second before
        self.flagged: dict[str, set[str]] = {}  # channel, counted from 1 -> all that was ever wrong with it
        self.measured_hz: float | None = None
        self._since_s: float | None = None
        self._since_samples = 0
        self._rate_is_off = False

    def take(self, block: SampleBlock) -> list[str]:
        """Look at a block; returns sentences about what has changed."""
        said = self._rate(block) if self._live else []
        self._kept.append(block.samples)
        self._have += len(block.samples)
        while self._have >= self._need:
            x = np.concatenate(self._kept)
            self._kept, self._have = [x[self._need :]], len(x) - self._need
            said += self._judge(x[: self._need].astype(np.float64))
        return said

    def interrupted(self) -> None:
        """Samples stopped: a rate measured over the silence would be none."""
        self._since_s = None

    def _rate(self, block: SampleBlock) -> list[str]:
        if self._since_s is None:
            self._since_s, self._since_samples = block.arrived_s, 0
            return []
        self._since_samples += len(block.samples) + block.lost
        elapsed_s = block.arrived_s - self._since_s
        if elapsed_s < RATE_CHECK_S:
            return []
        self.measured_hz = self._since_samples / elapsed_s
        self._since_s, self._since_samples = block.arrived_s, 0
        declared_hz = self._source.rate_hz
        off = abs(self.measured_hz - declared_hz) > RATE_TOLERANCE * declared_hz
        if off == self._rate_is_off:
            return []
        self._rate_is_off = off
        if off:
            return [f"the board delivers {self.measured_hz:.1f} Hz, and declares {declared_hz:g} Hz"]
        return [f"the board delivers its {declared_hz:g} Hz again"]

    def _judge(self, x: NDArray[np.float64]) -> list[str]:
        x = x[np.isfinite(x).all(axis=1)]
        if len(x) < self._need / 2:  # what is no number is said elsewhere
            return []
        now = {kind: tuple(int(c) + 1 for c in np.flatnonzero(mask)) for kind, mask in self._symptoms(x)}
        # A second in which an electrode comes loose is half at the rail, and no clipping.
        clipping = now["clipping"]
        now["clipping"] = tuple(channel for channel in clipping if channel in self._clipped)
        self._clipped = clipping
        said = []
        for kind, channels in now.items():
            before = self._wrong.get(kind, ())
            for channel in channels:
                self.flagged.setdefault(str(channel), set()).add(kind)
            if fresh := [c for c in channels if c not in before]:
                said.append(f"{_named(fresh)} {_SAYINGS[kind]}")
            if over := [c for c in before if c not in channels]:
                said.append(f"{_named(over)} no longer {_SAYINGS[kind].partition(':')[0]}")
        self._wrong = now
        return said

    def _symptoms(self, x: NDArray[np.float64]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """Each kind with the channels that show it, (channels,) bool; a channel shows one at a time."""
        still = np.ptp(x, axis=0) == 0
        low_rail = high_rail = np.zeros(x.shape[1])
        if self._rails is not None:
            low_rail, high_rail = (x <= self._rails[:, 0]).mean(axis=0), (x >= self._rails[:, 1]).mean(axis=0)
        railed = np.maximum(low_rail, high_rail) >= RAILED_SHARE
        clipping = (low_rail + high_rail >= CLIPPED_SHARE) & ~railed
        yield "railed", railed
        yield "clipping", clipping
        yield "flat", still & ~railed
        fine = ~(railed | clipping | still)
        power = np.abs(np.fft.rfft(x - x.mean(axis=0), axis=0)) ** 2  # (frequencies, channels)
        hz = np.fft.rfftfreq(len(x), 1 / self._source.rate_hz)
        large = x.std(axis=0) > SMALLEST[self._source.unit]
        low, band = power[hz < MOTION_BELOW_HZ].sum(axis=0), power[hz >= MOTION_BELOW_HZ].sum(axis=0)
        motion = fine & large & (low > MOTION_SHARE * (low + band))
        near = np.any([np.abs(hz - mains) <= 1.0 for mains in MAINS_HZ], axis=0)
        yield "motion", motion
        yield "hum", fine & large & ~motion & (power[near].sum(axis=0) > HUM_SHARE * band)


def _named(channels: list[int]) -> str:
    if len(channels) == 1:
        return f"channel {channels[0]} is"
    return f"channels {', '.join(map(str, channels[:-1]))} and {channels[-1]} are"
