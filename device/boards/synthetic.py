"""The simulated forearm, live, as a Myo armband would deliver it: eight channels of 8-bit counts at 200 Hz."""

from collections import deque
from typing import Self

import numpy as np

from emg_edge.device.boards.board import Board, BoardOptions, block_length
from emg_edge.device.boards.pace import Pace
from emg_edge.firmware_bridge.forearm.wearer import SimulatedWearer
from emg_edge.sampleblock import SampleBlock
from emg_edge.signal.source import Source
from emg_edge.signal.units import UV_PER_MYO_COUNT

RATE_HZ = 200.0
AHEAD_S = 0.5  # what is simulated at once: waking the simulation for each block would cost more than its work
_LIVE = 2026  # sets these streams apart from the recordings that `data simulate` makes for training with the same seed
_COUNTS = np.iinfo(np.int8)  # the Myo's range, where it saturates


class SyntheticBoard(Board):
    """A simulated wearer who makes the given movements one after the other, with rest between them."""

    name = "synthetic"
    live = False
    source = Source("raw", RATE_HZ, "myo-count", "ring8")

    def __init__(self, movements: tuple[int, ...], subject: int = 1, seed: int = 0, speed: float = 1.0) -> None:
        self._subject, self._seed, self._movements = subject, (_LIVE, seed), movements
        self.wearer = f"SIM-S{subject}"
        self._block = block_length(RATE_HZ, speed)
        self._pace = Pace(RATE_HZ * speed)
        self.start()

    @classmethod
    def open(cls, options: BoardOptions) -> Self:
        return cls(options.movements, options.subject, options.seed, options.speed)

    def start(self) -> None:
        self._wearer = SimulatedWearer(self._subject, self._seed, RATE_HZ, movements=self._movements)
        self._made: deque[SampleBlock] = deque()
        self._position = 0
        self._pace.restart()

    def read(self, timeout_s: float) -> SampleBlock | None:
        if not self._made:  # before it is due: an amplifier's work costs the host no latency
            self._make()
        block = self._made[0]
        arrived_s = self._pace.wait(self._position + len(block.samples), timeout_s)
        if arrived_s is None:
            return None
        self._made.popleft()
        self._position += len(block.samples)
        return SampleBlock(block.samples, arrived_s, movement=block.movement)

    def stop(self) -> None:
        """Nothing is held open."""

    def _make(self) -> None:
        chunk = self._wearer.read(self._block * max(1, round(AHEAD_S * RATE_HZ / self._block)))  # in microvolts
        counts = np.clip(np.rint(chunk.samples / UV_PER_MYO_COUNT), _COUNTS.min, _COUNTS.max).astype(np.float32)
        for start in range(0, len(counts), self._block):
            part = slice(start, start + self._block)
            self._made.append(SampleBlock(counts[part], 0.0, movement=chunk.movement[part]))
