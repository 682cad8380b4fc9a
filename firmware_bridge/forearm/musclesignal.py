"""The surface signal of a working forearm, motor unit by motor unit, in fixed quanta of about 25 ms.

Firing follows the usual picture (Fuglevand et al., J Neurophysiol 70:2470, 1993): units are recruited from small
to large, fire faster with activation, and at slightly irregular intervals. Every discharge adds a biphasic wave
to the electrodes, evaluated at the sample instants from its exact time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.forearm.electrodes import electrodes
from emg_edge.firmware_bridge.forearm.muscles import MUSCLES
from emg_edge.firmware_bridge.forearm.person import Person
from emg_edge.movements import REST

QUANTUM_S = 0.025
MIN_RATE_HZ, MAX_RATE_HZ, RATE_PER_ACTIVATION_HZ = 8.0, 35.0, 45.0
INTERVAL_SPREAD = 0.2  # standard deviation over mean of the time between discharges
SHORTEST_INTERVAL = 0.3  # of the mean: a unit is refractory
_FIRING = 4  # sets firing and noise apart from the person's own randomness
RAMP_S = 0.09  # time constant of activation: 10 to 90 % in about 200 ms
WIDTHS = 3.7  # a wave is cut where it has fallen below 1 % of its peak, so many widths from its middle


@dataclass(frozen=True)
class Disturbance:
    """What an amplifier adds: white noise and drift (standard deviations), and mains hum (amplitude)."""

    noise_uv: float = 4.0
    mains_uv: float = 2.0
    mains_hz: float = 50.0
    drift_uv: float = 0.0
    drift_s: float = 2.0  # how long a baseline stays about where it is


class MuscleSignal:
    """A stream of samples from a person's forearm, a quantum at a time.

    `seed` (not negative) decides firing and noise; the same arguments give the same stream.
    """

    def __init__(
        self,
        subject: int = 1,
        seed: tuple[int, ...] = (0,),
        rate_hz: float = 200.0,
        *,
        layout: str = "ring8",
        disturbance: Disturbance | None = None,
        turned_deg: float = 0.0,
    ) -> None:
        self.person = Person(subject)
        self.rate_hz = rate_hz
        self.quantum = max(1, round(QUANTUM_S * rate_hz))  # samples
        self._disturbance = disturbance or Disturbance()
        self._rng = np.random.default_rng([_FIRING, subject, *seed])
        units = self.person.units
        self._gain = self.person.gains_uv(electrodes(layout), turned_deg)  # (units, channels)
        self._muscle, self._threshold, self._width_s = units.muscle, units.threshold, units.width_s
        self._lead_s = WIDTHS * float(units.width_s.max())  # a wave's middle comes this long after its discharge
        self._taps = int(2 * self._lead_s * rate_hz) + 2
        self._activation = self.person.activation(REST)
        self._due = self._rng.uniform(0, 1, len(self._muscle))  # shares of an interval until the next discharge
        channels = self._gain.shape[1]
        self._tail = np.zeros((self._taps, channels))  # waves that began and have not ended
        self._drift = np.zeros(channels)
        self._hum = self._rng.uniform(0.5, 1.0, channels) * np.sqrt(2) * self._disturbance.mains_uv
        self._position = 0  # samples so far

    @property
    def channels(self) -> int:
        return int(self._gain.shape[1])

    def step(self, drive: NDArray[np.float64]) -> NDArray[np.float32]:
        """Advance by one quantum towards the activations `drive`, (len(MUSCLES),) in 0..1.

        Returns (quantum, channels) in microvolts.
        """
        if drive.shape != (len(MUSCLES),):
            raise ValueError(
                f"drive has the shape {drive.shape}; expected one activation for each of {len(MUSCLES)} muscles"
            )
        seconds = self.quantum / self.rate_hz
        self._activation += (drive - self._activation) * -np.expm1(-seconds / RAMP_S)
        mixed = np.zeros((self.quantum + self._taps, self.channels))
        mixed[: self._taps] = self._tail
        unit, time_s = self._discharges(seconds)
        if len(unit):
            mixed += self._waves(unit, time_s)
        self._tail = mixed[self.quantum :]
        samples = mixed[: self.quantum] + self._disturb(seconds)
        self._position += self.quantum
        return samples.astype(np.float32)

    def _discharges(self, seconds: float) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Units that discharge in this quantum and when, in seconds from its beginning; a unit may do so twice."""
        over = self._activation[self._muscle] - self._threshold
        rate = np.where(over > 0, np.minimum(MIN_RATE_HZ + RATE_PER_ACTIVATION_HZ * over, MAX_RATE_HZ), 0.0)
        progress = rate * seconds
        units, times = [], []
        firing = np.flatnonzero(self._due < progress)
        while len(firing):
            units.append(firing)
            times.append(self._due[firing] / rate[firing])
            interval = 1 + INTERVAL_SPREAD * self._rng.standard_normal(len(firing))
            self._due[firing] += np.maximum(interval, SHORTEST_INTERVAL)
            firing = firing[self._due[firing] < progress[firing]]
        self._due -= progress
        if not units:
            return np.empty(0, np.intp), np.empty(0)
        return np.concatenate(units), np.concatenate(times)

    def _waves(self, unit: NDArray[np.intp], time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of the discharges' waves at each electrode, (quantum + taps, channels)."""
        first = np.ceil(time_s * self.rate_hz).astype(np.intp)
        rows = first[:, None] + np.arange(self._taps)
        x = (rows / self.rate_hz - (time_s + self._lead_s)[:, None]) / self._width_s[unit][:, None]
        # The first derivative of a Gaussian: biphasic, smooth, no constant part; its peaks are 1 high.
        wave = -x * np.exp((1 - x * x) / 2)
        placed = np.zeros((self.quantum + self._taps, len(unit)))
        placed[rows, np.arange(len(unit))[:, None]] = wave
        return np.asarray(placed @ self._gain[unit])

    def _disturb(self, seconds: float) -> NDArray[np.float64]:
        d, shape = self._disturbance, (self.quantum, self.channels)
        added = d.noise_uv * self._rng.standard_normal(shape)
        if d.mains_uv:
            time_s = (self._position + np.arange(self.quantum)) / self.rate_hz
            added += np.sin(2 * np.pi * d.mains_hz * time_s)[:, None] * self._hum
        if d.drift_uv:
            stay = np.exp(-seconds / d.drift_s)
            moved = stay * self._drift + d.drift_uv * np.sqrt(1 - stay**2) * self._rng.standard_normal(self.channels)
            added += np.linspace(self._drift, moved, self.quantum, endpoint=False)
            self._drift = moved
        return added
