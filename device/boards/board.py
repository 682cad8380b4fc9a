"""The shape that every board has, and the options that a user may give one."""

import abc
import math
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from emg_edge.sampleblock import SampleBlock
from emg_edge.signal.source import Source, Unit

BLOCK_S = 0.025  # simulated boards deliver in steps of this: half a hop of the default model, 40 wake-ups a second


@dataclass(frozen=True)
class BoardOptions:
    """What the command line can say about a board: BrainFlow's words first, then what our own boards need.

    variant    what stands behind the colon of the board's name
    channels   those to use, counted from 1, in this order; empty for all, of BrainFlow's boards for the first ring
    speed      of replay and synthetic, in multiples of real time; math.inf waits for nothing
    subject    who is simulated
    movements  numbers that the simulated wearer makes, rest comes between them
    database, rate_hz, unit   what a recorded file, or a sketch that prints numbers, does not say about itself
    gain, preset   of the Cyton's channels: see cyton_client
    baud       of a home-made board's serial line; 0 for its usual one
    uv_per_count   what one count of a home-made board stands for, where the board does not say it
    via        the board through whose simulated wire the synthetic one is sent; empty for none
    counter    the column of printed lines that counts samples, from 1; 0 for none
    """

    variant: str = ""
    serial_port: str = ""
    mac_address: str = ""
    ip_address: str = ""
    ip_port: int = 0
    timeout: int = 0
    file: str = ""
    master_board: str = ""
    other_info: str = ""
    serial_number: str = ""
    channels: tuple[int, ...] = ()
    speed: float = 1.0
    seed: int = 0
    subject: int = 1
    movements: tuple[int, ...] = ()
    database: str | None = None
    rate_hz: float | None = None
    unit: Unit | None = None
    gain: int = 24
    preset: Literal["emg", "default"] = "emg"
    baud: int = 0
    uv_per_count: float | None = None
    counter: int = 0
    via: str = ""


class Board(abc.ABC):
    """A source of sample blocks. As a context manager it is started on entry and stopped on exit.

    source   what the samples are; fixed from the moment the board is made, before it is started
    wearer   who wears it ('SIM-S1', 'DB5-S1'), None when that is not known
    notes    what the user should be told before the run, a sentence each; a board may know more once it was started
    live           samples come when they come; a board that is not live waits for its reader
    stopped        set by the reader: whether the user has asked to end; a start that takes seconds looks at it
    unhurried      set by the reader: samples that it has nothing to do with before they are there; they may gather
    acceleration_wanted  set by the reader: without, blocks may come without it where that is less work
    reconnects     times that the link was lost and came back since the start
    skipped_bytes  bytes that belonged to no whole frame since the start
    refused        samples that came twice, or too late to be used, since the start
    """

    name: str
    source: Source
    wearer: str | None = None
    notes: tuple[str, ...] = ()
    live: bool = True
    unhurried: int = 1
    acceleration_wanted: bool = True
    stopped: Callable[[], bool] = staticmethod(lambda: False)
    reconnects: int = 0
    skipped_bytes: int = 0
    refused: int = 0

    @classmethod
    @abc.abstractmethod
    def open(cls, options: BoardOptions) -> Self:
        """Make the board. Raises EmgEdgeError with the reason when that cannot be."""

    @classmethod
    def unavailable(cls) -> str | None:
        """Why this kind of board cannot run on this machine, in one sentence; None when it can."""
        return None

    @property
    def finished(self) -> bool:
        """Whether no sample will come any more, as at the end of a replayed file."""
        return False

    @abc.abstractmethod
    def start(self) -> None:
        """Begin to deliver; after a stop, begin anew. Raises BoardError when the board does not answer."""

    @abc.abstractmethod
    def read(self, timeout_s: float) -> SampleBlock | None:
        """Block until samples are there; None when the time ran out, or at the end. Never spins."""

    @abc.abstractmethod
    def stop(self) -> None:
        """Let the board go. May be called at any time and more than once."""

    @property
    def rails(self) -> NDArray[np.float64] | None:
        """(channels, 2): the lowest and the highest value that a sample can have; None where that is not known."""
        return None

    @property
    def per_count(self) -> NDArray[np.float64] | None:
        """(channels,): the unit's worth of one raw count; None where samples are no counts, or that is not known."""
        return None

    @property
    def told(self) -> list[str]:
        """The sentences that nobody has asked for yet."""
        kept: list[str] = self.__dict__.setdefault("_told", [])
        return kept

    def tell(self, sentence: str) -> None:
        """Keep a sentence for the user until whoever runs the board asks for news."""
        self.told.append(sentence)

    def news(self) -> tuple[str, ...]:
        """What happened to the link since the last call, a sentence each."""
        if not self.__dict__.get("_told"):  # nearly always, and asked after every block
            return ()
        told = tuple(self.told)
        self.told.clear()
        return told

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def block_length(rate_hz: float, speed: float) -> int:
    """Choose the samples a block of a simulated board: BLOCK_S of waiting, or a second of signal at full speed."""
    return max(1, round(rate_hz * (1.0 if math.isinf(speed) else BLOCK_S * speed)))
