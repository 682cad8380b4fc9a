"""A recording through the real loop, in blocks of an odd size: what the user's board would get."""

import time

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.decisions import Decision
from emg_edge.decoding.placement import Placement
from emg_edge.device.boards.replay import ReplayBoard
from emg_edge.device.loop import Limits
from emg_edge.device.simulator.virtual_loop import decoder_on, loop_on
from emg_edge.recordings.recording import Recording

BLOCK = 37  # samples: no divisor of anything here


class _Kept:
    def __init__(self, movements: tuple[int, ...]) -> None:
        self._index = {number: index for index, number in enumerate(movements)}
        self.said: list[tuple[int, float]] = []

    def write(self, decision: Decision) -> None:
        if decision.number is not None and decision.probability is not None:
            self.said.append((self._index[decision.number], decision.probability))

    def close(self) -> None:
        pass


def stream(placement: Placement, recording: Recording) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(n,) class decided at each hop, and how probable it was said to be."""
    model = placement.model
    kept = _Kept(model.description.movements)
    board = ReplayBoard(recording, speed=float("inf"), block=BLOCK)
    decoder = decoder_on(board, model, wearer=recording.wearer, placement=placement)
    loop, _ = loop_on(board, time.monotonic, model, [kept], decoder=decoder)
    loop.run(Limits(), lambda: False)
    classes, probabilities = zip(*kept.said, strict=True) if kept.said else ((), ())
    return np.array(classes, np.int64), np.array(probabilities, np.float64)
