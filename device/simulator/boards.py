"""The boards that can be simulated, by name."""

from collections.abc import Callable
from dataclasses import dataclass

from emg_edge.firmware_bridge.simulated.firmware import Firmware


@dataclass(frozen=True)
class Entry:
    """How a board's firmware is made, what it is, and after how many `Packet.samples` its counter begins anew."""

    make: Callable[[], Firmware]
    line: str
    wrap: int


def _cyton() -> Firmware:
    from emg_edge.firmware_bridge.simulated.cyton import CytonFirmware  # noqa: PLC0415 - each board loads its own

    return CytonFirmware(daisy=False)


def _cyton_daisy() -> Firmware:
    from emg_edge.firmware_bridge.simulated.cyton import CytonFirmware  # noqa: PLC0415

    return CytonFirmware(daisy=True)


def _ganglion() -> Firmware:
    from emg_edge.firmware_bridge.simulated.ganglion import GanglionFirmware  # noqa: PLC0415

    return GanglionFirmware()


def _myo() -> Firmware:
    from emg_edge.firmware_bridge.simulated.myo import MyoFirmware  # noqa: PLC0415

    return MyoFirmware()


def _framed() -> Firmware:
    from emg_edge.firmware_bridge.simulated.framed import FramedFirmware  # noqa: PLC0415

    return FramedFirmware()


def _csv() -> Firmware:
    from emg_edge.firmware_bridge.simulated.lines import LinesFirmware, LinesSettings  # noqa: PLC0415

    return LinesFirmware(LinesSettings(rate_hz=250.0, header=True, counter_wrap=1 << 16))


SIMULATED: dict[str, Entry] = {
    "cyton": Entry(_cyton, "an OpenBCI Cyton on its dongle: 8 channels at 250 Hz", 256),
    "cyton-daisy": Entry(_cyton_daisy, "a Cyton with Daisy: 16 channels at 125 Hz", 256),
    "ganglion": Entry(_ganglion, "an OpenBCI Ganglion behind a BLED112 dongle: 4 channels at 200 Hz", 201),
    "myo": Entry(_myo, "a Myo behind a BLED112 dongle: 8 channels at 200 Hz", 8),
    "framed": Entry(_framed, "a home-made board with our packet: 8 channels at 1000 Hz", 65536),
    "csv": Entry(_csv, "a home-made board that prints lines of numbers: 8 channels at 250 Hz, with a counter", 65536),
}
