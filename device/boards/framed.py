"""A home-made board that speaks our packet (docs/framed-packet.md) on a serial line."""

from typing import Self

from emg_edge.device.boards import columns
from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.wire import WireBoard
from emg_edge.device.ports import find
from emg_edge.device.ports.converse import ask_once
from emg_edge.device.ports.serial_port import SerialPort
from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols.framed_client import FramedClient
from emg_edge.signal.source import Source


class FramedBoard(WireBoard):
    """It says itself what it is, so it is asked once before the run."""

    name = "framed"

    @classmethod
    def open(cls, options: BoardOptions) -> Self:
        place = find.choose(options.serial_port, find.MICROCONTROLLERS, "a home-made board")
        client = FramedClient(uv_per_count=options.uv_per_count)
        port = SerialPort(place, options.baud or client.baud)
        hello = ask_once(port, client.hello())
        if hello is None:
            raise BoardError(f"the board on {place} did not say what it is; switch it off and on")
        chosen = columns.choose(cls.name, hello.channels, options.channels)
        return cls(Source("raw", hello.rate_hz, client.unit(hello), chosen.layout), client, port, chosen.chosen)
