"""A home-made board that prints a line of numbers a sample."""

from typing import Self

from emg_edge.device.boards import columns
from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.wire import WireBoard
from emg_edge.device.ports import find
from emg_edge.device.ports.converse import ask_once
from emg_edge.device.ports.serial_port import SerialPort
from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols.lines import LinesClient
from emg_edge.signal.source import Source

ASK_HEADER = b"?"  # our sketch then prints what it is once more; others take no notice


class CsvBoard(WireBoard):
    """What it prints is looked at once before the run, to know its columns."""

    name = "csv"

    @classmethod
    def open(cls, options: BoardOptions) -> Self:
        place = find.choose(options.serial_port, find.MICROCONTROLLERS, "a home-made board")
        client = LinesClient(
            rate_hz=options.rate_hz,
            uv_per_count=options.uv_per_count,
            counter_column=options.counter,
            start_bytes=ASK_HEADER,
        )
        port = SerialPort(place, options.baud or client.baud)
        found = ask_once(port, client.describe())
        if found is None or found.channels is None or found.rate_hz is None:
            raise BoardError(f"what is printed on {place} does not tell its rate; say it: --rate 1000")
        chosen = columns.choose(cls.name, found.channels, options.channels)
        return cls(Source("raw", found.rate_hz, found.unit, chosen.layout), client, port, chosen.chosen)
