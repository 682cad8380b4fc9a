import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from emg_edge.decoding import modelfile
from emg_edge.decoding.placement import Placement
from emg_edge.device.benchmark import document, text
from emg_edge.device.benchmark.document import Document, Measured
from emg_edge.device.benchmark.live import Watched
from emg_edge.device.benchmark.machine import Condition, Machine
from emg_edge.device.benchmark.stages import STAGES
from emg_edge.errors import EmgEdgeError
from emg_edge.models import shipped

COOL = Condition(48.0, 1500.0, 2400.0, "ondemand", [], 0.1)
HOT = Condition(82.0, 1000.0, 2400.0, "ondemand", ["throttled"], 1.0)


def made(*, invoke_ms: float = 0.5, soak: bool = False, hops: tuple[float, ...] = (0.05, 0.05, 0.11)) -> Document:
    """Every stage takes 0.1 ms but invoke; three lines in real time, the last a hop too late."""
    stages = np.full((20, len(STAGES)), 0.1)
    stages[:, STAGES.index("invoke")] = invoke_ms
    arrived_s = np.cumsum([1.0, *hops]).tolist()
    watched = Watched(
        latency_ms=[1.0, 2.0, 60.0],
        arrived_s=arrived_s,
        resident_mb=[50.0, 58.0, 60.0, 60.5],
        conditions=[COOL, HOT],
        summary={
            "runtime": "litert",
            "seconds": 3.0,
            "decisions": 4,
            "cpu_share": 0.03,
            "rss_mb": 61.0,
            "first_decision_s": 0.9,
            "samples_lost": 0,
        },
    )
    sweep = [Measured(threads, stages, np.full(20, 0.25)) for threads in (1, 2)]
    machine = Machine("Raspberry Pi 5", "Cortex-A76", 4, "Linux", "3.11")
    placement = Placement(modelfile.read(shipped()), Path("m.tflite"))
    return document.make(placement, "myo", 5, sweep, watched, machine, COOL, HOT, soak=soak)


def test_overhead_is_all_that_is_not_invoke() -> None:
    """Six stages of 0.1 ms; and against the bare interpreter it is a ratio."""
    found = made()
    assert found.overhead_ms == pytest.approx(0.1 * (len(STAGES) - 1))
    assert found.total_over_bare == pytest.approx(1.1 / 0.25)
    assert found.stages["total"].p50_ms == pytest.approx(1.1)
    assert set(found.stages) == {*STAGES, "total"}


def test_the_quietest_round_is_told_with_all_that_it_was_chosen_from() -> None:
    """What others do on a shared machine only adds; how much, is not hidden."""
    rounds = [Measured(1, np.full((20, len(STAGES)), ms), np.full(20, ms)) for ms in (0.3, 0.1, 0.2)]
    best = document.quietest(rounds)
    assert best.bare[0] == 0.1
    assert best.rounds_ms == pytest.approx([0.1 * k * (len(STAGES) - 1) for k in (3, 1, 2)])
    told = msgspec.structs.replace(made(), overhead_ms=best.overhead_ms, rounds_ms=list(best.rounds_ms))
    said = "all but `invoke`: 0.600 ms (p50; the quietest of 3 rounds, which took up to 1.800); a decision takes"
    assert said in text.as_text(told)


def test_a_deadline_is_missed_by_a_late_line_and_by_a_hop_without_one() -> None:
    """One line came 60 ms after its sample, and once 110 ms passed between two."""
    found = made()
    assert found.deadline_misses == 2
    assert found.jitter.max_ms == pytest.approx(60.0, abs=0.01)
    assert made(hops=(0.05, 0.05, 0.05)).deadline_misses == 1


def test_the_text_has_what_the_document_has() -> None:
    """Stages, threads, the live run, and how hot it was."""
    told = text.as_text(made(soak=True))
    for words in (
        "Raspberry Pi 5",
        "| invoke | 0.500",
        "| 2 | 0.250 | 0.500 | 1.100 |",
        "2 deadlines missed of 4 decisions",
        "48 degrees C, 1500 of 2400 MHz, ondemand, not throttled",
        "memory once settled 60.0 MB, at the end 60.5 MB, at most 60.5 MB; at most 82 degrees C; throttled",
    ):
        assert words in told


def test_two_machines_stand_side_by_side() -> None:
    """With the ratio to the first."""
    told = text.compared([("pi4", made(invoke_ms=1.0)), ("pi5", made())])
    assert "| invoke, p50 ms | 1 | 0.5 (0.50 x) |" in told
    assert "not the same work" not in told


def test_other_work_is_said_to_be() -> None:
    """A comparison of two models, or of two boards, is not one of two machines."""
    one = made()
    told = text.compared([("a", one), ("b", msgspec.structs.replace(one, board="cyton"))])
    assert "These are not the same work: a: m.tflite on myo, 1 thread, cpu; b: m.tflite on cyton, 1 thread, cpu" in told


def test_a_document_is_read_back(tmp_path: Path) -> None:
    """As it was written."""
    path = tmp_path / "pi5.json"
    path.write_bytes(msgspec.json.encode(made(soak=True)))
    assert text.read(path) == made(soak=True)


def test_a_foreign_file_does_nothing_to_the_terminal() -> None:
    """Its names are text, which stays within its cell."""
    machine = msgspec.structs.replace(made().machine, name="evil\n| x | y |\x1b[31mRED\x1b]0;title\x07")
    told = text.compared([("a", made()), ("b", msgspec.structs.replace(made(), machine=machine))])
    assert "\x1b" not in told
    assert "\x07" not in told
    assert len(told.splitlines()) == len(text.compared([("a", made()), ("b", made())]).splitlines())


def altered(change: Callable[[dict[str, Any]], object]) -> bytes:
    held = msgspec.to_builtins(made())
    change(held)
    return json.dumps(held).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{}", "was not written by emg-edge bench"),
        (b"PK", "was not written by"),
        (b'{"schema": 1, "version": "\xff"}', r"was not written by .* \(it is not text in UTF-8\)"),
        (b"[" * 1_000_000, "was not written by"),
        (altered(lambda d: d["stages"].pop("invoke")), "it has no time of the stage `invoke`"),
        (altered(lambda d: d.update(deadline_misses=10**30)), r"in `deadline_misses`: expected a whole number"),
        (altered(lambda d: d.update(overhead_ms=-1e308)), "in `overhead_ms`"),
        (altered(lambda d: d["bare_invoke"].update(p50_ms=1e308)), r"in `bare_invoke\.p50_ms`"),
        (b'{"schema": 2, "other": 1}', "has schema 2, and this emg-edge reads 1"),
        (None, "cannot read .*: no such"),
    ],
)
def test_what_is_no_benchmark_is_one_sentence(content: bytes | None, said: str, tmp_path: Path) -> None:
    """With the file's name."""
    path = tmp_path / "x.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EmgEdgeError, match=said):
        text.read(path)
    other = tmp_path / "other.json"
    other.write_bytes(msgspec.json.encode(msgspec.structs.replace(made(), schema=99)))
    with pytest.raises(EmgEdgeError, match="has schema 99, and this emg-edge reads 1; measure again"):
        text.read(other)
