import json
import shutil

import numpy as np
import pytest
from support.recorded import description, record

from emg_edge.errors import RecordingError
from emg_edge.recordings.description import beside
from emg_edge.recordings.takes import find, recordings
from emg_edge.sampleblock import SampleBlock


def own(path, started, wearer="al", movements=(1, 2, 1), seed=1):
    """A recording that makes each movement once, with rest before it; None of them: nobody knows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random, blocks = np.random.default_rng(seed), []
    for number in movements:
        for label in (None,) if number is None else (0, number):
            samples = random.normal(0, 30, (100, 8)).astype(np.float32)
            blocks.append(SampleBlock(samples, 1000.0 + len(blocks), movement=label))
    record(path, blocks, description(wearer=wearer))
    place = beside(path)
    place.write_text(json.dumps(json.loads(place.read_text()) | {"started": started}))
    return path


def executions(recording):
    moving = recording.movement > 0
    return sorted(set(zip(recording.movement[moving].tolist(), recording.repetition[moving].tolist(), strict=True)))


def test_days_are_sessions_and_repetitions_go_on_within_a_day(tmp_path):
    """In the order of the dates, whatever the files are called."""
    own(tmp_path / "c.tsv", "2024-05-01T09:00:00+02:00")
    own(tmp_path / "a.tsv", "2024-05-01T18:00:00+02:00", seed=2)
    own(tmp_path / "b.tsv", "2024-05-03T09:00:00+02:00", seed=3)
    own(tmp_path / "more" / "d.tsv", "2024-05-02T09:00:00+02:00", wearer=None, seed=4)
    found = find(tmp_path)
    assert [(str(take), take.subject) for take in found.takes] == [
        ("own al session 1 a", 1),
        ("own al session 1 c", 1),
        ("own al session 2 b", 1),
        ("own own-S2 session 1 d", 2),
    ]
    a, c, b, d = (take.read() for take in found.takes)
    assert executions(c) == executions(b) == executions(d) == [(1, 1), (1, 2), (2, 1)]
    assert executions(a) == [(1, 3), (1, 4), (2, 2)]
    assert a.repetition[0] == 3  # rest has that of the movement it precedes
    assert (a.take, a.worn_by, a.session, a.source.rate_hz) == ("al-D1-a", "al", 1, 250)
    assert {take.database for take in find(tmp_path, "OWN", [2]).takes} == {"own"}


def test_a_recording_can_be_named_alone(tmp_path):
    """Its description is looked for beside it, in a folder of others."""
    path = own(tmp_path / "a.tsv", "2024-05-01T18:00:00+02:00")
    own(tmp_path / "b.tsv", "2024-05-03T09:00:00+02:00", seed=3)
    assert [str(take) for take in find(path).takes] == ["own al session 1 a"]


def test_the_digest_follows_the_recordings_before(tmp_path):
    """They decide what its repetitions are."""
    own(tmp_path / "a.tsv", "2024-05-01T09:00:00+02:00")
    own(tmp_path / "b.tsv", "2024-05-01T10:00:00+02:00", seed=2)
    first, second = (take.digest() for take in find(tmp_path).takes)
    own(tmp_path / "c.tsv", "2024-05-01T09:30:00+02:00", seed=3)
    takes = find(tmp_path).takes
    assert takes[0].digest() == first
    assert takes[1].digest() != second


def test_namesakes_of_one_day_are_two_recordings_and_a_copy_is_none(tmp_path):
    """In other folders: what was recorded at another time is kept, what was copied is used and counted once."""
    own(tmp_path / "morning" / "x.tsv", "2024-05-01T09:00:00+02:00")
    shutil.copytree(tmp_path / "morning", tmp_path / "backup")
    own(tmp_path / "noon" / "x.tsv", "2024-05-01T12:30:00+02:00", seed=2)
    found = find(tmp_path)
    assert [take.name for take in found.takes] == ["al-D1-x", "al-D1-x-123000"]
    assert executions(found.takes[1].read()) == [(1, 3), (1, 4), (2, 2)]
    assert (len(found.remarks), found.duplicates) == (1, ())
    assert "is a copy of" in found.remarks[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: beside(path).write_text(beside(path).read_text().replace("2024-05-01T", "in May, ")), "'in May,"),
        (lambda path: beside(path).write_text(beside(path).read_text()[:200]), "is damaged"),
        (lambda path: path.write_text("1\t2\n"), "2 columns, and a row has"),
    ],
)
def test_a_damaged_recording_is_one_sentence(tmp_path, change, said):
    """The others are read, those of the same day too."""
    own(tmp_path / "a.tsv", "2024-05-01T10:00:00+02:00")
    change(own(tmp_path / "b.tsv", "2024-05-01T09:00:00+02:00", seed=2))
    sentences = []
    assert len(list(recordings(tmp_path, report=sentences.append))) == 1
    assert len(sentences) == 1
    assert said in sentences[0]


def test_a_recording_without_its_description_is_no_take(tmp_path):
    """And other JSON beside a table makes it none."""
    path = own(tmp_path / "a.tsv", "2024-05-01T09:00:00+02:00")
    beside(path).write_text('{"kind": "holiday"}')
    with pytest.raises(RecordingError, match=r"what a\.tsv is"):
        find(tmp_path)
