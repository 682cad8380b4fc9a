"""A Myo armband through its USB dongle (Bluegiga BLED112)."""

from typing import Self

from emg_edge.device.boards import columns
from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.wire import WireBoard
from emg_edge.device.ports import find
from emg_edge.device.ports.serial_port import SerialPort
from emg_edge.firmware_bridge.protocols import myo
from emg_edge.firmware_bridge.protocols.myo_dongle import MyoDongleClient
from emg_edge.signal.source import Source


class MyoBoard(WireBoard):
    """Eight channels of raw 8-bit counts at 200 Hz, as the recordings that models are trained on."""

    name = "myo"

    @classmethod
    def open(cls, options: BoardOptions) -> Self:
        chosen = columns.choose(cls.name, myo.CHANNELS, options.channels)
        place = find.choose(options.serial_port, find.BLED112, "a Myo's dongle (BLED112)")
        client = MyoDongleClient(mac=options.mac_address or None)
        source = Source("raw", myo.RATE_HZ, "myo-count", chosen.layout)
        return cls(source, client, SerialPort(place, client.baud), chosen.chosen)
