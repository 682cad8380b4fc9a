from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from support import data_folders
from support.evaluations import LEFT_OUT, OWN, TESTED, WITH_REST, WITHIN
from support.tiny_run import TinyRun

from emg_edge.errors import RecordingError
from emg_edge.quantize.convert import convert
from emg_edge.recordings.takes import find
from emg_edge.train.evaluation.decided import Decided
from emg_edge.train.evaluation.job import Variant, run_job
from emg_edge.train.evaluation.plan import plan
from emg_edge.train.evaluation.protocol import Protocol, Row, protocol
from emg_edge.train.evaluation.store import unpack
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.simulated.files import Plan, simulate

BASELINES = Variant(network=False, baselines=("td6_lda", "td4_lda"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people of DB1."""
    root = tmp_path_factory.mktemp("data")
    simulate(Plan("DB1", 2, repetitions=6, hold_s=1.0, rest_s=0.6), root)
    return root


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMG_EDGE_CACHE", str(tmp_path / "cache"))


def no_network(*_: object) -> bytes:
    raise AssertionError("no network was asked for")


def done(one: Protocol, data: Path, *subjects: int, variant: Variant = BASELINES) -> list[list[Decided]]:
    """What each job decided."""
    return [unpack(run_job(job, no_network))[0] for job in plan(one, find(data), subjects, 1, variant)]


def right(decided: Sequence[Decided], decoder: str) -> float:
    """Share of the scored instants."""
    return float(np.mean(np.concatenate([(one.decoders[decoder].decided == one.truth)[one.scored] for one in decided])))


def test_it_says_at_every_hop_of_the_tested_repetitions_what_was_decided(data: Path) -> None:
    """Who, what and when, once a hop; instants that count lie settled in a movement."""
    [[one]] = done(WITHIN, data, 1)
    assert (one.wearer, one.database, one.session, one.take) == ("SIM-S1", "DB1", 1, "SIM-S1-D1-A only")
    assert set(one.repetition) == set(TESTED)
    assert set(one.truth) == set(range(13))
    assert one.hop_s == 0.05
    begins = np.diff(one.repetition, prepend=0) != 0
    np.testing.assert_allclose(np.diff(one.time_s)[~begins[1:]], 0.05)
    assert (np.diff(one.time_s)[begins[1:]] > 1.0).all()  # what was trained on lies between
    assert 0.2 < one.scored.mean() < 0.9
    assert (one.truth[one.scored] > 0).all()
    settled = np.flatnonzero(one.scored)
    assert (one.truth[settled] == one.truth[settled - 3]).all()


def test_both_baselines_decode_a_simulated_wearer(data: Path) -> None:
    """Without rest they never decide it, and have no threshold."""
    [decided] = done(WITHIN, data, 2)
    assert set(decided[0].decoders) == {"td6_lda", "td4_lda"}
    for name, told in decided[0].decoders.items():
        assert right(decided, name) > 0.5
        assert set(told.decided) <= set(range(1, 13))
        assert np.isnan(told.threshold)
        assert (told.active == np.inf).all()


def test_with_rest_there_is_a_threshold_that_training_chose(data: Path) -> None:
    """It is that person's, and finite; with one training repetition there is none."""
    [decided] = done(WITH_REST, data, 1)
    told = decided[0].decoders["td6_lda"]
    assert np.isfinite(told.threshold)
    assert {0} < set(told.decided)
    assert 0 not in told.movement
    single = msgspec.structs.replace(WITH_REST, rows=(Row("one", "", train=(1,)),))
    [decided] = done(single, data, 1)
    assert np.isnan(decided[0].decoders["td6_lda"].threshold)


def test_a_set_of_many_files_has_a_threshold_too(tmp_path: Path) -> None:
    """A session's last training repetition is held, however many files it is cut into."""
    data_folders.cote_allard(tmp_path, ("PreTrainingDataset/Male0/training0", "EvaluationDataset/Male0/training0"))
    three, own = done(protocol("cote-allard"), tmp_path)
    assert {one.wearer for one in three} == {"COTE-eval-Male0"}
    assert {tuple(set(one.repetition)) for one in three} == {(4,)}
    assert all(np.isfinite(one.decoders["td6_lda"].threshold) for one in three)
    for one, other in zip(three, own, strict=True):  # what others teach first is the network's alone
        np.testing.assert_array_equal(one.decoders["td6_lda"].decided, other.decoders["td6_lda"].decided)


def test_a_strangers_decoder_learns_from_all_others(data: Path) -> None:
    """Every repetition of the tested person is asked."""
    [first, second] = done(LEFT_OUT, data)
    assert [first[0].wearer, second[0].wearer] == ["SIM-S1", "SIM-S2"]
    assert set(first[0].repetition) == {1, 2, 3, 4, 5, 6}
    assert 1 / 12 < right(first, "td6_lda") < 1


def test_network_and_int8_file_decide_the_same_instants(tiny: TinyRun) -> None:
    """Both armbands of a simulated wearer of DB5, with rest; sizes and seconds are told."""
    one: Any = msgspec.structs.replace(protocol("ninapro-db5-a-within-rest"), name="small", context_ms=200)
    recipe = Recipe(epochs=12, width=16)
    [job] = plan(one, find(tiny.data), (), 1, Variant(recipe))
    [decided], facts = unpack(run_job(job, convert))
    assert list(decided.decoders) == ["td6_lda", "model", "int8"]
    assert {len(told.decided) for told in decided.decoders.values()} == {len(decided.truth)}
    floats, int8 = decided.decoders["model"], decided.decoders["int8"]
    assert right([decided], "model") > 0.3  # thirteen classes
    assert (floats.decided == int8.decided)[decided.scored].mean() > 0.9
    assert np.isfinite(floats.threshold)
    assert int8.threshold == floats.threshold
    assert facts["parameters"] > 1000
    assert facts["int8_bytes"] > 1000
    assert facts["training_seconds"] > 0


def test_a_person_without_the_repetitions_is_told(data: Path) -> None:
    """The sentence names them and the protocol."""
    with pytest.raises(RecordingError, match="SIM-S1 has no repetition to test on under tiny"):
        done(msgspec.structs.replace(WITHIN, rows=(msgspec.structs.replace(OWN, test=(9,)),)), data, 1)


def test_movements_that_nobody_was_trained_on_are_told(tmp_path: Path) -> None:
    """They are in no figure, so the user must know: here the others made exercise B alone."""
    for number, exercise in ((2, 2), (1, 1)):
        simulate(Plan("DB1", number, exercises=(exercise,), repetitions=3, hold_s=1.0, rest_s=0.6), tmp_path)
    one = msgspec.structs.replace(LEFT_OUT, exercises=())
    [_, facts] = unpack(run_job(plan(one, find(tmp_path), (1,), 1, BASELINES)[0], no_network))
    assert [remark for remark in facts["remarks"] if "not scored" in remark] == [
        f"SIM-S1: movements that nobody was trained on are not scored in 'own': {', '.join(map(str, range(1, 13)))}; "
        "add recordings of them to the training side"
    ]
