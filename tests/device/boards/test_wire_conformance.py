"""Every board on a wire, through the system's serial port, against its simulation on a pseudo-terminal."""

import contextlib

import pytest
from support.board_conformance import BoardConformance, read_for
from support.served_board import served

from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.registry import open_board
from emg_edge.device.simulator.boards import SIMULATED


class OnAWire(BoardConformance):
    """Inherit, and name the board."""

    name: str
    rate_hz: float | None = None
    uv_per_count: float | None = None
    counter = 0

    @pytest.fixture(autouse=True)
    def _serve(self):
        with served(self.name, source="forearm") as (path, board):
            self.path, self.simulated = path, board
            with contextlib.ExitStack() as self.opened_boards:
                yield

    def opened(self):
        options = BoardOptions(
            serial_port=str(self.path), rate_hz=self.rate_hz, uv_per_count=self.uv_per_count, counter=self.counter
        )
        board = open_board(self.name, options)
        self.opened_boards.callback(board.stop)
        return board

    def test_the_firmware_is_idle_after_it(self):
        """A stopped board has been told so."""
        with self.opened() as board:
            read_for(board, 0.05)
            assert self.simulated.firmware.streaming
        assert not self.simulated.firmware.streaming or self.name == "csv"  # that one prints from power-on


class TestCyton(OnAWire):
    name = "cyton"


class TestDaisy(OnAWire):
    name = "cyton-daisy"


class TestGanglion(OnAWire):
    name = "ganglion"


class TestMyo(OnAWire):
    name = "myo"


class TestFramed(OnAWire):
    name = "framed"


class TestCsv(OnAWire):
    name = "csv"
    rate_hz, uv_per_count, counter = 250.0, 1.0, 1  # its header was printed before we listened


def test_every_simulated_board_is_here():
    """A new one is not forgotten."""
    assert {kind.name for kind in OnAWire.__subclasses__()} == set(SIMULATED)
