"""The whole benchmark, in order: stages and the bare interpreter for each count of threads, then a run in real time."""

import gc
from collections.abc import Callable
from dataclasses import dataclass

from emg_edge.decoding.placement import Placement
from emg_edge.device.benchmark import LEAST_S, bare, document, live, stages
from emg_edge.device.benchmark.document import Document, Measured, quietest
from emg_edge.device.benchmark.machine import condition, machine
from emg_edge.errors import EmgEdgeError

# Who shares a machine slows it down for seconds, and never makes it quicker: of several rounds, the quietest tells most
# of the program and least of the others.
ROUNDS = 5


@dataclass(frozen=True)
class Options:
    """`threads` are measured one after the other; the first is what the live run has. `soak`: the run is a long one."""

    board: str
    runs: int
    warmup: int
    threads: tuple[int, ...]
    seconds: float
    soak: bool = False


def bench(placement: Placement, options: Options, stopped: Callable[[], bool], say: Callable[[str], None]) -> Document:
    """Measure; asked to stop, the run in real time ends and what was measured is told, marked as interrupted.

    Raises EmgEdgeError where model and board do not go together, where it was stopped before LEAST_S of that run, or
    where that run decided nothing.
    """
    before = condition()
    sweep = []
    for threads in options.threads:
        say(
            f"measuring {options.runs} decisions on a {options.board}'s bytes, {threads} thread{'s' * (threads > 1)}, "
            f"in {ROUNDS} rounds"
        )
        sweep.append(quietest([_round(placement, options, threads, stopped) for _ in range(ROUNDS)]))
    say(f"decoding a simulated {options.board} in real time for {options.seconds:g} s")
    watched = live.watch(placement, options.board, options.seconds, options.threads[0], stopped)
    if watched.summary.get("seconds", 0.0) < LEAST_S:
        _refuse_stopped(stopped)
    if not watched.latency_ms:
        raise EmgEdgeError(
            f"the run in real time gave {len(watched.arrived_s)} lines and decided nothing: no samples came in time; "
            "look at it alone: emg-edge run --board synthetic"
        )
    after = condition()
    return document.make(
        placement,
        options.board,
        options.warmup,
        sweep,
        watched,
        machine(),
        before,
        after,
        soak=options.soak,
        interrupted=stopped(),
    )


def _refuse_stopped(stopped: Callable[[], bool]) -> None:
    if stopped():
        raise EmgEdgeError(
            f"interrupted before {LEAST_S:g} s of the run in real time: too little was measured to tell anything, and "
            "nothing was written"
        )


def _round(placement: Placement, options: Options, threads: int, stopped: Callable[[], bool]) -> Measured:
    staged = stages.measure(placement, options.board, options.runs, options.warmup, threads, stopped)
    _refuse_stopped(stopped)
    gc.collect()  # an accelerator belongs to one network at a time, and the next is another one
    return Measured(threads, staged, bare.measure(placement, options.runs, options.warmup, threads))
