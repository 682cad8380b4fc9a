import numpy as np
import pytest

from emg_edge.errors import RecordingError
from emg_edge.recordings.open import is_labelled, open_recording
from emg_edge.recordings.table import read_table

SIGNAL = np.random.default_rng(9).normal(size=(50, 8)).round(3)


def _write(path, rows, header="", comma=","):
    lines = [comma.join(map(str, row)) for row in rows]
    path.write_text("\n".join([*([header] if header else []), *lines]) + "\n")
    return path


@pytest.mark.parametrize("comma", [",", "\t", ";", " ", ", "])
def test_plain_numbers_are_a_recording_without_truth(tmp_path, comma):
    """Columns are channels; with no labels the truth is unknown, and that is remarked."""
    recording = read_table(_write(tmp_path / "raw.csv", SIGNAL, comma=comma), 250, "uV")
    np.testing.assert_array_equal(recording.samples, SIGNAL.astype(np.float32))
    assert (recording.database, recording.source.rate_hz, recording.source.unit) == ("own", 250, "uV")
    assert not is_labelled(recording)
    assert recording.notes == ("no column 'movement': the truth is unknown",)


def test_named_columns_are_labels_and_time(tmp_path):
    """Labels may stand anywhere among the channels, and rest gets the repetition of what follows."""
    movement = np.repeat([0, 6, 0, 6, 0], 10)
    repetition = np.repeat([0, 1, 0, 2, 0], 10)
    rows = np.column_stack([np.arange(50) / 200, SIGNAL[:, :3], movement, SIGNAL[:, 3:], repetition])
    path = _write(tmp_path / "own.csv", rows, "Time,a,b,c,Label,d,e,f,g,h,repetition")
    recording = read_table(path, 200, "V")
    np.testing.assert_array_equal(recording.samples, SIGNAL.astype(np.float32))
    np.testing.assert_array_equal(recording.movement, movement)
    np.testing.assert_array_equal(recording.repetition, np.repeat([1, 1, 2, 2, 0], 10))
    assert recording.notes == ()
    assert is_labelled(recording)


def test_a_clock_that_contradicts_the_rate_is_remarked(tmp_path):
    """Times at 200 Hz and a rate of 250 Hz do not agree."""
    rows = np.column_stack([np.arange(50) / 200, SIGNAL, np.ones(50)])
    notes = read_table(_write(tmp_path / "own.csv", rows, "time,a,b,c,d,e,f,g,h,movement"), 250, "V").notes
    assert notes[0].startswith("the column 'time' says 200.0 Hz")


def test_comments_and_empty_lines_are_passed_over(tmp_path):
    """Lines that begin with % or # are not data, a byte-order mark neither."""
    path = tmp_path / "gui.txt"
    rows = "\n\n".join(",".join(map(str, row)) for row in SIGNAL)
    path.write_text(f"\ufeff%OpenBCI\n# mine\n\n{rows}", encoding="utf-8")
    assert len(read_table(path, 250, "uV").samples) == 50


@pytest.mark.parametrize(
    ("line", "text", "sentence"),
    [
        (7, "1,2,3", r"line 7: 3 columns, and the lines before have 8"),
        (7, "1,2,3,4,5,6,7,8,9", r"line 7: 9 columns"),
        (7, "1,2,3,4,x,6,7,8", r"line 7, column 5: 'x'"),
        (7, "1,2,3,4,,6,7,8", r"line 7, column 5: ''"),
        (7, "1,2,3,4,5,nan,7,8", r"line 7, column 6: 'nan' is not a finite number"),
        (50, "1,2,3,4,5,6,inf,8", r"line 50, column 7: 'inf'"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, line, text, sentence):
    """Short, long, wordy or holed: the line in the file is said."""
    path = _write(tmp_path / "raw.csv", SIGNAL)
    lines = path.read_text().splitlines()
    lines[line - 1] = text
    path.write_text("\n".join(lines))
    with pytest.raises(RecordingError, match=sentence):
        read_table(path, 200, "uV")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "holds no row of numbers"),
        (b"# only this\n", "holds no row of numbers"),
        (b"a,b,c,d,e,f,g,h\n", "a header and no row"),
        (b"1,2,3\n4,5,6\n", "3 columns of signal, and the layout 'ring8' has 8"),
        (b"\xff\xfe\x00\x01" * 40, "not a text file"),
        (b"movement,a,b,c,d,e,f,g,h\n0.5,1,2,3,4,5,6,7,8\n", "column 'movement' holds other things"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, sentence):
    """Empty, narrow and binary files are one sentence each."""
    path = tmp_path / "raw.csv"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=sentence):
        read_table(path, 200, "uV")


def test_a_rate_must_be_positive(tmp_path):
    """A rate of zero is misuse, said as such."""
    with pytest.raises(RecordingError, match="rate of 0 Hz"):
        read_table(_write(tmp_path / "raw.csv", SIGNAL), 0, "uV")


@pytest.mark.realdata
def test_a_real_stream_of_a_myo(shared_data):
    """LibEMG's raw stream: 4900 samples of eight channels of counts."""
    recording = open_recording(shared_data / "libemg_myo" / "raw_emg.csv", rate_hz=200, unit="myo-count")
    assert recording.samples.shape == (4900, 8)
    assert recording.samples[0].tolist() == [-14, -33, -35, -45, -19, -13, -7, -6]
