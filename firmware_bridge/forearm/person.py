"""One simulated person: motor units, and how strongly each electrode hears them.

Everything here follows from the subject's number, so that files and live boards simulate the same wearer.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.forearm.electrodes import Electrode
from emg_edge.firmware_bridge.forearm.gestures import activation
from emg_edge.firmware_bridge.forearm.muscles import MUSCLES
from emg_edge.movements import REST

FOREARM_RADIUS_MM = 40.0  # a circumference of 25 cm
# Twitch sizes and recruitment thresholds spread exponentially (Fuglevand et al., J Neurophysiol 70:2470, 1993).
SIZE_RANGE = 20.0
THRESHOLD_RANGE = 25.0
LAST_RECRUITED_AT = 0.75  # of full activation
FALL_OFF = 1.8  # power of the distance with which a bipolar electrode hears less
ELECTRODE_MM = 12.0  # its size and spacing: nearer than this, a source is not heard much louder
ALONG_SHARE = 0.3  # fibres run along the arm, so a shift along it weighs less than one across
UNIT_UV = 420.0  # peak of the largest unit of a muscle at REFERENCE_MM
REFERENCE_MM = 15.0
MAX_ELECTRODES = 16

_BODY, _HABITS, _CONTACT = 1, 2, 3  # what a generator draws, so that one does not move the other


@dataclass(frozen=True)
class Units:
    """Motor units, an array of (units,) each; a unit's number is its row everywhere."""

    muscle: NDArray[np.intp]  # row of MUSCLES
    threshold: NDArray[np.float64]  # activation from which it fires
    size: NDArray[np.float64]  # 0..1
    width_s: NDArray[np.float64]  # of its action potential: half the time between its two peaks
    angle_deg: NDArray[np.float64]
    depth_mm: NDArray[np.float64]
    along_mm: NDArray[np.float64]


@dataclass(frozen=True)
class Person:
    """The simulated wearer of a number, 1 or more."""

    subject: int

    @cached_property
    def units(self) -> Units:
        """The motor units of all muscles, where this person has them."""
        rng = self._rng(_BODY)
        counts = [muscle.units for muscle in MUSCLES]
        muscle = np.repeat(np.arange(len(MUSCLES)), counts)
        rank = np.concatenate([(np.arange(count) + 0.5) / count for count in counts])  # 0 small .. 1 large
        fat_mm = rng.uniform(-1.0, 2.5)
        angle = np.array([m.angle_deg for m in MUSCLES]) + rng.normal(0, 9.0, len(MUSCLES))
        depth = np.array([m.depth_mm for m in MUSCLES]) * rng.lognormal(0, 0.12, len(MUSCLES)) + fat_mm
        strength = rng.lognormal(0, 0.25, len(MUSCLES))
        count = len(muscle)
        depth_mm = np.clip(depth[muscle] + rng.normal(0, 1.2, count), 3.0, 25.0)
        return Units(
            muscle=muscle,
            threshold=LAST_RECRUITED_AT * THRESHOLD_RANGE ** (rank - 1),
            size=strength[muscle] * SIZE_RANGE ** (rank - 1),
            # Deeper sources arrive smoother.
            width_s=1e-3 * (1.5 + 0.04 * depth_mm) * rng.lognormal(0, 0.08, count),
            angle_deg=angle[muscle] + rng.normal(0, 5.0, count),
            depth_mm=depth_mm,
            along_mm=np.array([m.along_mm for m in MUSCLES])[muscle] + rng.normal(0, 8.0, count),
        )

    def gains_uv(self, electrodes: tuple[Electrode, ...], turned_deg: float = 0.0) -> NDArray[np.float64]:
        """Peak of each unit's action potential at each electrode, (units, electrodes) in microvolts.

        `turned_deg` turns all electrodes around the arm, as putting them on anew does.
        """
        units, rng = self.units, self._rng(_CONTACT)
        habit_deg = rng.normal(0, 13.0)  # how this person puts electrodes on
        contact = rng.lognormal(0, 0.12, MAX_ELECTRODES)[: len(electrodes)]
        theta = np.deg2rad([e.angle_deg + habit_deg + turned_deg for e in electrodes])
        phi, radius = np.deg2rad(units.angle_deg)[:, None], FOREARM_RADIUS_MM - units.depth_mm[:, None]
        across2 = FOREARM_RADIUS_MM**2 + radius**2 - 2 * FOREARM_RADIUS_MM * radius * np.cos(theta - phi)
        along = units.along_mm[:, None] - np.array([e.along_mm for e in electrodes])
        distance = np.sqrt(ELECTRODE_MM**2 + across2 + ALONG_SHARE * along**2)
        return np.asarray(UNIT_UV * units.size[:, None] * contact * (REFERENCE_MM / distance) ** FALL_OFF)

    def activation(self, movement: int) -> NDArray[np.float64]:
        """Return this person's habitual activation of every muscle for a movement, (len(MUSCLES),) in 0..1."""
        levels = activation(movement)
        rng = np.random.default_rng([_HABITS, self.subject, movement])
        own = levels * rng.lognormal(0, 0.45, len(levels))
        if movement != REST:
            own += rng.exponential(0.015, len(levels))  # some co-contraction nobody asked for
        return np.minimum(own, 1.0)

    def _rng(self, purpose: int) -> np.random.Generator:
        return np.random.default_rng([purpose, self.subject])
