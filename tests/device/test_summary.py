import json
from pathlib import Path

import pytest

from emg_edge.decoding.decisions import Decision
from emg_edge.device.summary import Health, Setting, as_text, check_writable, write
from emg_edge.device.tally import Tally
from emg_edge.errors import EmgEdgeError

SETTING = Setting("synthetic", "m.tflite", "litert", "SIM-S1/upper")


def decision(number: int | None, truth: int | None, state: str = "active") -> Decision:
    return Decision(0.0, 0, None, number, 0.5, state, 1.0, 0, truth)


@pytest.fixture
def tally() -> Tally:
    tally = Tally((0, 1, 2))
    for number, truth, settled in [
        (1, 1, True),
        (1, 2, True),
        (0, 0, True),
        (2, 7, True),
        (2, 1, False),
        (1, None, True),
    ]:
        tally.decided(decision(number, truth), settled=settled, arrived_s=0.0)
    tally.decided(decision(None, None, "stale"), settled=False, arrived_s=None)
    tally.samples, tally.lost = 400, 3
    tally.end()
    return tally


def test_accuracy_is_of_what_can_be_judged(tally):
    """Unsettled decisions and those without a truth are left out; one on a foreign movement is wrong, and counted."""
    summary = tally.summary(SETTING, 200.0, Health())
    assert (summary.decisions, summary.judged, summary.beyond_model) == (7, 4, 1)
    assert summary.accuracy == 0.5
    assert summary.states == {"active": 6, "stale": 1}


def test_accuracy_is_null_without_a_truth():
    """A board that knows no truth has no accuracy, which is not zero."""
    tally = Tally((0, 1))
    tally.decided(decision(1, None), settled=False, arrived_s=0.0)
    summary = tally.summary(SETTING, 200.0, Health())
    assert summary.accuracy is None
    assert "accuracy not known" in as_text(summary)


def test_a_run_without_a_decision_has_a_summary():
    """Nothing was decided: counts are zero, shares and delays null."""
    summary = Tally((0,)).summary(SETTING, 200.0, Health())
    assert (summary.decisions, summary.latency_ms, summary.cpu_share, summary.first_decision_s) == (0, None, None, None)
    assert as_text(summary)


def test_the_file_has_the_fields_that_others_read(tally, tmp_path: Path):
    """The JSON document's names are an interface."""
    path = tmp_path / "new" / "s.json"
    write(path, tally.summary(SETTING, 200.0, Health()))
    document = json.loads(path.read_text())
    assert {
        *("decisions", "accuracy", "latency_ms", "samples", "samples_lost", "realtime_factor", "cpu_share", "rss_mb"),
        *("first_decision_s", "board", "model", "runtime", "scale", "states"),
    } <= document.keys()
    assert document["latency_ms"].keys() == {"p50", "p95", "p99"}
    assert (document["samples"], document["samples_lost"]) == (400, 3)
    assert 5 < document["rss_mb"] < 5000


def test_the_file_is_replaced_by_the_next_run(tally, tmp_path: Path):
    """A summary is a result that the user named: it is written anew, whole."""
    path = tmp_path / "s.json"
    path.write_text('{"latency_ms": {}, "old": "' + "and longer than anything " * 1000 + '"}')
    check_writable(path)
    assert '"old"' in path.read_text()
    write(path, tally.summary(SETTING, 200.0, Health()))
    assert json.loads(path.read_text())["decisions"] == 7
    assert [entry.name for entry in tmp_path.iterdir()] == ["s.json"]


def test_a_place_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path):
    """A folder, a device, or a path below a file: one sentence, and nothing is left behind."""
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, Path("/dev/null"), tmp_path / "file" / "s.json"):
        with pytest.raises(EmgEdgeError, match=path.name):
            check_writable(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
    assert Path("/dev/null").is_char_device()


def test_what_is_no_summary_is_never_replaced(tmp_path):
    """Neither a file that the run reads, nor any other file of the user's."""
    model = tmp_path / "gesture.tflite"
    model.write_bytes(b"model")
    with pytest.raises(EmgEdgeError, match="is read by this command"):
        check_writable(model, model)
    with pytest.raises(EmgEdgeError, match="exists and is not a summary"):
        check_writable(model)
    assert model.read_bytes() == b"model"
