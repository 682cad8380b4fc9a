"""Real recordings of a Cyton, by BrainFlow and by two versions of the OpenBCI GUI, against a reading of our own."""

from itertools import pairwise

import numpy as np
import pytest

from emg_edge.recordings.open import open_recording

pytestmark = pytest.mark.realdata

# Which cells are the eight channels, in all three kinds of file.
CHANNELS = slice(1, 9)
FILES = [
    ("brainflow_cyton_5000.tsv", "\t", 0, 5000),
    ("OpenBCI_GUI-v6_3000.txt", ",", 5, 2995),
    ("OpenBCI_GUI-v5_3000.txt", ",", 5, 2995),
]


def cells(path, delimiter, header):
    return [line.split(delimiter) for line in path.read_text().splitlines()[header:]]


@pytest.mark.parametrize(("name", "delimiter", "header", "n"), FILES)
def test_samples_are_those_of_the_file(shared_data, name, delimiter, header, n):
    """Every row's eight channels, as Python's own float reads them, in microvolts at 250 Hz, and three axes."""
    path = shared_data / "openbci" / name
    rows = cells(path, delimiter, header)
    recording = open_recording(path)
    source = recording.source
    assert (source.domain, source.rate_hz, source.unit, source.layout) == ("raw", 250.0, "uV", "ring8")
    assert len(rows) == len(recording.samples) == n
    for row in (0, 1, 17, 255, 256, n // 2, n - 1):
        assert recording.samples[row].tolist() == [float(np.float32(float(cell))) for cell in rows[row][CHANNELS]]
    assert recording.acceleration is not None
    assert recording.acceleration[n - 1] == pytest.approx([float(cell) for cell in rows[n - 1][9:12]])


@pytest.mark.parametrize(("name", "delimiter", "header", "n"), FILES)
def test_a_counter_that_wraps_is_no_loss(shared_data, name, delimiter, header, n):
    """The index goes round eleven to nineteen times, and nothing is missing."""
    path = shared_data / "openbci" / name
    numbers = [float(row[0]) for row in cells(path, delimiter, header)]
    assert sum(b < a for a, b in pairwise(numbers)) == (n - 1) // 256
    recording = open_recording(path)
    assert recording.lost is not None
    assert not recording.lost.any()


@pytest.mark.parametrize(("name", "delimiter", "header", "n"), FILES)
def test_rows_taken_out_are_counted(shared_data, tmp_path, name, delimiter, header, n):
    """Single rows, and more than two turns of the counter, against the jitter of real time stamps."""
    lines = (shared_data / "openbci" / name).read_text().splitlines()
    gone = {*range(400, 403), 700, *range(900, 1500)}
    kept = [line for row, line in enumerate(lines) if row - header not in gone]
    path = tmp_path / name
    path.write_text("\n".join(kept) + "\n")
    lost = open_recording(path).lost
    assert lost is not None
    assert {int(row): int(lost[row]) for row in np.flatnonzero(lost)} == {400: 3, 697: 1, 896: 600}


def test_leads_that_were_off_are_named(shared_data):
    """Only the first of the eight channels was live."""
    notes = open_recording(shared_data / "openbci" / FILES[0][0]).notes
    assert [note.split(" is railed")[0] for note in notes] == [f"channel {channel}" for channel in range(2, 9)]


def test_the_placeholder_of_version_5_is_left_out(shared_data):
    """Versions 5 and 6 of the same recording hold the same samples."""
    five, six = (open_recording(shared_data / "openbci" / name) for name, *_ in (FILES[2], FILES[1]))
    assert np.array_equal(five.samples, six.samples)
    assert six.notes == ()
    assert len(five.notes) == 1
    assert "line 5, zeros without a time" in five.notes[0]


@pytest.mark.parametrize(("name", "delimiter", "header", "n"), FILES)
def test_a_file_cut_anywhere_keeps_its_whole_rows(shared_data, tmp_path, name, delimiter, header, n):
    """As after a crash of whoever wrote it: all whole rows, and one remark where a row was cut."""
    data = (shared_data / "openbci" / name).read_bytes()
    path = tmp_path / name
    for cut in (1, 3, 40, len(data) // 3):
        path.write_bytes(data[:-cut])
        recording = open_recording(path)
        assert len(recording.samples) == data[:-cut].count(b"\n") - header
        assert any("cut off" in note for note in recording.notes) == (not data[:-cut].endswith(b"\n"))
