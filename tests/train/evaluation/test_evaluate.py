from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from support.evaluations import LEFT_OUT, OWN, WITH_REST, WITHIN

from emg_edge.errors import EmgEdgeError, ProtocolError
from emg_edge.train.evaluation.evaluate import Where, evaluate
from emg_edge.train.evaluation.job import Variant
from emg_edge.train.evaluation.protocol import Protocol, Row, protocol
from emg_edge.train.simulated.files import Plan, simulate

BASELINE = Variant(network=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three people of DB1, the third without the repetitions that are tested."""
    root = tmp_path_factory.mktemp("data")
    simulate(Plan("DB1", 3, repetitions=1, hold_s=1.0, rest_s=0.6), root)
    simulate(Plan("DB1", 2, repetitions=6, hold_s=1.0, rest_s=0.6), root, force=True)
    return root


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMG_EDGE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def no_network(*_: object) -> bytes:
    raise AssertionError("no network was asked for")


def evaluated(one: Protocol, data: Path, *subjects: int, **settings: Any) -> tuple[dict[str, Any], list[str]]:
    """The document, and what was said."""
    told: list[str] = []
    settings = {"seeds": 1, "variant": BASELINE, "say": told.append} | settings
    return evaluate(one, data, no_network, subjects=subjects or (1, 2), **settings), told


def test_the_document_says_what_was_done(data: Path) -> None:
    """The protocol with its rows, people, databases, recordings, seeds and versions."""
    document, told = evaluated(WITHIN, data)
    assert told[-1].startswith("tiny: 2 people, 1 row, 1 seeds: 2 jobs; results in ")
    assert document["protocol"] | {"rows": []} == document["protocol"] | {"name": "tiny", "rest": False, "rows": []}
    assert [row["name"] for row in document["protocol"]["rows"]] == ["own"]
    assert document["protocol"]["hop_ms"] == 50
    assert document["data"] == {"people": ["SIM-S1", "SIM-S2"], "databases": {"DB1": [1, 2]}, "recordings": 2}
    assert document["seeds"] == [0]
    assert set(document["versions"]) == {"emg-edge", "numpy", "tensorflow", "keras"}
    assert document["td6_lda"] == document["rows"]["own"]["decoders"]["td6_lda"]
    assert list(document["td6_lda"]["accuracy"]["subjects"]) == ["SIM-S1", "SIM-S2"]
    assert "int8" not in document


def test_rows_are_in_the_protocols_order(data: Path) -> None:
    """The first is the headline."""
    rows = (Row("own-signal", "", scale="own-signal"), Row("causal", "", scale="causal"), OWN)
    document, _ = evaluated(msgspec.structs.replace(LEFT_OUT, rows=rows), data)
    assert list(document["rows"]) == ["own-signal", "causal", "own"]
    assert document["headline"] == "own-signal"
    assert document["td6_lda"] == document["rows"]["own-signal"]["decoders"]["td6_lda"]


def first_only(jobs: Sequence[Any], what: str) -> Iterator[Any]:
    """A progress display during which the user presses Ctrl-C, once the first job is done."""
    for number, job in enumerate(jobs):
        if what == "jobs" and number == 1:
            raise KeyboardInterrupt
        yield job


def test_an_interrupted_evaluation_goes_on(data: Path) -> None:
    """What was done is not done again, and the figures are those of an evaluation that nobody interrupted."""
    with pytest.raises(KeyboardInterrupt):
        evaluated(WITHIN, data, progress=first_only)
    document, told = evaluated(WITHIN, data)
    assert "1 of 2 jobs are done already" in told
    whole, _ = evaluated(WITHIN, data, where=Where(folder=data.parent / "elsewhere"))
    assert document == whole


def test_more_people_and_more_seeds_go_on_with_what_is_there(data: Path) -> None:
    """Each job is kept for itself."""
    evaluated(WITHIN, data, 1)
    _, told = evaluated(WITHIN, data, 1, 2)
    assert "1 of 2 jobs are done already" in told
    _, told = evaluated(WITHIN, data, 1, 2, seeds=2)
    assert "2 of 4 jobs are done already" in told


def test_two_protocols_may_share_a_folder(data: Path, tmp_path: Path) -> None:
    """Neither takes the other's results for its own."""
    where = Where(folder=tmp_path / "results")
    without, _ = evaluated(WITHIN, data, 1, where=where)
    with_rest, told = evaluated(WITH_REST, data, 1, where=where)
    assert not any("done already" in sentence for sentence in told)
    assert "false_activation" in with_rest["td6_lda"]
    assert "false_activation" not in without["td6_lda"]


def test_one_person_that_fails_does_not_stop_the_others(data: Path) -> None:
    """Who, why, and what is kept."""
    told: list[str] = []
    with pytest.raises(EmgEdgeError, match="1 of 2 jobs failed, for the reasons told above"):
        evaluate(WITHIN, data, no_network, subjects=(1, 3), seeds=1, variant=BASELINE, say=told.append)
    assert any("SIM-S3 has no repetition to test on under tiny" in sentence for sentence in told)
    _, told = evaluated(WITHIN, data, 1)
    assert "1 of 1 jobs are done already" in told


def test_a_learning_curve_comes_with_the_headline(data: Path) -> None:
    """From one repetition to all; its rows are no rows of the document, nor of the protocol."""
    few = msgspec.structs.replace(WITHIN, rows=(msgspec.structs.replace(OWN, train=(1, 3)),))
    plain, _ = evaluated(few, data, 1)
    drawn, told = evaluated(few, data, 1, learning_curve=True)
    assert "1 of 2 jobs are done already" in told
    assert list(drawn["rows"]) == ["own"]
    curve = drawn["rows"]["own"]["learning_curve"]
    assert curve["repetitions"] == [1, 2]
    assert curve["td6_lda"]["accuracy"][1] == plain["td6_lda"]["accuracy"]["mean"]
    assert drawn["protocol"] == plain["protocol"]


def test_files_that_are_left_out_are_told(data: Path, tmp_path: Path) -> None:
    """Before any work."""
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "S1_A1_E1.mat").write_bytes((data / "S1_A1_E1.mat").read_bytes())
    (tmp_path / "some" / "S2_A1_E1.mat").write_bytes(b"torn")
    _, told = evaluated(WITHIN, tmp_path / "some", 1)
    assert told[0].startswith("note: ")
    assert "S2_A1_E1.mat" in told[0]


@pytest.mark.realdata
def test_the_baseline_reaches_what_is_known_of_the_real_people(shared_data: Path, cache: Path) -> None:
    """TD6 + LDA at 400 ms on the five of DB5 that are here: 79 % of the instants, found independently."""
    document = evaluate(
        protocol("ninapro-db5-a-within"), shared_data / "ninapro", no_network, seeds=1, variant=BASELINE
    )
    found = document["td6_lda"]["accuracy"]
    assert len(found["subjects"]) == 5
    assert found["mean"] == pytest.approx(0.79, abs=0.015)
    assert document["majority"]["accuracy"]["mean"] < 0.15


@pytest.mark.realdata
def test_the_published_set_is_planned_as_published(shared_data: Path) -> None:
    """The evaluation people are tested, each with the pre-training people to learn from, and no other's data."""
    from emg_edge.recordings.takes import find  # noqa: PLC0415 - beside its use
    from emg_edge.train.evaluation.plan import plan  # noqa: PLC0415

    jobs = plan(protocol("cote-allard"), find(shared_data / "myo_cote_allard"), (), 1, BASELINE)
    assert len({job.wearer for job in jobs}) == 18
    assert all(job.wearer.startswith("COTE-eval-") for job in jobs)
    for job in jobs:
        people = {take.wearer for take in job.takes}
        others = {name for name in people if name.startswith("COTE-pre-")}
        assert people == others | {job.wearer}
        assert len(others) == (19 if job.row.pretrain else 0)


def test_another_database_is_one_sentence(data: Path) -> None:
    """What is there is named."""
    with pytest.raises(EmgEdgeError, match="holds nothing of the database asked for; it holds DB1"):
        evaluated(protocol("ninapro-db5-a-within"), data)
    with pytest.raises(ProtocolError, match="tiny tests people of DB1; there: SIM-S1, SIM-S2, SIM-S3"):
        evaluated(WITHIN, data, 7)
