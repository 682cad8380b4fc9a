"""An OpenBCI Cyton, with or without Daisy, on its USB dongle."""

from typing import Self

from emg_edge.device.boards import columns
from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.wire import WireBoard
from emg_edge.device.ports import find
from emg_edge.device.ports.serial_port import SerialPort
from emg_edge.firmware_bridge.protocols import cyton
from emg_edge.firmware_bridge.protocols.cyton_client import CytonClient
from emg_edge.signal.source import Source


class CytonBoard(WireBoard):
    """Eight channels at 250 Hz."""

    name = "cyton"
    daisy = False
    channels, rate_hz = cyton.CytonDecoder.channels, cyton.RATE_HZ

    @classmethod
    def open(cls, options: BoardOptions) -> Self:
        chosen = columns.choose(cls.name, cls.channels, options.channels)
        place = find.choose(options.serial_port, find.CYTON_DONGLE, "a Cyton's dongle")
        client = CytonClient(daisy=cls.daisy, gain=options.gain, preset=options.preset)
        source = Source("raw", cls.rate_hz, "uV", chosen.layout)
        return cls(source, client, SerialPort(place, client.baud), chosen.chosen)


class DaisyBoard(CytonBoard):
    """Sixteen channels at 125 Hz."""

    name = "cyton-daisy"
    daisy = True
    channels, rate_hz = cyton.DaisyDecoder.channels, cyton.DAISY_RATE_HZ
