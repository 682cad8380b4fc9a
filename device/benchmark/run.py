"""The whole benchmark, in order: stages and the bare interpreter for each count of threads, then a run in real time."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from emg_edge.decoding.modelfile import ModelFile
from emg_edge.device.benchmark import bare, document, live, stages
from emg_edge.device.benchmark.document import Document, Measured
from emg_edge.device.benchmark.machine import condition, machine


@dataclass(frozen=True)
class Options:
    """`threads` are measured one after the other; the first is what the live run has. `soak`: the run is a long one."""

    board: str
    runs: int
    warmup: int
    threads: tuple[int, ...]
    seconds: float
    soak: bool = False


def bench(
    model: ModelFile, path: Path, options: Options, stopped: Callable[[], bool], say: Callable[[str], None]
) -> Document:
    """Measure; asked to stop, the run in real time ends and what was measured is told.

    Raises EmgEdgeError where model and board do not go together.
    """
    before = condition()
    sweep = []
    for threads in options.threads:
        say(f"measuring {options.runs} decisions on a {options.board}'s bytes, {threads} thread{'s' * (threads > 1)}")
        staged = stages.measure(model, options.board, options.runs, options.warmup, threads)
        sweep.append(Measured(threads, staged, bare.measure(model, options.runs, options.warmup, threads)))
    say(f"decoding a simulated {options.board} in real time for {options.seconds:g} s")
    watched = live.watch(model, path, options.board, options.seconds, options.threads[0], stopped)
    after = condition()
    return document.make(
        model, path.name, options.board, options.warmup, sweep, watched, machine(), before, after, soak=options.soak
    )
