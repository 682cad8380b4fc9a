"""Jobs that do nothing but take their time and leave a trace of every run, for tests of where jobs run."""

import os
import time
import uuid
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from emg_edge.errors import EmgEdgeError


@dataclass(frozen=True)
class Toy:
    key: str
    traces: str  # a folder: each run of the job leaves one file there
    seconds: float = 0.2
    fails: bool = False
    kills: bool = False  # its process, as one that runs out of memory


def toys(n: int, traces: Path, seconds: float = 0.2) -> list[Toy]:
    """Jobs with their folder of traces, which is made."""
    traces.mkdir(exist_ok=True)
    return [Toy(f"row.P{i}.seed0", str(traces), seconds) for i in range(n)]


def work(toy: Toy) -> bytes:
    (Path(toy.traces) / f"{toy.key}@{uuid.uuid4().hex}").write_text(str(os.getpid()))
    time.sleep(toy.seconds)
    if toy.kills:
        os.kill(os.getpid(), 9)
    if toy.fails:
        raise EmgEdgeError("the recording is empty; leave it out")
    return expected(toy)


def threads(toy: Toy) -> bytes:
    """What TensorFlow would be told in the process of a job."""
    return os.environ["TF_NUM_INTRAOP_THREADS"].encode()


def expected(toy: Toy) -> bytes:
    return f"result of {toy.key}".encode() * 1000


def runs(traces: Path) -> Counter[str]:
    """How often each job was run, to its end or not."""
    return Counter(trace.name.partition("@")[0] for trace in traces.iterdir())


def processes(traces: Path) -> set[str]:
    return {trace.read_text() for trace in traces.iterdir()}
