"""Jobs in processes of this machine, each with its share of the cores."""

import contextlib
import multiprocessing
import os
import signal
import traceback
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import NoReturn

from emg_edge.errors import EmgEdgeError
from emg_edge.train.evaluation.schedule import J, Outcome
from emg_edge.train.evaluation.worker import THREADS, do, packed, versions_here

DEATHS = 2  # of the process, until a job is given up: the first may have been the fault of others that used the memory
_SPAWN = multiprocessing.get_context("spawn")  # TensorFlow, once loaded, does not survive a fork


def outcomes(jobs: Sequence[J], work: Callable[[J], bytes], workers: int) -> Generator[tuple[str, Outcome], None, None]:
    """Key and outcome of each job as it finishes. At exit the processes are killed, and what they run is lost.

    A process that dies is replaced, and its job tried again.
    """
    waiting, deaths = deque(jobs), Counter[str]()
    threads = max(1, len(os.sched_getaffinity(0)) // workers)
    idle = [_Process(threads) for _ in range(min(workers, len(jobs)))]
    busy: dict[Connection, tuple[_Process, J]] = {}
    try:
        while waiting or busy:
            while waiting and idle:
                process, job = idle.pop(), waiting.popleft()
                busy[process.pipe] = process, job
                process.ask(packed(work, job))
            for pipe in wait(list(busy)):
                assert isinstance(pipe, Connection)
                process, job = busy[pipe]
                try:
                    outcome = process.answer()
                    del busy[pipe]
                except (EOFError, OSError):
                    del busy[pipe]
                    process.end()
                    process = _Process(threads)
                    deaths[job.key] += 1
                    if deaths[job.key] < DEATHS:
                        waiting.append(job)
                        idle.append(process)
                        continue
                    outcome = EmgEdgeError(
                        f"its process died {DEATHS} times; this is mostly the memory: run fewer jobs at once"
                    )
                idle.append(process)
                yield job.key, outcome
    finally:
        for process in [*idle, *(process for process, _ in busy.values())]:
            process.end()


@dataclass(frozen=True)
class _Defect:
    """An exception that nobody expected, as text: not every one can be pickled."""

    traceback: str

    def tell(self) -> NoReturn:
        raise RuntimeError(f"in a process of its own:\n{self.traceback}")


class _Process:
    """One that does a job after the other, until its pipe is closed."""

    def __init__(self, threads: int) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
        with _environment(dict.fromkeys(THREADS, str(threads))):
            self._process.start()
        theirs.close()  # so that ours ends when the process does

    def ask(self, call: bytes) -> None:
        with contextlib.suppress(OSError):  # it is dead: `answer` finds out
            self.pipe.send_bytes(call)

    def answer(self) -> Outcome:
        """Raises EOFError or OSError when the process is dead, RuntimeError for a defect in the job."""
        outcome: Outcome | _Defect = self.pipe.recv()
        if isinstance(outcome, _Defect):
            outcome.tell()
        return outcome

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self._process.close()
        self.pipe.close()


def _serve(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of the terminal; ours is ended by `end`
    with contextlib.suppress(EOFError, OSError):  # who asked is gone
        while True:
            call = pipe.recv_bytes()
            try:
                outcome: Outcome | _Defect = do(call, versions=versions_here())
            except Exception:
                outcome = _Defect(traceback.format_exc())
            pipe.send(outcome)


@contextlib.contextmanager
def _environment(more: dict[str, str]) -> Iterator[None]:
    """For processes that start within it; what the user has set stands. Libraries read it when they are loaded."""
    mine = {name: value for name, value in more.items() if name not in os.environ}
    os.environ.update(mine)
    try:
        yield
    finally:
        for name in mine:
            del os.environ[name]
