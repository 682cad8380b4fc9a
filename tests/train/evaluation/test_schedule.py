"""Jobs in this process, in processes of this machine, and on a Dask cluster of real processes."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import toy_jobs
from support.dask_processes import TESTS, Cluster, cluster, free_port
from support.toy_jobs import Toy, toys, work

from emg_edge.errors import EmgEdgeError
from emg_edge.train.evaluation import processes
from emg_edge.train.evaluation.schedule import run_jobs
from emg_edge.train.evaluation.store import Results
from emg_edge.train.evaluation.worker import VERSIONED, refuse_other, versions_here

Where = dict[str, Any]


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    pytest.importorskip("distributed", reason="Dask comes with the train extra")
    with cluster(2, tmp_path_factory.mktemp("dask")) as running:
        yield running


@pytest.fixture(params=["here", "processes", "cluster"])
def where(request: pytest.FixtureRequest) -> Where:
    """Each way to run jobs."""
    if request.param == "cluster":
        return {"scheduler": request.getfixturevalue("two_workers").address}
    return {"workers": 2 if request.param == "processes" else 1}


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(tmp_path / "results")


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    folder = tmp_path / "traces"
    folder.mkdir()
    return folder


def stored(jobs: Collection[Toy], results: Results) -> set[str]:
    """Keys whose result stands, and is the right one."""
    there = {job.key: results.get(job.key) for job in jobs if results.has(job.key)}
    assert all(there[job.key] == toy_jobs.expected(job) for job in jobs if job.key in there)
    return set(there)


def after(n: int, do: Callable[[], None]) -> Callable[[Collection[Any], str], Iterator[Any]]:
    """A Progress that does something once, when n jobs are done."""

    def progress(things: Collection[Any], doing: str) -> Iterator[Any]:
        for done, thing in enumerate(things):
            if done == n:
                do()
            yield thing

    return progress


def test_every_job_is_done_once(where: Where, results: Results, traces: Path) -> None:
    """All results arrive, and progress is told of each."""
    jobs, told = toys(8, traces), []

    def progress(things: Collection[Any], doing: str) -> Iterator[Any]:
        for thing in things:
            told.append(doing)
            yield thing

    run_jobs(jobs, work, results, progress=progress, **where)
    assert stored(jobs, results) == {job.key for job in jobs}
    assert set(toy_jobs.runs(traces).values()) == {1}
    assert told == ["jobs"] * 8
    assert len(toy_jobs.processes(traces)) == (1 if where == {"workers": 1} else 2)


def test_only_what_is_missing_is_done(where: Where, results: Results, traces: Path) -> None:
    """A result that stands is left alone, a damaged one is made anew, and it is said how many stand."""
    jobs, said = toys(5, traces, seconds=0.0), []
    for job in jobs[:3]:
        results.put(job.key, toy_jobs.expected(job))
    damaged = results.folder / f"{jobs[0].key}.result"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    run_jobs(jobs, work, results, say=said.append, **where)
    assert "2 of 5 jobs are done already" in said
    assert set(toy_jobs.runs(traces)) == {jobs[0].key, jobs[3].key, jobs[4].key}
    assert len(stored(jobs, results)) == 5
    run_jobs(jobs, work, results, say=said.append, **where)
    assert said[-1] == "5 of 5 jobs are done already"
    assert toy_jobs.runs(traces).total() == 3


def test_a_failing_job_does_not_stop_the_others(where: Where, results: Results, traces: Path) -> None:
    """It is told with its name and its reason, at once; at the end it is counted."""
    jobs, said = toys(4, traces, seconds=0.0), []
    failing = Toy("row.P9.seed0", str(traces), seconds=0.0, fails=True)
    with pytest.raises(EmgEdgeError, match=r"1 of 5 jobs failed.*the same command"):
        run_jobs([failing, *jobs], work, results, say=said.append, **where)
    assert "row.P9.seed0 failed: the recording is empty; leave it out" in said
    assert stored([failing, *jobs], results) == {job.key for job in jobs}


def test_a_defect_keeps_its_traceback(where: Where, results: Results, traces: Path) -> None:
    """What is no EmgEdgeError stops the run and says where it happened."""
    with pytest.raises((RuntimeError, FileNotFoundError), match="nowhere"):
        run_jobs([Toy("a", "/nowhere")], work, results, **where)


def test_two_jobs_of_one_key_are_a_mistake(results: Results, traces: Path) -> None:
    """One would overwrite the other."""
    with pytest.raises(ValueError, match="same key"):
        run_jobs(toys(1, traces) * 2, work, results)
    assert not toy_jobs.runs(traces)


def test_a_local_process_has_its_share_of_the_cores(
    results: Results, traces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it stays in this process; what the user has set wins."""
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(8)))
    first, second = toys(2, traces, seconds=0.0)
    run_jobs([first], toy_jobs.threads, results, workers=2)
    assert results.get(first.key) == b"4"
    assert "TF_NUM_INTRAOP_THREADS" not in os.environ
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "3")
    run_jobs([second], toy_jobs.threads, results, workers=2)
    assert results.get(second.key) == b"3"


def test_a_local_process_that_dies_loses_nothing(results: Results, traces: Path) -> None:
    """It is replaced; a job that kills it every time fails alone, after a second try."""
    jobs, said = toys(5, traces, seconds=0.0), []
    deadly = Toy("row.P9.seed0", str(traces), seconds=0.0, kills=True)
    with pytest.raises(EmgEdgeError, match="1 of 6 jobs failed"):
        run_jobs([deadly, *jobs], work, results, workers=2, say=said.append)
    assert [sentence for sentence in said if "died 2 times" in sentence and "row.P9" in sentence]
    assert stored([deadly, *jobs], results) == {job.key for job in jobs}
    assert toy_jobs.runs(traces) == {job.key: 1 for job in jobs} | {deadly.key: processes.DEATHS}


INTERRUPTED = """
import sys
from pathlib import Path
from support.toy_jobs import toys, work
from emg_edge.train.evaluation.schedule import run_jobs
from emg_edge.train.evaluation.store import Results

def progress(things, doing):
    for done, thing in enumerate(things):
        print(done, flush=True)
        yield thing

if __name__ == "__main__":
    where = {"scheduler": sys.argv[2]} if ":" in sys.argv[2] else {"workers": int(sys.argv[2])}
    root = Path(sys.argv[1])
    try:
        run_jobs(toys(12, root / "traces"), work, Results(root / "results"), progress=progress, **where)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "how"),
    [("processes", signal.SIGINT), ("processes", signal.SIGKILL), ("cluster", signal.SIGINT)],
    indirect=["where"],
)
def test_an_interrupted_run_goes_on_where_it_was(
    where: Where, how: signal.Signals, tmp_path: Path, results: Results, traces: Path
) -> None:
    """After Ctrl-C or a crash what had come is kept, the rest is called off, and a second run does only that."""
    script = tmp_path / "interrupted.py"
    script.write_text(INTERRUPTED)
    inherited = os.environ.get("PYTHONPATH", "")
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path), str(where.get("scheduler", where.get("workers")))],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), inherited])},
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout is not None
        assert any(line == "4\n" for line in run.stdout)  # four jobs are done
        run.send_signal(how)
        rest = run.stdout.read()
    assert ("interrupted" in rest) == (how is signal.SIGINT)
    jobs = toys(12, traces)
    kept = stored(jobs, results)
    assert 4 <= len(kept) < 12
    run_jobs(jobs, work, results, **where)
    assert len(stored(jobs, results)) == 12
    runs = toy_jobs.runs(traces)
    assert all(runs[key] == 1 for key in kept)
    assert runs.total() <= 12 + 4  # two were running, and two may have started before the cluster heard of it


@pytest.mark.slow
def test_a_killed_worker_loses_nothing(results: Results, traces: Path, tmp_path: Path) -> None:
    """Its job runs again on the other; no job whose result had been stored does."""
    pytest.importorskip("distributed", reason="Dask comes with the train extra")
    jobs, kept = toys(14, traces), set()
    with cluster(2, tmp_path) as running:

        def kill() -> None:
            kept.update(stored(jobs, results))
            running.workers[0].kill()
            running.workers[0].wait()

        run_jobs(jobs, work, results, scheduler=running.address, progress=after(6, kill))
    assert len(kept) >= 6
    assert len(stored(jobs, results)) == 14
    runs = toy_jobs.runs(traces)
    assert all(runs[key] == 1 for key in kept)
    # What ran there, and at most two more whose results lay in the dead worker's memory and had not been fetched.
    assert runs.total() <= 14 + 3


@pytest.mark.slow
def test_without_a_worker_the_jobs_wait_and_it_is_said(results: Results, traces: Path, tmp_path: Path) -> None:
    """Then the scheduler goes: one sentence, not a hang."""
    pytest.importorskip("distributed", reason="Dask comes with the train extra")
    said = []
    with cluster(0, tmp_path) as running:

        def say(sentence: str) -> None:
            said.append(sentence)
            running.scheduler.kill()

        with pytest.raises(EmgEdgeError, match=r"the Dask scheduler at .* is gone; .* the same command goes on"):
            run_jobs(toys(2, traces), work, results, scheduler=running.address, say=say)
    assert said == [
        f"no worker is connected to {running.address}; the jobs wait for one "
        f"(dask worker {running.address} --nthreads 1)"
    ]


@pytest.mark.parametrize("address", ["nowhere", "http://127.0.0.1:80", "closed", "silent"])
def test_a_wrong_address_is_one_sentence(
    address: str, results: Results, traces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it is none, nothing listens there, or something that is no scheduler."""
    pytest.importorskip("distributed", reason="Dask comes with the train extra")
    from emg_edge.train.evaluation import cluster as on_dask  # noqa: PLC0415 - only where Dask is installed

    monkeypatch.setattr(on_dask, "CONNECT_S", 0.5)
    with contextlib.ExitStack() as stack:
        if address == "closed":
            address = f"tcp://127.0.0.1:{free_port()}"
        if address == "silent":
            port = stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            address = f"tcp://127.0.0.1:{port}"
        with pytest.raises(
            EmgEdgeError, match=rf"^no Dask scheduler answers at {address}; check that `dask scheduler`"
        ):
            run_jobs(toys(1, traces), work, results, scheduler=address)
    assert not toy_jobs.runs(traces)


@pytest.mark.slow
def test_a_worker_with_another_version_is_refused(results: Results, traces: Path, tmp_path: Path) -> None:
    """Before any job runs, with both versions and the worker's address."""
    pytest.importorskip("distributed", reason="Dask comes with the train extra")
    other = tmp_path / "other" / "emg_edge-0.0.1.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: emg-edge\nVersion: 0.0.1\n")
    mine = versions_here()["emg-edge"]
    with cluster(1, tmp_path, other.parent) as running, pytest.raises(EmgEdgeError) as refused:
        run_jobs(toys(1, traces), work, results, scheduler=running.address)
    assert "has emg-edge 0.0.1, and this machine has" in str(refused.value)
    assert f"emg-edge {mine}; install the same version on every machine" in str(refused.value)
    assert not toy_jobs.runs(traces)


def test_a_missing_package_is_named() -> None:
    """As on a machine that has Dask and nothing of ours."""
    with pytest.raises(EmgEdgeError, match="the worker X has no emg-edge, and this machine has emg-edge 1"):
        refuse_other({"emg-edge": "1"}, {"emg-edge": None}, "the worker X")
    refuse_other(versions_here(), dict.fromkeys(VERSIONED) | versions_here(), "this one")


def test_one_process_needs_no_dask() -> None:
    """Neither it nor TensorFlow is loaded where jobs run on this machine, or on the scheduler."""
    script = "import sys, emg_edge.train.evaluation.processes; print([m for m in sys.modules if m in %r])"
    heavy = ("distributed", "dask", "tensorflow", "keras")
    done = subprocess.run([sys.executable, "-c", script % (heavy,)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
