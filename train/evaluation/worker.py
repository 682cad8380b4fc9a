"""What another process does for a job. Dask's scheduler imports this module too: it loads nothing heavy."""

import logging
import os
import pickle
import threading
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any, TypeVar

from emg_edge.errors import EmgEdgeError
from emg_edge.quiet import quiet

J = TypeVar("J")

VERSIONED = ("emg-edge", "tensorflow")  # another version of these gives another result
# Without them each process takes every core. BLAS and OpenMP read theirs when loaded, TensorFlow when it computes.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
_alone = threading.Lock()  # seeds belong to a process: two jobs in the threads of one would disturb each other


def packed(work: Callable[[J], bytes], job: J) -> bytes:
    """A job for `do`. Packed, so that only the worker loads what it needs, and only once its versions are right."""
    return pickle.dumps((work, job))


def do(call: bytes, *, versions: Mapping[str, str | None]) -> bytes | EmgEdgeError:
    """A job's result, or the EmgEdgeError that it raised.

    It computes on one thread unless the process's environment says otherwise. Raises EmgEdgeError when the versions
    here are not those of whoever asks.
    """
    refuse_other(versions, versions_here(), f"a worker on {os.uname().nodename}")
    for name in THREADS:
        os.environ.setdefault(name, "1")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _alone:
        try:
            with quiet():  # TensorFlow tells what machine it finds
                work, job = pickle.loads(call)  # noqa: S301 - a worker runs what its scheduler sends: its purpose
            logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of retracing once there are several jobs
            result: bytes = work(job)
        except EmgEdgeError as error:
            return error
    return result


def versions_here() -> dict[str, str | None]:
    return {name: _version(name) for name in VERSIONED}


def refuse_other(mine: Mapping[str, str | None], theirs: Mapping[str, Any], who: str) -> None:
    """Raise EmgEdgeError when a version differs."""
    for name, version in mine.items():
        found = theirs.get(name)
        if found != version:
            raise EmgEdgeError(
                f"{who} has {_named(name, found)}, and this machine has {_named(name, version)}; install the same "
                "version on every machine, start the cluster again, and the same command goes on"
            )


def _named(name: str, version: str | None) -> str:
    return f"no {name}" if version is None else f"{name} {version}"


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
