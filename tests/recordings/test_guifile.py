import pytest
from support.board_files import UNIX_S, gui_header, gui_names, gui_row, value, write_gui

from emg_edge.errors import RecordingError
from emg_edge.recordings.open import open_recording

BOARDS = [
    ("BoardCytonSerial", 8, 250, [n % 256 for n in range(600)]),
    ("BoardCytonSerialDaisy", 16, 125, [2 * n % 256 + 1 for n in range(600)]),
    ("BoardCytonWifi", 8, 1000, [n % 256 for n in range(600)]),
    ("BoardCytonWifiDaisy", 16, 500, [n % 256 for n in range(600)]),
    ("BoardGanglionBLE", 4, 200, [(n + 1) // 2 for n in range(201)] * 3),
    ("BoardGanglionNative", 4, 200, [100 + n // 2 for n in range(200)] * 3),
    ("BoardGanglionWifi", 4, 1600, [n % 256 for n in range(600)]),
    ("BoardBrainFlowSynthetic", 16, 250, [n % 256 for n in range(600)]),
]


def rows(numbers, rate_hz, channels=8, scale=1.0):
    return [gui_row(n, float(number), (UNIX_S + n / rate_hz) * scale, channels) for n, number in enumerate(numbers)]


def recorded(path, lines=(), numbers=None):
    return write_gui(path, [*gui_header(), gui_names(), *(lines or rows(numbers or range(100), 250))])


@pytest.mark.parametrize("scale", [1.0, 1000.0])
@pytest.mark.parametrize(("board", "channels", "rate_hz", "numbers"), BOARDS)
def test_each_board_of_the_gui(tmp_path, board, channels, rate_hz, numbers, scale):
    """Rate, channels and board stand in the header; times may be in seconds or milliseconds; nothing is lost."""
    header = gui_header(channels, f"{rate_hz} Hz", f"OpenBCI_GUI${board}")
    path = write_gui(tmp_path / "x.txt", [*header, gui_names(channels), *rows(numbers, rate_hz, channels, scale)])
    recording = open_recording(path)
    assert (recording.source.rate_hz, recording.source.unit, recording.source.channels) == (rate_hz, "uV", channels)
    assert recording.samples[17] == pytest.approx([value(17, channel) for channel in range(channels)], abs=0.006)
    assert recording.acceleration is not None
    assert recording.acceleration[17].tolist() == [0, 0, 1]
    assert recording.lost is not None
    assert not recording.lost.any()
    assert recording.notes == ()


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_losses_are_counted_in_either_kind_of_time(tmp_path, scale):
    """Two seconds away from a counter of one second: exact."""
    lines = [
        gui_row(n, n % 256, (UNIX_S + n / 250) * scale) for n in [*range(300), *range(800, 1100), *range(1101, 1200)]
    ]
    lost = open_recording(recorded(tmp_path / "x.txt", lines)).lost
    assert lost is not None
    assert (lost[300], lost[600], lost.sum()) == (500, 1, 501)


def test_version_5_may_name_no_columns_and_begin_with_zeros(tmp_path):
    """A row of zeros without a time stands where later versions name the columns: it is no sample."""
    cells = [[str(n), *[f"{value(n, c)}" for c in range(8)], "0", "0", "1", *["0.0"] * 10] for n in range(20)]
    timed = [", ".join([*row, f"{UNIX_S * 1000 + 4 * n:.0f}", "12:00:53.329"]) for n, row in enumerate(cells)]
    header = ["%OpenBCI Raw EEG Data", *gui_header()[1:]]
    recording = open_recording(write_gui(tmp_path / "x.txt", [*header, ",".join(["0.0"] * 24), *timed]))
    assert recording.samples[:, 0].tolist() == list(range(20))
    assert recording.lost is not None
    assert not recording.lost.any()
    assert recording.notes == ("line 5, zeros without a time, stands in place of a sample and is left out",)


def test_a_sample_of_zeros_with_a_time_is_a_sample(tmp_path):
    """An amplifier may well deliver zeros."""
    first = gui_row(0, 0, UNIX_S).replace("0.06", "0.00").split(", ")
    first[1:9] = ["0.0"] * 8
    lines = [", ".join(first), *rows(range(100), 250)[1:]]
    assert len(open_recording(recorded(tmp_path / "x.txt", lines)).samples) == 100


def test_a_header_without_a_board(tmp_path):
    """Older versions named none: by the number of channels, or by the user's word."""
    lines = rows(range(100), 250)
    path = write_gui(tmp_path / "x.txt", [*gui_header()[:3], gui_names(), *lines])
    assert len(open_recording(path).samples) == len(open_recording(path, master_board="cyton_wifi").samples) == 100


def test_without_an_index_losses_cannot_be_seen(tmp_path):
    """A file whose columns were cut down is read, and what it cannot say is said."""
    names = gui_names().replace("Sample Index, ", "").replace("Timestamp, ", "")
    lines = [row.split(", ", 1)[1].replace(f"{UNIX_S + n / 250}, ", "") for n, row in enumerate(rows(range(9), 250))]
    recording = open_recording(write_gui(tmp_path / "x.txt", [*gui_header(), names, *lines]))
    assert recording.lost is None
    assert recording.notes == ("it has no column 'Sample Index': samples that are missing cannot be seen",)


def test_a_line_that_was_cut_off_is_left_out(tmp_path):
    """The GUI was closed while it wrote."""
    path = recorded(tmp_path / "x.txt")
    path.write_bytes(path.read_bytes()[:-20])
    recording = open_recording(path)
    assert len(recording.samples) == 99
    assert recording.notes == ("the last line was cut off in the writing and is left out",)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"rate": "fast"}, "the line '%Sample Rate = ...' of its header says 'fast'"),
        ({"rate": "0 Hz"}, "8 channels at 0 Hz"),
        ({"channels": 5}, "5 channels at 250 Hz; expected 4, 8, 16 channels"),
        ({"channels": 16}, "header says 16 channels, and CYTON_BOARD has 8"),
        ({"board": "OpenBCI_GUI$BoardToaster"}, "of the board 'BoardToaster'; we read BoardCytonSerial"),
    ],
)
def test_a_header_that_cannot_be_is_refused(tmp_path, changed, sentence):
    """Rate, channels and board must be possible, and fit each other."""
    path = write_gui(tmp_path / "x.txt", [*gui_header(**changed), gui_names(), *rows(range(10), 250)])
    with pytest.raises(RecordingError, match=sentence):
        open_recording(path)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (gui_header(), "header of the OpenBCI GUI and no row"),
        ([*gui_header(), gui_names()], "header of the OpenBCI GUI and no row"),
        (gui_header()[:1], "header of the OpenBCI GUI and no row"),
        (
            [gui_header()[0], gui_names(), gui_row(0, 0, UNIX_S)],
            "the line '%Sample Rate = ...' of its header is missing",
        ),
        ([*gui_header(), gui_names(4), gui_row(0, 0, UNIX_S, 4)], "no column 'EXG Channel 4'"),
        ([*gui_header(), "0, 1, 2"], "rows have 3 columns, too few for 8 channels"),
        (gui_header() * 30, "more than 100 lines"),
        ([*gui_header(), gui_names(), *rows(range(5), 250), "5, 6"], "line 11: 2 columns, and a row has 16"),
        ([*gui_header(), gui_names(), *rows([0, 1, 2, "nan"], 250)], "line 9, column 1: 'nan' is not a finite"),
        ([*gui_header(), gui_names(), *rows([0, 1, 2, -1], 250)], "line 9: the sample's number is -1"),
        (
            [*gui_header(), gui_names(), *rows([*range(200), 100, 101], 250)],
            "line 206: the sample's number goes back from 199 to 100",
        ),
    ],
)
def test_what_is_damaged_is_named(tmp_path, lines, sentence):
    """Header only, columns missing, a short row, a hole, an index that goes back: one sentence, with the line."""
    with pytest.raises(RecordingError, match=sentence):
        open_recording(write_gui(tmp_path / "x.txt", lines))


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"rate_hz": 250.0, "unit": "uV"}, "where this is known; leave out --rate and --unit"),
        ({"master_board": "ganglion"}, "says that CYTON_BOARD recorded it, not GANGLION_BOARD"),
    ],
)
def test_what_the_header_says_needs_no_telling(tmp_path, told, sentence):
    """The user's words must not contradict the file."""
    with pytest.raises(RecordingError, match=sentence):
        open_recording(recorded(tmp_path / "x.txt"), **told)
