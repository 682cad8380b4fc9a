"""An OpenBCI Ganglion through a BLED112 dongle."""

from typing import Self

from emg_edge.device.boards import columns
from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.wire import WireBoard
from emg_edge.device.ports import find
from emg_edge.device.ports.serial_port import SerialPort
from emg_edge.firmware_bridge.protocols import ganglion
from emg_edge.firmware_bridge.protocols.ganglion_dongle import GanglionDongleClient
from emg_edge.signal.source import Source


class GanglionBoard(WireBoard):
    """Four channels at 200 Hz."""

    name = "ganglion"

    @classmethod
    def open(cls, options: BoardOptions) -> Self:
        chosen = columns.choose(cls.name, ganglion.CHANNELS, options.channels)
        place = find.choose(options.serial_port, find.BLED112, "a Ganglion's dongle (BLED112)")
        client = GanglionDongleClient(mac=options.mac_address or None)
        source = Source("raw", ganglion.RATE_HZ, "uV", chosen.layout)
        return cls(source, client, SerialPort(place, client.baud), chosen.chosen)
