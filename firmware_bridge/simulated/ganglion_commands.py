"""The simulated Ganglion behind its radio: commands of one letter in, notifications out, as firmware 2 and 3 do it.

Not simulated: the WiFi shield, the SD card, firmware updates, the dump of registers, and the help that follows
the answer to 'v'.
"""

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols.ganglion import CHANNELS, IMPEDANCE, LAST_TEXT, LENGTH, RATE_HZ, TEXT
from emg_edge.firmware_bridge.simulated.ganglion_packets import Notifications

OFF, ON = "1234", "!@#$"
SQUARE_COUNTS = 8000  # amplitude of the test signal
SQUARE_SAMPLES = round(0.5 * RATE_HZ)  # half a period
IMPEDANCES = (5120, 5230, 5340, 5450, 4980)  # ohms at the electrodes, the reference last: a good contact
SLOWEST_RATE = 7  # code of 200 Hz; the faster rates are for the WiFi shield: no notification is sent faster
RATES_HZ = (25600, 12800, 6400, 3200, 1600, 800, 400, 200)


class GanglionCommands:
    """The board as it is behind its radio, which tells it when a connection has ended."""

    def __init__(self, revision: str, name: str) -> None:
        self._revision, self._name = revision, name
        self._notifications = Notifications(int(revision[0]))
        self.streaming = False
        self._accelerometer = self._square = self._rate_follows = False
        self._was_streaming = False  # when the impedance test began
        self._rate = SLOWEST_RATE
        self._off = np.zeros(CHANNELS, np.bool_)
        self._square_at = 0

    def disconnected(self) -> None:
        self._stop()
        self._accelerometer = self._was_streaming = False
        self._off[:] = False

    def write(self, value: bytes) -> list[bytes]:
        """Take what the host wrote at once, of which only the first byte counts; returns notifications."""
        if not value:
            return []
        key = chr(value[0])
        if self._rate_follows:
            self._rate_follows = False
            return self._set_rate(key)
        if key in OFF or key in ON:
            return self._switch(key)
        action = _ACTIONS.get(key)
        return action(self) if action else []

    def pack(self, counts: NDArray[np.int32]) -> list[tuple[bytes, int]]:
        """(n, 4) counts -> notifications, and how many samples each holds."""
        if self._square:
            half = (self._square_at + np.arange(len(counts))) // SQUARE_SAMPLES
            self._square_at += len(counts)
            counts = np.full_like(counts, SQUARE_COUNTS) * (2 * (half % 2) - 1)[:, None].astype(np.int32)
        return self._notifications.pack(np.where(self._off, 0, counts).astype(np.int32), self._accelerometer)

    def _start(self) -> list[bytes]:
        if not self.streaming:
            self._notifications.restart()
            self._square_at = 0
        self.streaming = True
        return []

    def _stop(self) -> None:
        self.streaming = self._square = False

    def _stop_and_say(self) -> list[bytes]:
        self._stop()
        return text("stop running\n")

    def _reset(self) -> list[bytes]:
        self._stop()
        return text(
            f"OpenBCI Ganglion v{self._revision}\n{self._name}\nLIS2DH ID: 0x33\nMCP3912 CONFIG_1: 0x0F0000\n\n"
        )

    def _switch(self, key: str) -> list[bytes]:
        """Turn a channel off or on, for which the board stops and starts again."""
        channel = OFF.find(key) if key in OFF else ON.find(key)
        self._off[channel] = key in OFF
        if self.streaming:
            self._stop()
            return self._start()
        return text(f"{'Deactivating' if key in OFF else 'Activating'} channel {channel + 1}\n")

    def _set_square(self, wanted: bool) -> list[bytes]:
        self._square, self._square_at = wanted, 0
        return self._unless_streaming(f"{'enable' if wanted else 'disable'} square wave\n")

    def _set_accelerometer(self, wanted: bool) -> list[bytes]:
        self._accelerometer = wanted
        return self._unless_streaming(f"accelerometer {'enabled' if wanted else 'disabled'}\n")

    def _unless_streaming(self, said: str) -> list[bytes]:
        return [] if self.streaming else text(said)

    def _begin_impedance(self) -> list[bytes]:
        """Measure once, and at once; the real board takes half a second for each, and goes on until 'Z'."""
        self._was_streaming = self.streaming
        self._stop()
        return [bytes([IMPEDANCE + at]) + b"%dZ" % ohms for at, ohms in enumerate(IMPEDANCES)]

    def _end_impedance(self) -> list[bytes]:
        return self._start() if self._was_streaming else []

    def _await_rate(self) -> list[bytes]:
        self._rate_follows = True
        return []

    def _set_rate(self, key: str) -> list[bytes]:
        if key == "~":
            return text(f"Success: Sample rate is {RATES_HZ[self._rate]}Hz\n")
        if self.streaming:
            return []
        if key.isdecimal() and int(key) <= SLOWEST_RATE:
            self._rate = int(key)
            return text(f"Success: Sample rate is {RATES_HZ[self._rate]}Hz\n")
        return text("Failure: sample value out of bounds\n" if key.isdecimal() else "Failure: Invalid sample value\n")


_ACTIONS = {
    "b": GanglionCommands._start,
    "s": GanglionCommands._stop_and_say,
    "v": GanglionCommands._reset,
    "[": lambda board: board._set_square(True),
    "]": lambda board: board._set_square(False),
    "n": lambda board: board._set_accelerometer(True),
    "N": lambda board: board._set_accelerometer(False),
    "z": GanglionCommands._begin_impedance,
    "Z": GanglionCommands._end_impedance,
    "~": GanglionCommands._await_rate,
}


def text(said: str) -> list[bytes]:
    """Cut what the board says into notifications."""
    step = LENGTH - 1
    pieces = [said[at : at + step].encode() for at in range(0, len(said), step)]
    return [bytes([TEXT]) + piece for piece in pieces[:-1]] + [bytes([LAST_TEXT]) + pieces[-1]]
