"""The shape of a byte stream to a board, with the clock that its time-outs run on."""

import abc

from emg_edge.errors import BoardError


class LinkLost(BoardError):  # noqa: N818 - reads as what it is
    """The port is gone: unplugged, or refused by the system. The sentence says which and why."""


class Port(abc.ABC):
    """A duplex stream of bytes. Opened and closed any number of times; close is idempotent."""

    name: str

    @abc.abstractmethod
    def open(self) -> None:
        """Raises LinkLost when the port is not there or may not be used, with what to do."""

    @abc.abstractmethod
    def read(self, timeout_s: float) -> bytes:
        """Block until bytes are there and return all of them, b'' when the time ran out. Raises LinkLost."""

    @abc.abstractmethod
    def write(self, data: bytes) -> None:
        """Hand all of `data` over. Raises LinkLost."""

    @abc.abstractmethod
    def close(self) -> None: ...

    @abc.abstractmethod
    def now(self) -> float:
        """Return seconds on the clock that `read` waits on."""

    @abc.abstractmethod
    def sleep(self, seconds: float) -> None:
        """Wait while there is nothing to read from."""
