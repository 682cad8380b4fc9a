"""Which serial port a board is on, by the USB ids of its chip."""

from dataclasses import dataclass

from serial.tools import list_ports

from emg_edge.errors import BoardError

AUTO = "auto"

Ids = tuple[tuple[int, int | None], ...]  # (vendor, product); None stands for any product

CYTON_DONGLE: Ids = ((0x0403, 0x6015),)  # FTDI FT231X
BLED112: Ids = ((0x2458, 0x0001),)  # Bluegiga's dongle, which came with the Myo and the Ganglion
# What home-made boards have: Arduino, its clones' CH340, CP210x, FTDI, Espressif, SparkFun/Adafruit, Teensy, RP2040.
MICROCONTROLLERS: Ids = (
    *((vendor, None) for vendor in (0x2341, 0x2A03, 0x1A86, 0x303A, 0x1B4F, 0x239A, 0x16C0, 0x2E8A)),
    (0x10C4, 0xEA60),
    (0x0403, 0x6001),
)


@dataclass(frozen=True)
class Found:
    """A serial port with what its USB descriptor says."""

    name: str
    vendor: int | None
    product: int | None
    text: str


def ports() -> list[Found]:
    """All serial ports of this machine."""
    return [Found(p.device, p.vid, p.pid, p.description or "") for p in list_ports.comports()]


def choose(asked: str, ids: Ids, what: str, there: list[Found] | None = None) -> str:
    """The port that was asked for; with 'auto', or nothing asked, the only one with such an id.

    Raises BoardError when none or several have, naming what is there.
    """
    if asked and asked != AUTO:
        return asked
    there = ports() if there is None else there
    fitting = [
        port for port in there if any(port.vendor == v and product in (None, port.product) for v, product in ids)
    ]
    if len(fitting) == 1:
        return fitting[0].name
    if fitting:
        names = " and ".join(port.name for port in fitting)
        raise BoardError(f"{names} could each be {what}; say which one: --serial-port {fitting[0].name}")
    listed = ", ".join(f"{port.name} ({port.text})" for port in there) or "none at all"
    raise BoardError(
        f"no serial port looks like {what}; there is {listed}; plug it in, or say --serial-port PORT if it is one of "
        "those"
    )
