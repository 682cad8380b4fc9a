"""Where the time of a decision goes, from a board's bytes to the written line, all waiting left out.

The real driver, loop, front end, network and sink on a simulated board's own bytes, on a simulated clock: nothing is
waited for, so that many decisions are measured in seconds. The board's bytes are made beforehand, so that its
simulation is in nobody's time and in nobody's cache; what a run in real time takes is measured by `live`.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.decisions import Decision, DecisionLayer
from emg_edge.decoding.placement import Placement
from emg_edge.device.benchmark.stopwatch import Stopwatch
from emg_edge.device.loop import Limits
from emg_edge.device.session import movements_asked
from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.simulated import simulated
from emg_edge.device.simulator.virtual import virtual
from emg_edge.device.simulator.virtual_loop import decoder_on, loop_on
from emg_edge.device.sinks import JsonLines

# acquire: bytes to samples; front_end: samples to standardised windows; decide: the network's integers to a movement;
# emit: a decision to a line; loop: what lies between them, gaps, signal quality and counting.
STAGES = ("acquire", "front_end", "quantise", "invoke", "decide", "emit", "loop")
_WAIT = "wait"
_TICK_S = 0.005  # of the simulated board: about a packet at a time


class Laps:
    """A sink that takes a lap a decision, and asks to stop when there are enough. What it does is in nobody's time."""

    def __init__(self, watch: Stopwatch, warmup: int, runs: int, begin: Callable[[], None]) -> None:
        """`begin` is called at the first decision, when the board streams."""
        self._watch, self._warmup, self._runs, self._begin = watch, warmup, runs, begin
        self.laps: list[dict[str, int]] = []

    def write(self, decision: Decision) -> None:
        lap = self._watch.lap()
        if decision.seq >= self._warmup:
            self.laps.append(lap)
        if decision.seq == 0:
            self._begin()
            self._watch.lap()

    def full(self) -> bool:
        return len(self.laps) >= self._runs

    def close(self) -> None:
        pass


def measure(
    placement: Placement,
    board_name: str,
    runs: int,
    warmup: int,
    threads: int,
    stopped: Callable[[], bool] = lambda: False,
) -> NDArray[np.float64]:
    """(runs, stages) milliseconds of each decision, in the order of STAGES; fewer runs where it was stopped.

    Raises EmgEdgeError where model and board do not go together.
    """
    model, told = placement.model, placement.model.description
    movements = movements_asked(told, ())
    board, port = virtual(board_name, simulated(SIMULATED[board_name], movements=movements, tick_s=_TICK_S))
    decoder = decoder_on(board, model, threads=threads, placement=placement)
    layer = DecisionLayer(told.movements, told.names)
    watch = Stopwatch("loop")
    with Path("/dev/null").open("wb", buffering=0) as nowhere:
        lines = JsonLines(nowhere, live=True)
        hop_s = told.signal.hop_ms / 1000
        laps = Laps(watch, warmup, runs, lambda: port.run_ahead((warmup + runs + 2) * hop_s, stopped))
        for owner, method, stage in (
            (board, "read", "acquire"),
            (port, "read", _WAIT),
            (port, "sleep", _WAIT),
            (decoder, "push", "front_end"),
            (decoder, "probabilities", "decide"),
            (decoder.network, "put", "quantise"),
            (decoder.network, "invoke", "invoke"),
            (layer, "decide", "decide"),
            (lines, "write", "emit"),
        ):
            setattr(owner, method, watch.timed(stage, getattr(owner, method)))
        loop, _ = loop_on(board, port.now, model, [lines, laps], decoder=decoder, layer=layer)
        loop.run(Limits(), lambda: laps.full() or stopped())
    return np.array([[lap.get(stage, 0) / 1e6 for stage in STAGES] for lap in laps.laps[:runs]])
