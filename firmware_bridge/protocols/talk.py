"""Runs a dialogue for whoever owns the port: bytes and the time go in, bytes to write come out."""

import math
from typing import Generic, TypeVar

from emg_edge.firmware_bridge.protocols.conversation import Ask, Dialogue

T = TypeVar("T")
# Bytes; a register dump has about two thousand, some lines of 64 channels eight thousand: a stream is no reply. What
# is more is dropped by half, so that whoever looks at the reply so far sees it grow, or begin anew much shorter.
MAX_REPLY = 1 << 14


class Talk(Generic[T]):
    """A dialogue under way. `result` is there once `done`; `rest` are the bytes that came after its last reply."""

    def __init__(self, dialogue: Dialogue[T], now_s: float) -> None:
        self._dialogue = dialogue
        self._received = bytearray()
        self._to_write = bytearray()
        self.done = False
        self.result: T | None = None
        self.due_s = math.inf  # when to call `receive` even if nothing has come
        self._step(None, now_s, begin=True)

    @property
    def rest(self) -> bytes:
        return bytes(self._received)

    def to_write(self) -> bytes:
        """Bytes for the board, handed out once."""
        data = bytes(self._to_write)
        self._to_write.clear()
        return data

    def receive(self, data: bytes, now_s: float) -> None:
        """Take what the board sent, or nothing when only time has passed. Raises what the dialogue raises."""
        self._received += data
        while not self.done:
            used = self._ask.complete(bytes(self._received))
            if used is not None:
                reply = bytes(self._received[:used])
                del self._received[:used]
                self._step(reply, now_s)
            elif now_s >= self.due_s:
                self._received.clear()
                self._step(None, now_s)
            else:
                if len(self._received) > MAX_REPLY:
                    del self._received[: -MAX_REPLY // 2]
                return

    def _step(self, reply: bytes | None, now_s: float, *, begin: bool = False) -> None:
        try:
            self._ask: Ask = next(self._dialogue) if begin else self._dialogue.send(reply)
        except StopIteration as end:
            self.done, self.result, self.due_s = True, end.value, math.inf
        else:
            self._to_write += self._ask.data
            self.due_s = now_s + self._ask.within_s
