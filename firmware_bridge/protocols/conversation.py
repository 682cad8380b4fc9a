"""How a host talks to a board before samples flow, without I/O: a dialogue says what to write and what to wait for.

Whoever owns the port runs it (emg_edge.device.boards.wire does), so that the same dialogue works on a serial port,
in a test, and on a simulated clock.
"""

import abc
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols.decoding import StreamDecoder
from emg_edge.signal.source import Unit

# Looks at all that has come since the data was written; returns how many bytes, from the first, belong to the reply
# and to what was before it, or None while it is not complete. What comes after stays for the next question.
Complete = Callable[[bytes], int | None]


def ends_with(mark: bytes) -> Complete:
    """Wait for `mark`; the reply ends with its first occurrence."""

    def complete(received: bytes) -> int | None:
        place = received.find(mark)
        return None if place < 0 else place + len(mark)

    return complete


def nothing(received: bytes) -> int | None:
    """Wait for no reply: the time-out is a pause in which whatever comes is swallowed."""
    del received
    return None


@dataclass(frozen=True)
class Ask:
    """Write `data` (which may be empty), then wait until `complete` or for `within_s`.

    The dialogue is sent the reply, or None when the time ran out; then all that had come is dropped.
    """

    data: bytes
    complete: Complete
    within_s: float


T = TypeVar("T")
Dialogue = Generator[Ask, bytes | None, T]


@dataclass(frozen=True)
class Stream:
    """What a board delivers once it was started.

    decoder   makes counts of bytes
    unit      of a sample
    per_count (channels,) float64, the unit's worth of one raw count: it follows the gains that were commanded
    limits    lowest and highest raw count that the converter can say: there it is railed
    notes     what the user should be told, a sentence each (the firmware's version, what it did not answer)
    """

    decoder: StreamDecoder
    rate_hz: float
    unit: Unit
    per_count: NDArray[np.float64]
    limits: tuple[int, int]
    notes: tuple[str, ...] = field(default=())


class Client(abc.ABC):
    """The host's side of one board."""

    baud: ClassVar[int]

    @abc.abstractmethod
    def start(self) -> Dialogue[Stream]:
        """Bring the board, whatever state it is in, to streaming as it should be set up.

        Raises BoardError, in the user's words, when it does not answer as this board would.
        """

    @abc.abstractmethod
    def stop(self) -> Dialogue[None]:
        """Leave the board stopped. Never raises, and takes a fraction of a second: the user waits for it."""
