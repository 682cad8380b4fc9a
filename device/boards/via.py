"""The simulated forearm through a real board's wire: simulated firmware, a pseudo-terminal, and our driver for it."""

import contextlib
import dataclasses
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.device.boards.board import Board, BoardOptions
from emg_edge.device.boards.registry import open_board
from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.pseudo_terminal import PseudoTerminal
from emg_edge.device.simulator.serve import serving
from emg_edge.device.simulator.simulated import simulated
from emg_edge.device.simulator.truth import SimulatedTruth
from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.forearm.wearer import FINGER_MOVEMENTS
from emg_edge.firmware_bridge.simulated.board import SimulatedBoard
from emg_edge.sampleblock import SampleBlock


class ViaBoard(Board):
    """Our driver reads a board that is simulated in this process, so that the truth of every sample is known."""

    def __init__(self, options: BoardOptions) -> None:
        self.name = f"synthetic via {options.via}"
        self.wearer = f"SIM-S{options.subject}"
        self._options = options
        self._server = _Server(options)
        with self._server:  # a home-made board is asked what it is before it is started
            self._driver = self._open_driver()
        self.source = self._driver.source

    @classmethod
    def open(cls, options: BoardOptions) -> Self:
        if options.speed != 1:
            raise BoardError("a wire has a speed of its own; leave --speed out, or --via")
        return cls(options)

    def start(self) -> None:
        self.stop()
        self._server.start()
        try:
            self._driver = self._open_driver()
            self._driver.stopped = self.stopped
            self._driver.start()
        except BaseException:
            self._server.stop()
            raise
        self._truth = SimulatedTruth(self._server.board)

    def read(self, timeout_s: float) -> SampleBlock | None:
        driver = self._driver
        driver.unhurried, driver.acceleration_wanted = self.unhurried, self.acceleration_wanted
        block = driver.read(timeout_s)
        self.told.extend(driver.news())
        self.reconnects, self.skipped_bytes, self.refused = driver.reconnects, driver.skipped_bytes, driver.refused
        if block is None:
            return None
        return msgspec.structs.replace(block, movement=self._truth.of(block))

    def stop(self) -> None:
        self._driver.stop()
        self._server.stop()

    @property
    def rails(self) -> NDArray[np.float64] | None:
        return self._driver.rails

    @property
    def per_count(self) -> NDArray[np.float64] | None:
        return self._driver.per_count

    def _open_driver(self) -> Board:
        return open_board(
            self._options.via, dataclasses.replace(self._options, serial_port=str(self._server.path), via="")
        )


class _Server:
    """A simulated board, served by a thread from start to stop."""

    def __init__(self, options: BoardOptions) -> None:
        if options.via not in SIMULATED:
            raise BoardError(f"no board '{options.via}' can be simulated; --via takes {', '.join(SIMULATED)}")
        self._options = options
        self._running: contextlib.ExitStack | None = None

    def start(self) -> None:
        options = self._options
        self.board: SimulatedBoard = simulated(
            SIMULATED[options.via],
            seed=options.seed,
            subject=options.subject,
            movements=options.movements or FINGER_MOVEMENTS,
            truth=True,
        )
        with contextlib.ExitStack() as stack:
            terminal = stack.enter_context(PseudoTerminal(options.via))
            stack.enter_context(serving(self.board, terminal))
            self.path = terminal.path
            self._running = stack.pop_all()

    def stop(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
