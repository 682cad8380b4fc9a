import json

import numpy as np
import pytest
from support.recorded import description, random_blocks, record, with_more

from emg_edge.errors import RecordingError
from emg_edge.recordings.description import beside
from emg_edge.recordings.open import is_labelled, open_recording


@pytest.fixture
def path(tmp_path):
    return record(tmp_path / "x.tsv", random_blocks(1, [300]))


def change(path, line, column, text):
    lines = [row.split("\t") for row in path.read_text().splitlines()]
    lines[line - 1][column] = text
    path.write_text("".join("\t".join(row) + "\n" for row in lines))


def test_an_unlabelled_recording_has_no_truth(path):
    """Zeros that mean 'unknown' are not taken for rest."""
    recording = open_recording(path)
    assert not is_labelled(recording)
    assert "its movements are not known" in recording.notes


def test_a_recording_of_rest_alone_is_labelled(tmp_path):
    """A wearer who only rested is known to have rested."""
    (block,) = random_blocks(2, [20])
    rested = with_more(block, movement=np.zeros(20, np.int16))
    assert is_labelled(open_recording(record(tmp_path / "x.tsv", [rested])))


def test_repetitions_are_counted(tmp_path):
    """The k-th execution of a movement is its repetition k; rest belongs to the movement that it precedes."""
    movement = np.array([0, 1, 1, 0, 2, 0, 1, 2, 2, 0], np.int16)
    (block,) = random_blocks(3, [10])
    recording = open_recording(record(tmp_path / "x.tsv", [with_more(block, movement=movement)]))
    assert recording.movement.tolist() == movement.tolist()
    assert recording.repetition.tolist() == [1, 1, 1, 1, 1, 2, 2, 2, 2, 0]


def test_the_last_line_is_dropped_wherever_it_was_cut(path):
    """A label of two digits cut to one would be another movement: without its end, no line counts."""
    data = path.read_bytes()
    whole = open_recording(path).samples
    last = len(data) - data[:-1].rfind(b"\n") - 1
    for cut in (1, 2, 3, last // 2, last - 1):
        path.write_bytes(data[:-cut])
        recording = open_recording(path)
        assert np.array_equal(recording.samples, whole[:-1])
        assert "the last line was cut off in the writing and is left out" in recording.notes


@pytest.mark.parametrize(
    ("line", "column", "text", "sentence"),
    [
        (5, 0, "2", "line 5: the sample's number goes back from 3 to 2"),
        (5, 0, "3", "line 5: the sample's number goes back from 3 to 3"),
        (5, 0, "-4", "line 5: the sample's number is -4"),
        (300, 0, "9000000000", "line 300: 8999999701 samples would be missing before it"),
        (5, 3, "x", "line 5, column 4: 'x' is not a finite number"),
        (5, 3, "nan", "line 5, column 4: 'nan' is not a finite number"),
        (5, 3, "1\t2", "line 5: 25 columns, and a row has 24"),
        (5, 23, "-2", "line 5: the label is -2; expected the number of a movement"),
        (5, 23, "0.5", "line 5: the label is 0.5"),
        (5, 23, "40000", "line 5: the label is 40000"),
    ],
)
def test_a_wrong_row_is_named(path, line, column, text, sentence):
    """A number that goes back, a hole, a column too many, a label that is none: the line is said."""
    change(path, line, column, text)
    with pytest.raises(RecordingError, match=sentence):
        open_recording(path)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"schema": 2}, "is of version 2, and this emg-edge reads version 1"),
        ({"columns": "TOASTER_BOARD"}, "8 channels in the columns of 'TOASTER_BOARD' cannot be"),
        ({"channels": 4}, "it says 4 channels, and its layout 'ring8' has 8"),
        ({"colour": "red"}, "`colour` means nothing there"),
        ({"source": {"domain": "raw", "rate_hz": 0, "unit": "uV", "layout": "ring8"}}, "a rate of 0 Hz"),
        (
            {"source": {"domain": "raw", "rate_hz": 250, "unit": "uV", "layout": "hat"}},
            "unknown electrode layout 'hat'",
        ),
    ],
)
def test_a_description_that_cannot_be_is_refused(path, changed, sentence):
    """Later versions, unknown fields, and contradictions."""
    said = json.loads(beside(path).read_text()) | changed
    beside(path).write_text(json.dumps(said))
    with pytest.raises(RecordingError, match=sentence):
        open_recording(path)


def test_a_damaged_description_is_said(path):
    """It cannot be guessed: the rows alone do not say their unit."""
    beside(path).write_text(beside(path).read_text()[:-20])
    with pytest.raises(RecordingError, match=r"x\.tsv\.json is damaged"):
        open_recording(path)


def test_without_its_description_it_is_not_taken_for_another(path):
    """Its numbers do not wrap, by which the reader of BrainFlow's files sees what is missing."""
    beside(path).unlink()
    with pytest.raises(RecordingError, match=r"a recording of emg-edge without the \.json beside it"):
        open_recording(path)


def test_json_of_another_kind_beside_a_table_is_none_of_ours(tmp_path):
    """Somebody's notes do not make a table unreadable."""
    table = tmp_path / "x.csv"
    table.write_text("1,2,3,4,5,6,7,8\n" * 3)
    for text in ('{"subject": 3}', "[1, 2]", "not json", ""):
        beside(table).write_text(text)
        assert len(open_recording(table, rate_hz=200, unit="uV").samples) == 3


def test_nothing_needs_telling(path):
    """Rate and unit are described."""
    with pytest.raises(RecordingError, match="leave out --rate"):
        open_recording(path, rate_hz=250.0)


def test_a_recording_that_ended_before_it_began(tmp_path):
    """Killed before the first block: said, not a crash."""
    path = record(tmp_path / "x.tsv", [])
    with pytest.raises(RecordingError, match=r"x\.tsv is empty"):
        open_recording(path)


def test_railed_channels_are_named(tmp_path):
    """As in every other recording."""
    (block,) = random_blocks(4, [100])
    block.samples[:, 2] = 187500
    assert (
        "channel 3 is flat (always 187500): its electrode was off"
        in open_recording(record(tmp_path / "x.tsv", [block], description())).notes
    )
