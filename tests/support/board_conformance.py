"""What every board must do; a test class of a board inherits it and says how to open one."""

import time

import numpy as np

from emg_edge.device.boards.board import Board
from emg_edge.sampleblock import SampleBlock


def read_for(board: Board, seconds: float) -> list[SampleBlock]:
    """Read until so much signal has come, or the board has finished."""
    blocks: list[SampleBlock] = []
    give_up_s = time.monotonic() + 20 * seconds + 5
    while sum(len(block.samples) for block in blocks) < seconds * board.source.rate_hz and not board.finished:
        assert time.monotonic() < give_up_s, "the board delivers far slower than it declares"
        if (block := board.read(0.5)) is not None:
            blocks.append(block)
    return blocks


class BoardConformance:
    """Inherit, and define `opened()`: a board at real time with at least a second to deliver."""

    def opened(self) -> Board:
        raise NotImplementedError

    def test_it_opens_and_closes_twice(self) -> None:
        """A board that was stopped starts again and delivers."""
        board = self.opened()
        for _ in range(2):
            board.start()
            assert read_for(board, 0.1)
            board.stop()

    def test_stop_may_come_at_any_time_and_twice(self) -> None:
        """Stopping a board that never started, or has stopped already, does nothing."""
        board = self.opened()
        board.stop()
        board.start()
        board.stop()
        board.stop()

    def test_it_is_a_context_manager(self) -> None:
        """Within `with` it delivers; an exception inside still stops it, and is not swallowed."""
        board = self.opened()
        try:
            with board as entered:
                assert entered is board
                assert read_for(board, 0.1)
                raise LookupError
        except LookupError:
            pass
        else:
            raise AssertionError("the exception was swallowed")
        with board:
            assert read_for(board, 0.1)

    def test_a_time_out_is_none(self) -> None:
        """Asked more often than samples come, a board says None."""
        with self.opened() as board:
            read_for(board, 0.1)
            assert any(board.read(0.0) is None for _ in range(50))

    def test_a_time_out_lasts_as_long_as_it_says(self) -> None:
        """A read neither returns None early, which would be spinning, nor much too late."""
        with self.opened() as board:
            read_for(board, 0.1)
            while board.read(0.0) is not None:
                pass
            began_s = time.monotonic()
            block = board.read(0.002)
            took_s = time.monotonic() - began_s
            assert block is not None or took_s >= 0.002
            assert took_s < 1

    def test_blocks_have_the_declared_shape(self) -> None:
        """Samples are (n, channels) float32 with n > 0, and the truth, where known, is as long."""
        with self.opened() as board:
            for block in read_for(board, 0.3):
                assert block.samples.dtype == np.float32
                assert block.samples.shape == (len(block.samples), board.source.channels)
                assert len(block.samples) > 0
                assert block.lost >= 0
                assert block.movement is None or (
                    block.movement.dtype == np.int16 and block.movement.shape == (len(block.samples),)
                )

    def test_blocks_arrive_in_order_and_not_in_the_future(self) -> None:
        """Arrival times never go back, and none is later than now."""
        with self.opened() as board:
            last_s = 0.0
            for _ in range(10):
                block = read_for(board, 1 / board.source.rate_hz)[0]
                assert last_s <= block.arrived_s <= time.monotonic()
                last_s = block.arrived_s

    def test_the_rate_is_the_declared_one(self) -> None:
        """Between the first and the last block, as many samples come as the declared rate says, within a fifth."""
        with self.opened() as board:
            read_for(board, 0.1)  # what piled up while it started
            first, *rest = read_for(board, 0.8)
            measured_hz = sum(len(block.samples) for block in rest) / (rest[-1].arrived_s - first.arrived_s)
            assert abs(measured_hz - board.source.rate_hz) < 0.2 * board.source.rate_hz

    def test_the_unit_fits_the_amplitude(self) -> None:
        """No sample is beyond what its unit can hold: 8-bit counts, or an amplifier's rails in microvolts."""
        limit = {"myo-count": 128.0, "uV": 5e6, "V": 5.0, "db1-volt": 5.0}
        with self.opened() as board:
            for block in read_for(board, 0.3):
                assert np.abs(block.samples).max() <= limit[board.source.unit]
