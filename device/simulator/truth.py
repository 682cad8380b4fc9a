"""What is really made at each sample that a driver received from a simulated board."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.simulated.board import SimulatedBoard
from emg_edge.sampleblock import SampleBlock


class SimulatedTruth:
    """Finds the movement of received samples: they come in order, and what is lost before them is counted.

    The board must have been made with `truth`.
    """

    def __init__(self, board: SimulatedBoard) -> None:
        self._board = board
        self._kept: deque[NDArray[np.int16]] = deque()
        self._have = 0

    def of(self, block: SampleBlock) -> NDArray[np.int16]:
        """(n,) movement of a block's samples. Each block is asked about once, in order."""
        n = block.lost + len(block.samples)
        while self._have < n and self._board.movement:
            piece = self._board.movement.popleft()
            self._kept.append(piece)
            self._have += len(piece)
        pieces = [np.empty(0, np.int16)]
        while n > 0 and self._kept:
            piece = self._kept.popleft()
            pieces.append(piece[:n])
            if len(piece) > n:
                self._kept.appendleft(piece[n:])
            n -= len(pieces[-1])
            self._have -= len(pieces[-1])
        return np.concatenate(pieces)[block.lost :]
