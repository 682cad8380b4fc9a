"""A Dask cluster as a user has one: a scheduler and workers, each a process started from the command line."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TESTS = Path(__file__).parents[1]
STARTS_S = 150.0  # an import of Dask takes minutes on a machine whose cores are taken


@dataclass
class Cluster:
    address: str
    scheduler: "subprocess.Popen[bytes]"
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@contextlib.contextmanager
def cluster(workers: int, folder: Path, *worker_path: Path) -> Iterator[Cluster]:
    """Within it they run. `folder` takes their files; `worker_path` comes first where the workers look for modules."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    with contextlib.ExitStack() as stack:
        dask = _Dask(folder, stack)
        scheduler = dask.start("scheduler", (), "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        running = Cluster(address, scheduler)
        _until_open(port)
        for _ in range(workers):
            options = (address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")
            running.workers.append(dask.start("worker", worker_path, *options))
        if workers:
            _until_joined(running)
        yield running


class _Dask:
    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self._folder, self._stack = folder, stack

    def start(self, what: str, path: tuple[Path, ...], *options: str) -> "subprocess.Popen[bytes]":
        inherited = os.environ.get("PYTHONPATH")
        modules = [*map(str, path), str(TESTS), *([inherited] if inherited else [])]
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{what}", *options],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(modules)},
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process


def _until_open(port: int) -> None:
    deadline = time.monotonic() + STARTS_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "the scheduler did not start"
            time.sleep(0.05)
        else:
            return


def _until_joined(running: Cluster) -> None:
    from distributed import Client  # noqa: PLC0415 - an extra

    with Client(running.address, set_as_default=False) as client:
        client.wait_for_workers(len(running.workers), timeout=STARTS_S)
