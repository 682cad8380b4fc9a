"""An evaluation from a protocol's name to its document."""

import functools
import os
import platform
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from emg_edge import __version__
from emg_edge.progress import Progress, in_order
from emg_edge.train.data import merge
from emg_edge.train.data.cache import cache_folder
from emg_edge.train.evaluation.curve import drawn_together, with_curve
from emg_edge.train.evaluation.decided import Decided
from emg_edge.train.evaluation.document import make_document
from emg_edge.train.evaluation.figures import make_row
from emg_edge.train.evaluation.job import Job, Variant, front_end, run_job
from emg_edge.train.evaluation.network import ToInt8
from emg_edge.train.evaluation.plan import databases_of, plan
from emg_edge.train.evaluation.protocol import Protocol, Row
from emg_edge.train.evaluation.schedule import run_jobs
from emg_edge.train.evaluation.store import Results, unpack


@dataclass(frozen=True)
class Where:
    """Where jobs run, and where their results are kept; folder None is the protocol's in the cache."""

    workers: int = 1
    scheduler: str | None = None
    folder: Path | None = None


PLAIN, HERE = Variant(), Where()
Done = tuple[Job, list[Decided], dict[str, Any]]  # with what the decoders said, and what it cost


def evaluate(
    protocol: Protocol,
    data: Path,
    to_int8: ToInt8,
    *,
    subjects: Collection[int] = (),
    seeds: int = 3,
    variant: Variant = PLAIN,
    learning_curve: bool = False,
    where: Where = HERE,
    progress: Progress = in_order,
    say: Callable[[str], None] = lambda _sentence: None,
) -> dict[str, Any]:
    """Run all jobs that are not done yet and put their figures together; the same call goes on with what is there.

    Raises ProtocolError when the data do not fit the protocol or would leak, EmgEdgeError when jobs fail.
    """
    found = merge.look(data, databases_of(protocol), (), progress)
    for sentence in (*found.unreadable, *found.remarks):
        say(f"note: {sentence}")
    asked = with_curve(protocol) if learning_curve else protocol
    jobs = plan(asked, found, subjects, seeds, variant)
    results = Results(where.folder or cache_folder() / "evaluations" / protocol.name)
    people = list(dict.fromkeys(job.wearer for job in jobs))
    say(
        f"{protocol.name}: {len(people)} {'person' if len(people) == 1 else 'people'}, {len(asked.rows)} "
        f"{'row' if len(asked.rows) == 1 else 'rows'}, {seeds} seeds: {len(jobs)} jobs; results in {results.folder}"
    )
    work = functools.partial(run_job, to_int8=to_int8)
    run_jobs(jobs, work, results, workers=where.workers, scheduler=where.scheduler, progress=progress, say=say)
    done = [(job, *unpack(results.get(job.key))) for job in jobs]
    for remark in dict.fromkeys(remark for *_, told in done for remark in told["remarks"]):
        say(f"note: {remark}")  # such as a file that could not be read after all
    rows = {row.name: _row(row, protocol.rest, found.movement_names, done) for row in asked.rows}
    if learning_curve:
        rows = drawn_together(protocol, rows)
    return make_document(
        _described(protocol, variant),
        _data(jobs, people),
        range(seeds),
        rows,
        protocol.headline.name,
        {"emg-edge": __version__, **{name: version(name) for name in ("numpy", "tensorflow", "keras")}},
        {"cpu": platform.machine(), "cores": os.cpu_count() or 1},
    )


def _row(row: Row, rest: bool, names: Mapping[int, str], done: Sequence[Done]) -> dict[str, Any]:
    by_seed: dict[int, list[Decided]] = defaultdict(list)
    facts = []
    for job, decided, told in done:
        if job.row.name == row.name:
            by_seed[job.seed] += decided
            facts.append(told)
    return make_row(row.title, by_seed, rest=rest, names=names, cost=_cost(facts))


def _cost(facts: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Of one network; the size differs only where people have other movements. None where there was no network."""
    if not all("parameters" in one for one in facts):
        return None
    seconds = [one["training_seconds"] for one in facts]
    return {
        "parameters": max(one["parameters"] for one in facts),
        "int8_bytes": max(one["int8_bytes"] for one in facts),
        "training_seconds": {
            "mean": float(np.mean(seconds)),
            "sd": float(np.std(seconds, ddof=1)) if len(seconds) > 1 else None,
        },
    }


def _described(protocol: Protocol, variant: Variant) -> dict[str, Any]:
    _, spec = front_end(protocol, variant)
    chosen = {"frames": variant.frames, "acceleration": variant.acceleration}
    recipe = msgspec.to_builtins(variant.recipe)
    rows = [{key: getattr(row, key) for key in row.__struct_fields__} for row in protocol.rows]
    told = {key: getattr(protocol, key) for key in protocol.__struct_fields__}
    # The context as it is: an odd number of 50 ms frames makes 350 ms of what an envelope's protocol calls 400.
    measured = {"context_ms": spec.context_ms, "hop_ms": spec.hop_ms}
    return {**told, **measured, "rows": rows, "decoder": {**chosen, "recipe": recipe}}


def _data(jobs: Sequence[Job], people: list[str]) -> dict[str, Any]:
    takes = {str(take.file): take for job in jobs for take in job.takes}
    databases: dict[str, set[int]] = defaultdict(set)
    for take in takes.values():
        databases[take.database].add(take.subject)
    return {
        "people": people,
        "databases": {name: sorted(numbers) for name, numbers in sorted(databases.items())},
        "recordings": len(takes),
    }
