"""Jobs on the user's Dask cluster."""

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any

from distributed import CancelledError, Client, Future, KilledWorker, as_completed
from distributed.comm import CommClosedError, connect
from distributed.security import Security

from emg_edge.errors import EmgEdgeError
from emg_edge.train.evaluation.schedule import J, Outcome
from emg_edge.train.evaluation.worker import VERSIONED, do, packed, refuse_other, versions_here

CONNECT_S = 5.0  # a scheduler answers within milliseconds, one that is just being started in seconds
POLL_S = 0.1  # how often is looked for a result: what a user does not notice
LOOK_S = 30.0  # between two looks whether the cluster has a worker left

for _name in ("distributed", "distributed.client"):  # what it would log is told here in a sentence
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@contextlib.contextmanager
def connected(address: str) -> Iterator[Client]:
    """Raises EmgEdgeError when no scheduler answers, or a machine of the cluster has other versions."""
    try:
        asyncio.run(_knock(address))
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise EmgEdgeError(
            f"no Dask scheduler answers at {address}; check that `dask scheduler` runs there, that this is the address "
            "it printed (tcp://HOST:8786), that no firewall is between, and that both have the same version of "
            "distributed"
        ) from error
    with client:
        refuse_other_versions(client.get_versions(packages=list(VERSIONED)))
        yield client


def outcomes(
    client: Client, address: str, jobs: Sequence[J], work: Callable[[J], bytes], say: Callable[[str], None]
) -> Generator[tuple[str, Outcome], None, None]:
    """Key and outcome of each job as it finishes; neither is kept. Jobs that wait or run are cancelled at exit.

    A job whose worker dies is run again on another, as often as the scheduler's allowed-failures says (three times,
    unless configured). Raises EmgEdgeError when the scheduler is lost.
    """
    # The first part is the group: in one group, waiting jobs stay with the scheduler, so that a worker that dies takes
    # along no more than it runs. It is this run's own: the scheduler takes two tasks of one key for the same work.
    run = f"emg-edge-{uuid.uuid4().hex}"
    keys = [(run, job.key) for job in jobs]
    pending = set(client.map(do, [packed(work, job) for job in jobs], key=keys, versions=versions_here(), pure=False))
    finished = as_completed(pending, loop=client.loop)
    look = _Look(client, address, say)
    try:
        while pending:
            if not finished.has_ready():
                look()
                time.sleep(POLL_S)
                continue
            future = next(finished)
            pending.remove(future)
            key, outcome = future.key[1], _outcome(future)
            # Now, not when it is collected: a Ctrl-C that comes within a __del__ is lost.
            future.release()
            del future
            yield key, outcome
            del outcome
    except (CancelledError, CommClosedError) as error:
        raise EmgEdgeError(
            f"the Dask scheduler at {address} is gone; the results that had come are kept: start it again, and the "
            "same command goes on"
        ) from error
    finally:
        if client.status == "running":
            client.cancel(list(pending), force=True)


def refuse_other_versions(found: Mapping[str, Any]) -> None:
    """Raise EmgEdgeError when the scheduler or a worker cannot do our jobs; `found` is from Client.get_versions."""
    mine = versions_here()
    needed = {"emg-edge": mine["emg-edge"]}  # it passes jobs on, and trains nothing
    refuse_other(needed, found["scheduler"]["packages"], "the scheduler")
    for address, worker in found["workers"].items():
        refuse_other(mine, worker["packages"], f"the worker {address}")


async def _knock(address: str) -> None:
    """Connect as a Client does, which would wait for ever where something listens and says nothing."""
    how = Security().get_connection_args("client")
    comm = await asyncio.wait_for(connect(address, timeout=CONNECT_S, **how), CONNECT_S)
    await comm.close()


def _outcome(future: Future) -> Outcome:
    try:
        outcome: Outcome = future.result()
    except KilledWorker as error:
        return EmgEdgeError(
            f"{error.allowed_failures + 1} workers died while they had it, the last at {error.last_worker.address}; "
            "check that machine's memory and the worker's log"
        )
    return outcome


class _Look:
    """Tells, once each time, when the cluster has no worker: its jobs then wait, and nothing else would say so."""

    def __init__(self, client: Client, address: str, say: Callable[[str], None]) -> None:
        self._client, self._address, self._say = client, address, say
        self._due = time.monotonic()
        self._told = False

    def __call__(self) -> None:
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + LOOK_S
        none = not self._client.nthreads()
        if none and not self._told:
            self._say(
                f"no worker is connected to {self._address}; the jobs wait for one "
                f"(dask worker {self._address} --nthreads 1)"
            )
        self._told = none
