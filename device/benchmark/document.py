"""The document of a benchmark, and how it is made of what was measured."""

import importlib.metadata
from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.placement import Placement
from emg_edge.device.benchmark.live import Watched
from emg_edge.device.benchmark.machine import Condition, Machine
from emg_edge.device.benchmark.percentiles import Figure, Percentiles, percentiles
from emg_edge.device.benchmark.stages import STAGES

SCHEMA = 1


class Model(msgspec.Struct, frozen=True):
    name: str
    bytes: int
    sha256: str
    context_ms: float
    hop_ms: float


class Threads(msgspec.Struct, frozen=True):
    """A count of threads: `invoke` bare and in the loop, and the whole decision."""

    threads: int
    bare_invoke: Percentiles
    invoke: Percentiles
    total: Percentiles


class Soak(msgspec.Struct, frozen=True):
    """How memory and heat went: the first look after half a minute, the last, and the highest."""

    resident_mb: list[float]
    highest_temperature_c: float | None
    throttled: list[str] | None


class Document(msgspec.Struct, frozen=True):
    """What `emg-edge bench --json` writes; milliseconds where it says ms.

    stages           each decision's time by stage, without waiting; `total` is all of them. All of the quietest round
    bare_invoke      the interpreter alone, in this process, right after
    overhead_ms      p50 of what a decision costs besides `invoke`
    rounds_ms        `overhead_ms` of each round: what it was chosen from
    total_over_bare  p50 of a decision over p50 of the bare interpreter
    decisions, cpu_share, rss_mb, start_to_first_decision_s   of the run in real time
    latency          from the newest sample's arrival to the line, there
    jitter           how far from a hop the time between two lines is, there
    delegate         what ran the network: cpu, or the name of an accelerator
    deadline_misses  lines later than a hop, and hops without a line, there
    interrupted      whether the run in real time was stopped before its end
    """

    schema: int
    version: str
    model: Model
    board: str
    runtime: str
    runs: int
    warmup: int
    threads: int
    stages: dict[str, Percentiles]
    bare_invoke: Percentiles
    overhead_ms: Figure
    total_over_bare: Figure
    sweep: list[Threads]
    seconds: Figure
    decisions: int
    cpu_share: Figure | None
    rss_mb: Figure
    start_to_first_decision_s: Figure | None
    latency: Percentiles
    jitter: Percentiles
    deadline_misses: Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]
    samples_lost: int
    machine: Machine
    before: Condition
    after: Condition
    soak: Soak | None = None
    delegate: str = "cpu"
    rounds_ms: list[Figure] = []
    interrupted: bool = False

    def __post_init__(self) -> None:
        missing = {*STAGES, "total"} - set(self.stages)
        if missing:
            raise ValueError(f"it has no time of the stage `{min(missing)}`")


class Measured(msgspec.Struct, frozen=True):
    """A count of threads: (runs, stages) and (runs,) milliseconds, and the overhead of every round that was made."""

    threads: int
    stages: NDArray[np.float64]
    bare: NDArray[np.float64]
    rounds_ms: tuple[float, ...] = ()

    @property
    def invoke(self) -> NDArray[np.float64]:
        """(runs,), in the loop."""
        return self.stages[:, STAGES.index("invoke")]

    @property
    def overhead_ms(self) -> float:
        """Median of what a decision costs besides `invoke`."""
        return round(float(np.median(self.stages.sum(axis=1) - self.invoke)), 4)


def quietest(rounds: Sequence[Measured]) -> Measured:
    """Choose the round of the least overhead; it keeps that of all."""
    best = min(rounds, key=lambda one: one.overhead_ms)
    return msgspec.structs.replace(best, rounds_ms=tuple(one.overhead_ms for one in rounds))


def make(
    placement: Placement,
    board: str,
    warmup: int,
    sweep: list[Measured],
    live: Watched,
    machine: Machine,
    before: Condition,
    after: Condition,
    *,
    soak: bool,
    interrupted: bool = False,
) -> Document:
    """The first of the sweep is the one that the document is about."""
    first, told, summary = sweep[0], placement.model.description, live.summary
    totals = first.stages.sum(axis=1)
    hop_ms = told.signal.hop_ms
    stages = {stage: percentiles(first.stages[:, i]) for i, stage in enumerate(STAGES)}
    late, between_ms = np.array(live.latency_ms), 1000 * np.diff(live.arrived_s)
    swept = [_threads(one) for one in sweep]
    return Document(
        schema=SCHEMA,
        version=importlib.metadata.version("emg-edge"),
        model=Model(placement.path.name, told.model_bytes, told.model_sha256, told.signal.context_ms, hop_ms),
        board=board,
        runtime=summary["runtime"],
        runs=len(totals),
        warmup=warmup,
        threads=first.threads,
        stages=stages | {"total": swept[0].total},
        bare_invoke=swept[0].bare_invoke,
        overhead_ms=first.overhead_ms,
        rounds_ms=list(first.rounds_ms),
        total_over_bare=round(float(np.median(totals) / np.median(first.bare)), 3),
        sweep=swept,
        seconds=summary["seconds"],
        decisions=summary["decisions"],
        cpu_share=summary["cpu_share"],
        rss_mb=summary["rss_mb"],
        start_to_first_decision_s=summary["first_decision_s"],
        latency=percentiles(late),
        jitter=percentiles(np.abs(between_ms - hop_ms) if len(between_ms) else [0.0]),
        deadline_misses=int((late > hop_ms).sum() + np.maximum(0, np.rint(between_ms / hop_ms) - 1).sum()),
        samples_lost=summary["samples_lost"],
        machine=machine,
        before=before,
        after=after,
        soak=_soak(live) if soak else None,
        delegate=placement.delegate,
        interrupted=interrupted,
    )


def _threads(one: Measured) -> Threads:
    total = percentiles(one.stages.sum(axis=1))
    return Threads(one.threads, percentiles(one.bare), percentiles(one.invoke), total)


def _soak(live: Watched) -> Soak:
    settled = live.resident_mb[2:] or live.resident_mb
    heats = [one.temperature_c for one in live.conditions if one.temperature_c is not None]
    told = [one.throttled for one in live.conditions if one.throttled is not None]
    words = sorted({word for one in told for word in one}) if told else None
    memory = [settled[0], settled[-1], max(settled)] if settled else []
    return Soak(memory, max(heats, default=None), words)
