import numpy as np
import pytest
from support.board_files import UNIX_S, tsv_row, value, write_tsv

from emg_edge.errors import RecordingError
from emg_edge.recordings.open import is_labelled, open_recording

CYTON = range(1000)


def cyton(path, samples=CYTON, **more):
    return write_tsv(path, "CYTON_BOARD", samples, [sample % 256 for sample in samples], 250.0, **more)


@pytest.mark.parametrize(
    ("board", "rate_hz", "numbers", "layout"),
    [
        ("CYTON_BOARD", 250.0, [n % 256 for n in range(1000)], "ring8"),
        ("CYTON_DAISY_BOARD", 125.0, [2 * n % 256 + 1 for n in range(1000)], "double-ring"),
        ("GANGLION_BOARD", 200.0, [(n + 1) // 2 for n in range(201)] * 5, "ring4"),
    ],
)
def test_each_board_is_known_by_its_columns(tmp_path, board, rate_hz, numbers, layout):
    """Rate, layout, samples, acceleration, and nothing lost; the name of the file does not matter."""
    path = write_tsv(tmp_path / "recorded.xyz", board, range(len(numbers)), numbers, rate_hz)
    recording = open_recording(path)
    source = recording.source
    assert (source.domain, source.rate_hz, source.unit, source.layout) == ("raw", rate_hz, "uV", layout)
    assert recording.samples.dtype == np.float32
    assert recording.samples[17].tolist() == [value(17, channel) for channel in range(source.channels)]
    assert recording.acceleration is not None
    assert recording.acceleration[17].tolist() == [1, 0, 0]
    assert recording.lost is not None
    assert not recording.lost.any()
    assert not is_labelled(recording)
    assert recording.notes == ()


def test_losses_stand_before_the_sample_after_them(tmp_path):
    """Three samples, and then more than a turn of the counter: both counted, and said in one sentence."""
    samples = [*range(400), *range(403, 700), *range(1400, 1900)]
    recording = open_recording(cyton(tmp_path / "x.csv", samples))
    assert recording.lost is not None
    assert (recording.lost[400], recording.lost[697], recording.lost.sum()) == (3, 700, 703)
    assert recording.notes == ("703 samples (2.81 s) are missing in 2 places, 37.0% of all",)


@pytest.mark.parametrize(
    ("told", "rate_hz"),
    [({}, 1000.0), ({"master_board": "cyton_wifi"}, 1000.0), ({"rate_hz": 500.0, "master_board": "cyton_wifi"}, 500.0)],
)
def test_boards_with_the_same_columns_differ_by_rate(tmp_path, told, rate_hz):
    """By its times it is a Cyton with the Wi-Fi shield; the user's word goes before."""
    path = write_tsv(tmp_path / "x.csv", "CYTON_BOARD", range(3000), [n % 256 for n in range(3000)], rate_hz)
    assert open_recording(path, **told).source.rate_hz == rate_hz


@pytest.mark.parametrize(
    ("rate_hz", "told", "sentence"),
    [
        (500.0, {}, r"CYTON_BOARD \(250 Hz\) or CYTON_WIFI_BOARD \(1000 Hz\), and its times show 500 .*--master-board"),
        (250.0, {"master_board": "ganglion"}, "24 columns, and a row of GANGLION_BOARD has 15.*CYTON_BOARD"),
        (250.0, {"master_board": "muse"}, "recordings of 'muse' are not among those we read"),
        (250.0, {"unit": "uV"}, "a recording of BrainFlow, where this is known; leave out --unit"),
        (250.0, {"rate_hz": 0.0}, "a rate of 0 Hz is none"),
        (250.0, {"rate_hz": 500.0}, "may be of CYTON_BOARD"),
    ],
)
def test_what_is_not_clear_is_asked(tmp_path, rate_hz, told, sentence):
    """Several boards, or a word that does not fit: both are named."""
    path = write_tsv(tmp_path / "x.tsv", "CYTON_BOARD", range(2000), [n % 256 for n in range(2000)], rate_hz)
    with pytest.raises(RecordingError, match=sentence):
        open_recording(path, **told)


def test_one_row_shows_no_rate(tmp_path):
    """A single sample may be of any board with so many columns; named, it is read."""
    path = cyton(tmp_path / "x.tsv", [0])
    with pytest.raises(RecordingError, match="its times show no rate"):
        open_recording(path)
    assert open_recording(path, master_board="CYTON_BOARD").samples.shape == (1, 8)


def test_columns_of_no_board_we_read_are_named(tmp_path):
    """A recording of a board with other columns says how many ours have."""
    path = tmp_path / "x.csv"
    path.write_text("\t".join(["0", *["1.5"] * 9, f"{UNIX_S:.6f}", "0"]) + "\n")
    with pytest.raises(RecordingError, match=r"12 columns; the boards that we read have 24 \(CYTON_BOARD\)"):
        open_recording(path)


def test_a_line_that_was_cut_off_is_left_out(tmp_path):
    """A crash in the middle of a row costs that row, and is said."""
    path = cyton(tmp_path / "x.tsv")
    with path.open("a") as file:
        file.write("232.000000\t12.5")
    recording = open_recording(path)
    assert len(recording.samples) == 1000
    assert recording.notes == ("the last line was cut off in the writing and is left out",)


def test_markers_are_no_labels(tmp_path):
    """What a user's marker means nobody but the user knows."""
    path = cyton(tmp_path / "x.tsv")
    with path.open("a") as file:
        file.write(tsv_row("CYTON_BOARD", 1000, 1000 % 256, UNIX_S + 4, 3.0) + "\n")
    recording = open_recording(path)
    assert not is_labelled(recording)
    assert recording.notes == ("it has 1 markers, which say nothing of movements to us and were not used",)


def test_a_wrong_rate_is_said(tmp_path):
    """The declared rate is believed, and the measured one said beside it."""
    path = write_tsv(tmp_path / "x.tsv", "CYTON_BOARD", range(1000), [n % 256 for n in range(1000)], 230.0)
    assert open_recording(path).notes == ("by its times it has 230.0 samples a second, and 250 Hz was believed",)


ROW = tsv_row("CYTON_BOARD", 6, 8, UNIX_S)


def numbered(number, time_s=UNIX_S):
    return tsv_row("CYTON_BOARD", 6, number, time_s)


@pytest.mark.parametrize(
    ("line", "text", "sentence"),
    [
        (7, "1.0\t2.0", "line 7: 2 columns, and a row has 24"),
        (7, ROW.replace("8.000000", "x", 1), "line 7, column 1: 'x' is not a finite"),
        (9, ROW.replace("6.062500", "nan"), "line 9, column 3: 'nan' is not a finite"),
        (9, ROW.replace("6.062500", "1e39"), "not finite numbers, the first in channel 2"),
        (9, numbered(8.5), "line 9: the sample's number is 8.5, and whole numbers from 0 to 255"),
        (9, numbered(256), r"line 9: the sample's number is 256.*without the \.json"),
        (300, numbered(10, UNIX_S + 299 / 250), "line 300: the sample's number goes back from 42 to 10"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, line, text, sentence):
    """Short, wordy, holed, beyond any number, out of order: the line in the file is said."""
    path = cyton(tmp_path / "x.tsv")
    lines = path.read_text().splitlines()
    lines[line - 1] = text
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(RecordingError, match=sentence):
        open_recording(path)


@pytest.mark.parametrize("time", [0.0, -1.0])
def test_times_that_are_none_are_said(tmp_path, time):
    """Only the first row is looked at to know the kind; without times, the counter alone counts."""
    path = cyton(tmp_path / "x.tsv", times_s=[UNIX_S, *[time] * 999])
    recording = open_recording(path, master_board="cyton")
    assert "it has no usable times: losses of more than a turn of the counter cannot be seen" in recording.notes
