"""A board that prints lines of numbers, as most sketches on the web do: nothing is asked, it prints from power-on."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.simulated.firmware import Firmware, Packet

Style = Literal["csv", "tsv", "space", "plotter"]
SEPARATORS: dict[Style, str] = {"csv": ",", "tsv": "\t", "space": " ", "plotter": ","}


@dataclass(frozen=True)
class LinesSettings:
    """What a sketch prints, and how.

    style         'csv', 'tsv', 'space' or the Arduino plotter's 'ch1:512,ch2:498'
    counter_wrap  what a leading sample counter counts to, 0 without one
    header        whether a comment line describes the board at power-on and when asked with '?'
    waits         whether it waits for 'b' before it prints (and stops at 's'); most do not
    uv_per_count  of the converter: that of an Uno, 10 bits of 5 V, behind an amplifier of 1000
    offset        count at 0 uV: the amplifier's output rests at half the supply
    """

    channels: int = 8
    rate_hz: float = 1000.0
    style: Style = "csv"
    counter_wrap: int = 0
    header: bool = False
    waits: bool = False
    uv_per_count: float = 5e6 / 1024 / 1000
    limits: tuple[int, int] = (0, 1023)
    offset: int = 512


class LinesFirmware(Firmware):
    """A line a sample. A board that waits for nothing streams from power-on, whatever it is sent."""

    def __init__(self, settings: LinesSettings = LinesSettings()) -> None:
        self._settings = settings
        self.channels, self.rate_hz, self.limits = settings.channels, settings.rate_hz, settings.limits
        self.power_cycle()

    def power_cycle(self) -> None:
        self.streaming = not self._settings.waits
        self._number = 0
        self._greeting = self._header()

    def _header(self) -> bytes:
        settings = self._settings
        if not settings.header:
            return b""
        lowest, highest = settings.limits
        words = (
            f"# rate={settings.rate_hz:g} channels={settings.channels} unit=uV scale={settings.uv_per_count!r} "
            f"lowest={lowest} highest={highest}"
        )
        counter = f" counter={settings.counter_wrap}" if settings.counter_wrap else ""
        return f"{words}{counter}\r\n".encode()

    def receive(self, data: bytes) -> bytes:
        for command in data:
            if command == ord("b") and self._settings.waits and not self.streaming:
                self.streaming = True
                self._number = 0
            elif command == ord("s") and self._settings.waits:
                self.streaming = False
        return self._header() * data.count(b"?")

    def digitise(self, samples_uv: NDArray[np.floating]) -> NDArray[np.int32]:
        counts = np.rint(samples_uv / self._settings.uv_per_count) + self._settings.offset
        saturated: NDArray[np.floating] = np.clip(counts, *self.limits)
        return saturated.astype(np.int32)

    def encode(self, counts: NDArray[np.int32]) -> list[Packet]:
        packets = []
        for row in counts.tolist():
            cells = [f"ch{channel}:{value}" for channel, value in enumerate(row, 1)]
            if self._settings.style != "plotter":
                cells = [str(value) for value in row]
            if self._settings.counter_wrap:
                cells.insert(0, str(self._number))
                self._number = (self._number + 1) % self._settings.counter_wrap
            line = SEPARATORS[self._settings.style].join(cells).encode() + b"\r\n"
            packets.append(Packet(self._greeting + line, 1))
            self._greeting = b""
        return packets
