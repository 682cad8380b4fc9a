"""A simulated OpenBCI Cyton, with or without Daisy, as it is seen through its dongle: firmware v3.1.2.

What it does and says follows OpenBCI's firmware and documentation, odd corners included: a rate command puts all
channels to default, a Daisy that is attached anew reads nothing until it is set. Not simulated: the WiFi shield,
the SD card, and the second after which a half-said command is given up (there is no clock here).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols import cyton_framing as framing
from emg_edge.firmware_bridge.protocols.cyton import DAISY_CHANNELS
from emg_edge.firmware_bridge.protocols.cyton_client import DONGLE_ALONE
from emg_edge.firmware_bridge.simulated import cyton_auxiliary, cyton_registers
from emg_edge.firmware_bridge.simulated.cyton_channels import TESTS, Channels
from emg_edge.firmware_bridge.simulated.firmware import Firmware, Packet

VERSION = "v3.1.2"
PACKET_RATE_HZ = 250
RATES_HZ = (16000, 8000, 4000, 2000, 1000, 500, 250)  # the place in this list is the command's digit
MODES = ("default", "debug", "analog", "digital", "marker")  # likewise; 5, BLE, would leave the dongle
WITH_ACCELERATION = ("default", "debug")
EOT = "$$$"


class CytonFirmware(Firmware):
    """One board. `channels` and `rate_hz` change when the host takes the Daisy off ('c') or on ('C').

    With the Daisy, a row for `encode` is what the real board averages out of two conversions at 250 Hz.
    """

    limits = framing.LIMITS

    def __init__(self, daisy: bool = False) -> None:
        self._has_daisy = daisy
        self.power_cycle()

    def power_cycle(self) -> None:
        self._pending = ""
        self._rate_code = RATES_HZ.index(PACKET_RATE_HZ)
        self._mode = MODES[0]
        self._stamped = self._stamp_set = False
        self._running = False  # the converter; a reset stops the stream but leaves this, and so mutes some replies
        self._marker = 0
        self._counter = 0  # of packets since the converter was started; its low byte is sent
        self._age = 0  # packets since power-on
        self._converted = 0
        self._initialise()

    def alone(self, data: bytes) -> bytes:
        return DONGLE_ALONE if data else b""

    def digitise(self, samples_uv: NDArray[np.floating]) -> NDArray[np.int32]:
        counts = self._channels.convert(np.asarray(samples_uv, np.float64), self._converted, self.rate_hz)
        self._converted += len(counts)
        return counts

    def encode(self, counts: NDArray[np.int32]) -> list[Packet]:
        rows = np.asarray(counts, np.int32).reshape(-1, self.channels)
        if self._daisy:  # the Daisy's half goes first, with an even counter
            rows = rows.reshape(-1, 2, framing.CHANNELS)[:, ::-1].reshape(-1, framing.CHANNELS)
        if not len(rows):
            return []
        counter = self._counter + np.arange(len(rows))
        auxiliary, kind = cyton_auxiliary.auxiliary(
            counter,
            self._age + np.arange(len(rows)),
            accelerometer=self._mode in WITH_ACCELERATION,
            stamped=self._stamped,
            set_now=self._stamp_set,
            marker=self._marker,
        )
        self._marker, self._stamp_set = 0, False
        self._counter += len(rows)
        self._age += len(rows)
        return [Packet(packet.tobytes(), 1) for packet in framing.write_packets(rows, counter, auxiliary, kind)]

    def receive(self, data: bytes) -> bytes:
        return "".join(self._key(chr(byte)) for byte in data).encode("latin-1")

    def _key(self, key: str) -> str:
        if self._pending or key in _LONGER:
            self._pending += key
            return "" if self._pending == key else _LONGER[self._pending[0]](self, self._pending, key)
        if key in _SAID:
            return _SAID[key] + EOT
        if key in _ACTIONS:
            return _ACTIONS[key](self)
        if self._channels.switch(key):
            self._restart()
        elif key in TESTS:
            self._channels.connect_test(key, self.channels)
            self._restart()
            return self._confirm("Success: Configured internal test signal.")
        return ""

    def _confirm(self, reply: str) -> str:
        """Say what was done; while streaming the board says nothing of it."""
        return "" if self.streaming else reply + EOT

    # Commands of more than one byte: each takes all there is of it, and its newest byte.

    def _set_channel(self, command: str, last: str) -> str:
        if (reply := self._latch(command, last, length=9)) is not None:
            return reply
        channel = self._channels.set(command)
        self._restart()
        return self._confirm(f"Success: Channel set for {channel + 1}")

    def _set_lead_off(self, command: str, last: str) -> str:
        if (reply := self._latch(command, last, length=5)) is not None:
            return reply
        channel = self._channels.set_lead_off(command)
        self._restart()
        return self._confirm(f"Success: Lead off set for {channel + 1}")

    def _latch(self, command: str, last: str, length: int) -> str | None:
        """See whether a command that ends in its capital is complete and right; if not, what to say."""
        latch = command[0].upper()
        if len(command) < length and last != latch:
            return ""
        self._pending = ""
        if len(command) < length:
            return self._confirm("Failure: too few chars")
        return None if last == latch else self._confirm(f"Failure: Err: {length}th char not {latch}")

    def _set_mode(self, command: str, last: str) -> str:
        self._pending = ""
        if last.isdigit():
            if int(last) >= len(MODES):
                return f"Failure: board mode value out of bounds.{EOT}"
            self._mode = MODES[int(last)]
        elif last != "/":
            return f"Failure: invalid board mode value.{EOT}"
        return f"Success: {self._mode}{EOT}"

    def _set_rate(self, command: str, last: str) -> str:
        self._pending = ""
        if last == "~":
            return f"Success: Sample rate is {RATES_HZ[self._rate_code]}Hz{EOT}"
        if not last.isdigit():
            return self._confirm("Failure: invalid sample value")
        if int(last) >= len(RATES_HZ):
            return self._confirm("Failure: sample value out of bounds")
        self._change_rate(int(last))
        return self._confirm(f"Success: Sample rate is {RATES_HZ[self._rate_code]}Hz")

    def _mark(self, command: str, last: str) -> str:
        self._pending, self._marker = "", ord(last)
        return ""

    def _ask_dongle(self, command: str, last: str) -> str:
        self._pending = ""
        return _DONGLE.get(last, "")

    # Commands of one byte.

    def _begin(self) -> str:
        if RATES_HZ[self._rate_code] != PACKET_RATE_HZ:  # the radio carries no more
            self._change_rate(RATES_HZ.index(PACKET_RATE_HZ))
        self._start()
        return ""

    def _stop(self) -> str:
        self.streaming = self._running = False
        return ""

    def _reset(self) -> str:
        self._initialise()
        daisy = "On Daisy ADS1299 Device ID: 0x3E\n" if self._daisy else ""
        return (
            f"OpenBCI V3 8-16 channel\nOn Board ADS1299 Device ID: 0x3E\n{daisy}LIS3DH Device ID: 0x33\n"
            f"Firmware: {VERSION}\n{EOT}"
        )

    def _default(self) -> str:
        self._channels = Channels()
        self._restart()
        return self._confirm("updating channel settings to default")

    def _remove_daisy(self) -> str:
        if not self._daisy:
            return ""
        self._use(daisy=False)
        return "" if self._running else f"daisy removed{EOT}"

    def _attach_daisy(self) -> str:
        said = ""
        if not self._daisy:
            self._use(daisy=self._has_daisy)
            self._channels.reset_daisy()
            if not self._running:
                said = "daisy attached" if self._has_daisy else "no daisy to attach!"
        return f"{said}{self.channels}{EOT}"

    def _registers(self) -> str:
        return "" if self._running else cyton_registers.dump(self._channels, self._daisy, self._rate_code) + EOT

    def _stamp(self) -> str:
        self._stamped = self._stamp_set = True
        return "," + self._confirm("Time stamp ON")  # the comma is the dongle's, as it hands the command on

    def _stop_stamp(self) -> str:
        self._stamped = self._stamp_set = False
        return self._confirm("Time stamp OFF")

    # What commands have in common.

    def _initialise(self) -> None:
        """Set the converters up anew, all channels to default; a Daisy is looked for."""
        self.streaming = False
        self._channels = Channels()
        self._use(daisy=self._has_daisy)

    def _use(self, *, daisy: bool) -> None:
        self._daisy = daisy
        self.channels = DAISY_CHANNELS if daisy else framing.CHANNELS
        self.rate_hz = PACKET_RATE_HZ / 2 if daisy else float(PACKET_RATE_HZ)

    def _change_rate(self, code: int) -> None:
        streamed, self._rate_code = self.streaming, code
        self._initialise()
        if streamed:
            self._start()

    def _start(self) -> None:
        self.streaming = self._running = True
        self._counter = 0

    def _restart(self) -> None:
        """Stop and start the converter, as whatever changes a channel does: its counting begins anew."""
        if self.streaming:
            self._start()


_LONGER: dict[str, Callable[[CytonFirmware, str, str], str]] = {
    "x": CytonFirmware._set_channel,
    "z": CytonFirmware._set_lead_off,
    "/": CytonFirmware._set_mode,
    "~": CytonFirmware._set_rate,
    "`": CytonFirmware._mark,
    "\xf0": CytonFirmware._ask_dongle,
}
_ACTIONS: dict[str, Callable[[CytonFirmware], str]] = {
    "b": CytonFirmware._begin,
    "s": CytonFirmware._stop,
    "v": CytonFirmware._reset,
    "d": CytonFirmware._default,
    "c": CytonFirmware._remove_daisy,
    "C": CytonFirmware._attach_daisy,
    "?": CytonFirmware._registers,
    "<": CytonFirmware._stamp,
    ">": CytonFirmware._stop_stamp,
}
_SAID = {
    "D": "060110",  # on, gain 24, electrodes, in the bias, on SRB2, not on SRB1
    "V": VERSION,
    "{": "Failure: Wifi not attached",
    "}": "Failure: Wifi not removed",
    ":": "Wifi not present, send { to attach the shield",
    ";": "Wifi soft reset",
}
# What the dongle answers itself, to 0xF0 and a code; its radio channel is told twice, in letters and as a byte.
_DONGLE = {"\x00": f"Success: Host and Device on Channel number: 25\x19{EOT}", "\x07": f"Success: System is Up{EOT}"}
