"""A board that plays a script of blocks and silences, for tests of what reads boards."""

import time
from collections.abc import Sequence
from typing import Self

from emg_edge.device.boards.board import Board, BoardOptions
from emg_edge.errors import BoardError
from emg_edge.sampleblock import SampleBlock
from emg_edge.signal.source import Source


class ScriptedBoard(Board):
    """Plays, in order: a SampleBlock, handed out at once; a float, so many seconds of silence; an exception, raised."""

    name = "scripted"

    def __init__(self, source: Source, script: Sequence[SampleBlock | float | Exception]) -> None:
        self.source = source
        self._script = list(script)
        self.stops = 0
        self.handed_s: list[float] = []  # Unix time of each block
        self._silent_until_s: float | None = None

    @classmethod
    def open(cls, options: BoardOptions) -> Self:
        raise BoardError("a scripted board is made by a test")

    @property
    def finished(self) -> bool:
        return not self._script

    def start(self) -> None:
        pass

    def read(self, timeout_s: float) -> SampleBlock | None:
        step = self._script[0]
        if isinstance(step, Exception):
            raise step
        if isinstance(step, SampleBlock):
            self._script.pop(0)
            self.handed_s.append(time.time())
            return SampleBlock(step.samples, time.monotonic(), step.lost, step.movement)
        if self._silent_until_s is None:
            self._silent_until_s = time.monotonic() + step
        time.sleep(max(0.0, min(timeout_s, self._silent_until_s - time.monotonic())))
        if time.monotonic() >= self._silent_until_s:
            self._script.pop(0)
            self._silent_until_s = None
        return None

    def stop(self) -> None:
        self.stops += 1


class Kept:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.decisions: list = []

    def write(self, decision) -> None:
        self.decisions.append(decision)

    def close(self) -> None:
        pass
