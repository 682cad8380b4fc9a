"""A port to a simulated board on a simulated clock: no waiting, so that an hour passes in seconds."""

import math
from collections import deque
from collections.abc import Callable

from emg_edge.device.ports.port import LinkLost, Port
from emg_edge.firmware_bridge.simulated.board import SimulatedBoard

NEVER_S = 1e9  # a wait without an end is a defect: nothing would ever happen again


class VirtualPort(Port):
    """Time passes only while somebody waits; the board then does what it would have done."""

    def __init__(self, board: SimulatedBoard) -> None:
        self.name = "virtual"
        self.board = board
        self._now_s = 0.0
        self._open = False
        self._buffer = bytearray()
        self._sent: deque[tuple[float, bytes]] = deque()  # what the board sent ahead of time, and when it arrives
        self._ahead_s = 0.0

    def open(self) -> None:
        self.close()
        self._look()
        if not self.board.present:
            raise LinkLost(f"there is no serial port {self.name}; plug the device in")
        self._open = True

    def read(self, timeout_s: float) -> bytes:
        end_s = self._end_s(timeout_s)
        while True:
            self._look()
            if not self._open or not self.board.present:
                raise LinkLost(f"the serial port {self.name} vanished; plug it in again")
            if self._buffer:
                data = bytes(self._buffer)
                self._buffer.clear()
                return data
            if self._now_s >= end_s:
                return b""
            self._wait(end_s)

    def write(self, data: bytes) -> None:
        self._look()
        if not self._open or not self.board.present:
            raise LinkLost(f"the serial port {self.name} vanished; plug it in again")
        self.board.receive(data, self._now_s)

    def close(self) -> None:
        self._open = False
        self._buffer.clear()

    def now(self) -> float:
        return self._now_s

    def sleep(self, seconds: float) -> None:
        end_s = self._end_s(seconds)
        while self._now_s < end_s:
            self._wait(end_s)
            self._look()

    def run_ahead(self, seconds: float, stopped: Callable[[], bool] = lambda: False) -> None:
        """Let the board send all of so many seconds now, so that none of its simulation runs between the reads.

        It does not hear what it is told within that time. Asked to stop, it has sent less.
        """
        at_s, self._ahead_s = self._now_s, self._now_s + seconds
        while at_s < self._ahead_s and not stopped():
            at_s = max(math.nextafter(at_s, math.inf), min(self.board.next_s(at_s), self._ahead_s))
            if data := self.board.advance(at_s):
                self._sent.append((at_s, data))
        self._ahead_s = at_s

    def _end_s(self, timeout_s: float) -> float:
        """Every wait takes some time, however short: a clock that stands still is waited on for ever."""
        return max(self._now_s + timeout_s, math.nextafter(self._now_s, math.inf)) if timeout_s > 0 else self._now_s

    def _wait(self, end_s: float) -> None:
        """Go on to the next thing that happens, or to the end."""
        if self._sent:
            next_s = self._sent[0][0]
        else:
            next_s = self._ahead_s if self._now_s < self._ahead_s else self.board.next_s(self._now_s)
        next_s = min(next_s, end_s)
        if not self._now_s < NEVER_S:
            raise RuntimeError("a simulated wait without an end")
        self._now_s = max(math.nextafter(self._now_s, math.inf), next_s)

    def _look(self) -> None:
        data = b""
        while self._sent and self._sent[0][0] <= self._now_s:
            data += self._sent.popleft()[1]
        if self._now_s >= self._ahead_s:
            data += self.board.advance(self._now_s)
        if self._open:
            self._buffer += data
