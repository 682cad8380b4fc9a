"""Independent jobs run where the user says, each result written as it comes, so that any run can be gone on with."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from emg_edge.errors import EmgEdgeError, MissingDependency
from emg_edge.extras import install
from emg_edge.progress import Progress, in_order
from emg_edge.train.evaluation.store import Results


class Job(Protocol):
    """Something to do whose result has a name; it can be pickled."""

    @property
    def key(self) -> str: ...


J = TypeVar("J", bound=Job)
Outcome = bytes | EmgEdgeError  # a job's result, or why there is none


def run_jobs(
    jobs: Sequence[J],
    work: Callable[[J], bytes],
    results: Results,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = in_order,
    say: Callable[[str], None] = lambda _sentence: None,
) -> None:
    """Do the jobs whose result is not there yet: in this process, in `workers` of its own, or on a Dask cluster.

    `work` is a function of a module. A job that raises EmgEdgeError is told of and the others go on; the run then
    raises EmgEdgeError at its end. Ctrl-C, or a crash, loses no more than what is running: the same call goes on.
    A script that calls this with several workers does so under `if __name__ == "__main__"`: they are spawned.
    """
    if len({job.key for job in jobs}) < len(jobs):
        raise ValueError("two jobs have the same key")
    todo = [job for job in jobs if not results.has(job.key)]
    if len(todo) < len(jobs):
        say(f"{len(jobs) - len(todo)} of {len(jobs)} jobs are done already")
    if not todo:
        return
    failed = 0
    with _running(todo, work, workers, scheduler, say) as outcomes:
        for _, (key, outcome) in zip(progress(todo, "jobs"), outcomes, strict=True):
            if isinstance(outcome, EmgEdgeError):
                failed += 1
                say(f"{key} failed: {outcome}")
            else:
                results.put(key, outcome)
    if failed:
        raise EmgEdgeError(
            f"{failed} of {len(jobs)} jobs failed, for the reasons told above; the results of the others are kept, and "
            "the same command tries the failed ones again"
        )


@contextlib.contextmanager
def _running(
    jobs: Sequence[J], work: Callable[[J], bytes], workers: int, scheduler: str | None, say: Callable[[str], None]
) -> Iterator[Iterator[tuple[str, Outcome]]]:
    if scheduler is None and workers == 1:
        yield _in_this_process(jobs, work)
        return
    if scheduler is None:
        from emg_edge.train.evaluation import processes  # noqa: PLC0415 - it imports this module

        with contextlib.closing(processes.outcomes(jobs, work, workers)) as outcomes:
            yield outcomes
        return
    try:
        from emg_edge.train.evaluation import cluster  # noqa: PLC0415 - one machine does without Dask
    except ImportError as error:
        if error.name is not None and error.name.startswith("emg_edge"):
            raise
        raise MissingDependency(
            f"a cluster needs Dask, and {error.name or error} is not installed here; {install('train')}, "
            "or run the jobs on this machine"
        ) from error
    with (
        cluster.connected(scheduler) as client,
        contextlib.closing(cluster.outcomes(client, scheduler, jobs, work, say)) as outcomes,
    ):
        yield outcomes


def _in_this_process(jobs: Sequence[J], work: Callable[[J], bytes]) -> Iterator[tuple[str, Outcome]]:
    for job in jobs:
        try:
            yield job.key, work(job)
        except EmgEdgeError as error:
            yield job.key, error
