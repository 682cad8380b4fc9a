"""What a simulated board measures: a forearm, a counter that makes loss provable, or whatever else is fed to it."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.forearm.wearer import SimulatedWearer
from emg_edge.firmware_bridge.simulated.firmware import Firmware

NOISE_UV = 40.0


class Feed(Protocol):
    """Gives a board its samples, microvolts or raw counts, one after another."""

    raw: bool  # whether `read` gives counts

    def read(self, n: int) -> tuple[NDArray[np.floating] | NDArray[np.int32], NDArray[np.int16] | None]:
        """Return the next n samples (n, channels) and their movement; fewer, in the end none, when it is over."""


class CounterFeed:
    """Channel k of sample n says (n + step k) mod modulus, less an offset: a lost sample shows in the values."""

    raw = True

    def __init__(self, channels: int, modulus: int, step: int, offset: int = 0) -> None:
        self._shift = step * np.arange(channels, dtype=np.int64)
        self.modulus, self.offset = modulus, offset
        self._position = 0

    @classmethod
    def of(cls, firmware: Firmware) -> "CounterFeed":
        """Make the one for a board: as many bits as its converter has, 20 at most."""
        lowest, highest = firmware.limits
        steps = highest - lowest + 1
        modulus = min(1 << 20, 1 << (steps.bit_length() - 1))
        step = 7 if modulus <= 1 << 10 else 1000
        return cls(firmware.channels, modulus, step, -lowest if modulus == steps else 0)

    def read(self, n: int) -> tuple[NDArray[np.int32], None]:
        numbers = self._position + np.arange(n, dtype=np.int64)
        self._position += n
        return ((numbers[:, None] + self._shift) % self.modulus - self.offset).astype(np.int32), None


class ForearmFeed:
    """A simulated wearer's microvolts, on top of the offset that a DC-coupled amplifier sees at its electrodes.

    A board with fewer channels than the wearer has electrodes gets every `every`-th.
    """

    raw = False

    def __init__(self, wearer: SimulatedWearer, offset_uv: NDArray[np.float64], every: int = 1) -> None:
        self._wearer, self._offset_uv, self._every = wearer, offset_uv, every

    def read(self, n: int) -> tuple[NDArray[np.floating], NDArray[np.int16]]:
        chunk = self._wearer.read(n)
        return (chunk.samples + self._offset_uv)[:, :: self._every], chunk.movement


class NoiseFeed:
    """White noise of some tens of microvolts: what an arm at work is to a link, at next to no cost."""

    raw = False

    def __init__(self, channels: int, seed: int = 0) -> None:
        self._channels, self._rng = channels, np.random.default_rng(seed)

    def read(self, n: int) -> tuple[NDArray[np.floating], None]:
        return self._rng.normal(0, NOISE_UV, (n, self._channels)), None
