"""The shape of a simulated board: it answers the host and encodes samples; time and signal come from outside."""

import abc
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Packet:
    """What the board hands to its link at once, and how many samples are lost if just this packet is."""

    data: bytes
    samples: int


class Firmware(abc.ABC):
    """One board. It behaves as the real one does: commands, replies, packets, counting.

    channels   of a sample
    rate_hz    samples a second, as set by the host
    limits     lowest and highest raw count
    streaming  whether the host has started it
    """

    channels: int
    rate_hz: float
    limits: tuple[int, int]
    streaming: bool

    @abc.abstractmethod
    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host, cut anywhere; returns the replies, ready to be sent."""

    @abc.abstractmethod
    def digitise(self, samples_uv: NDArray[np.floating]) -> NDArray[np.int32]:
        """(n, channels) microvolts at the electrodes -> raw counts under the present gains, saturating at `limits`."""

    @abc.abstractmethod
    def encode(self, counts: NDArray[np.int32]) -> list[Packet]:
        """(n, channels) raw counts, the next n samples -> packets in order.

        Samples that do not fill a packet yet are kept for the next call.
        """

    @abc.abstractmethod
    def power_cycle(self) -> None:
        """Switch off and on: settings and counters are the power-on ones, and it does not stream."""

    def switch_off(self) -> None:
        """Switch off; what then answers the host is `alone`."""
        self.power_cycle()

    def switch_on(self) -> None:
        """Switch on again, after `switch_off`."""
        return

    def alone(self, data: bytes) -> bytes:
        """What a dongle answers while its board is off; nothing where the board itself is on the line."""
        del data
        return b""

    def unsolicited(self) -> bytes:
        """What a dongle says without being asked, handed out once."""
        return b""

    def unplug(self) -> None:
        """Pull the dongle out and put it back; the board, with a battery of its own, goes on."""
        return
