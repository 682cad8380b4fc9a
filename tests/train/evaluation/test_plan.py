import shutil
from pathlib import Path

import msgspec
import pytest
from support import data_folders
from support.evaluations import LEFT_OUT, OWN, WITHIN

from emg_edge.errors import ProtocolError
from emg_edge.recordings.takes import Found, find
from emg_edge.signal.spec import default_spec
from emg_edge.train.data.merge import merge
from emg_edge.train.evaluation.job import Job, Variant
from emg_edge.train.evaluation.plan import databases_of, plan
from emg_edge.train.evaluation.protocol import Protocol, Row, protocol
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.simulated.files import Plan, simulate

PLAIN = Variant()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people of DB1 and three of DB5; simulated ones are the same people in both."""
    root = tmp_path_factory.mktemp("data")
    for database, subjects in (("DB1", 2), ("DB5", 3)):
        simulate(Plan(database, subjects, repetitions=2, hold_s=0.3, rest_s=0.2), root / database)
    return root


@pytest.fixture(scope="module")
def found(data: Path) -> Found:
    return find(data)


def planned(one: Protocol, found: Found, *subjects: int, seeds: int = 1, variant: Variant = PLAIN) -> list[Job]:
    return plan(one, found, subjects, seeds, variant)


def used(job: Job) -> set[tuple[str, str]]:
    return {(take.database, take.wearer) for take in job.takes}


def test_a_job_for_each_row_person_and_seed(found: Found) -> None:
    """All people with the first seed come first; every job has a name of its own."""
    two_rows = msgspec.structs.replace(WITHIN, rows=(OWN, Row("few", "", train=(1,))))
    jobs = planned(two_rows, found, seeds=2)
    assert [(job.seed, job.row.name, job.wearer) for job in jobs] == [
        (seed, row, wearer) for seed in (0, 1) for row in ("own", "few") for wearer in ("SIM-S1", "SIM-S2")
    ]
    assert len({job.key for job in jobs}) == 8


def test_two_armbands_are_two_wearers_of_one_each(found: Found) -> None:
    """Each has a decoder where a person has one of their own; a stranger's decoder learns from all."""
    one_band = planned(protocol("ninapro-db5-a-within-ring8"), found, 2)
    assert [(job.wearer, job.ring) for job in one_band] == [("SIM-S2", "upper"), ("SIM-S2", "lower")]
    assert len({job.key for job in one_band}) == 2
    assert [job.ring for job in planned(protocol("merged-a-loso"), found, 2)] == ["", ""]


def test_only_the_people_of_the_protocol_are_tested(found: Found) -> None:
    """Of its databases, and of these the numbers that were asked for, whatever other databases number so."""
    assert [used(job) for job in planned(WITHIN, found)] == [{("DB1", "SIM-S1")}, {("DB1", "SIM-S2")}]
    assert [job.wearer for job in planned(WITHIN, found, 2, 3)] == ["SIM-S2"]
    merged = protocol("merged-a-loso")
    assert databases_of(merged) == ("DB5", "DB1")
    assert {job.wearer for job in planned(merged, found, 3)} == {"SIM-S3"}


def test_a_left_out_person_is_left_out_of_every_database(found: Found) -> None:
    """Nor are they tested in a database that is for training only."""
    merged = planned(protocol("merged-a-loso"), found, 1)
    assert [used(job) for job in merged] == [
        {("DB5", "SIM-S1"), ("DB5", "SIM-S2"), ("DB5", "SIM-S3"), ("DB1", "SIM-S2")},
        {("DB5", "SIM-S1"), ("DB5", "SIM-S2"), ("DB5", "SIM-S3")},
    ]


def test_nobody_to_test_is_one_sentence(found: Found) -> None:
    """With those that are there."""
    with pytest.raises(ProtocolError, match="tiny tests people of DB1; there: SIM-S1, SIM-S2"):
        planned(WITHIN, found, 9)
    with pytest.raises(ProtocolError, match="there: none of its people"):
        planned(msgspec.structs.replace(WITHIN, exercises=("B",)), found)


def test_a_database_that_a_row_needs_must_be_there(data: Path) -> None:
    """A result of both databases is not made of one."""
    with pytest.raises(ProtocolError, match=r"the row 'merged' of merged-a-loso trains on other people .* none of DB1"):
        planned(protocol("merged-a-loso"), find(data, "DB5"))
    with pytest.raises(ProtocolError, match="trains on other people than SIM-S1, and there are none of DB1; add"):
        planned(LEFT_OUT, find(data, "DB1", (1,)))


def test_a_result_is_kept_under_all_that_decides_it(found: Found) -> None:
    """Another protocol, row or recipe is another job, even in one folder; another person beside is not."""
    key = planned(WITHIN, found)[0].key
    assert key.startswith("own.SIM-S1-only.seed0.")
    others = [
        planned(msgspec.structs.replace(WITHIN, context_ms=400), found),
        planned(msgspec.structs.replace(WITHIN, test={"DB1": (2,)}), found),
        planned(msgspec.structs.replace(WITHIN, rows=(msgspec.structs.replace(OWN, train=(1,)),)), found),
        planned(WITHIN, found, variant=Variant(Recipe(epochs=1))),
        planned(WITHIN, found, variant=Variant(network=False)),
        planned(WITHIN, found, seeds=2)[2:],
    ]
    assert len({key, *(jobs[0].key for jobs in others)}) == 7
    assert planned(WITHIN, found, 1)[0].key == key
    assert planned(msgspec.structs.replace(WITHIN, rows=(OWN, Row("few", ""))), found)[0].key == key


def test_a_result_is_kept_under_the_recordings_content(data: Path, found: Found, tmp_path: Path) -> None:
    """Another signal, or the same files with other names, is another job; another place is not."""
    shutil.copytree(data / "DB1", tmp_path / "moved")
    assert planned(WITHIN, find(tmp_path))[0].key == planned(WITHIN, found)[0].key
    (tmp_path / "moved" / "S1_A1_E1.mat").rename(tmp_path / "moved" / "old.mat")
    (tmp_path / "moved" / "S2_A1_E1.mat").rename(tmp_path / "moved" / "S1_A1_E1.mat")
    (tmp_path / "moved" / "old.mat").rename(tmp_path / "moved" / "S2_A1_E1.mat")
    swapped = planned(WITHIN, find(tmp_path))
    assert not {job.key for job in swapped} & {job.key for job in planned(WITHIN, found)}


def test_any_name_of_a_person_makes_a_file_name(tmp_path: Path) -> None:
    """Two names that look alike then are still two jobs."""
    data_folders.lab(tmp_path, people=("bö", "bo", "b o"))
    lab = msgspec.structs.replace(WITHIN, databases=("lab",), test={"lab": (2,)}, domain="raw", montage="ring4")
    jobs = planned(lab, find(tmp_path))
    assert sorted(job.key.rpartition(".")[0] for job in jobs) == [
        "own.LAB-b_-upper.seed0",
        "own.LAB-b_o-upper.seed0",
        "own.LAB-bo-upper.seed0",
    ]


def test_copies_have_the_names_of_tracks(tmp_path: Path) -> None:
    """Of sets with many files and of NinaPro alike, so that they can be found on two sides; three are one group."""
    people = ("PreTrainingDataset/Female0/training0", "EvaluationDataset/Female0/training0")
    data_folders.cote_allard(tmp_path, people, files=7)
    for person in ("EvaluationDataset/Male0/training0", "EvaluationDataset/Male1/training0"):
        shutil.copytree(tmp_path / people[1], tmp_path / person)
    found = find(tmp_path)
    names = {track.take for track in merge(found, default_spec("raw", 7)).tracks}
    copies = planned(protocol("cote-allard"), found)[0].copies
    assert len(copies) == 7
    assert {len(group) for group in copies} == {3}
    assert {name for group in copies for name in group} <= names


def test_a_copied_file_of_ninapro_has_the_name_of_its_track(data: Path, tmp_path: Path) -> None:
    """The same file under the numbers of two people."""
    for number in (1, 2, 3):
        place = tmp_path / f"s{number}" / f"S{number}_E1_A1.mat"
        place.parent.mkdir()
        shutil.copy(data / "DB5" / "s1" / "S1_E1_A1.mat", place)
    found = find(tmp_path, "DB5")
    jobs = planned(protocol("ninapro-db5-a-loso"), found)
    names = {track.take for track in merge(found, default_spec("raw", 7, "ring16")).tracks}
    assert [set(group) for group in jobs[0].copies] == [names]
