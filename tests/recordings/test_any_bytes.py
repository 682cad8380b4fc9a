"""Any bytes give a recording or one sentence, never another exception: by chance, and by damaging whole files."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.board_files import UNIX_S, gui_header, gui_names, gui_row, write_gui, write_tsv
from support.recorded import random_blocks, record

from emg_edge.errors import RecordingError
from emg_edge.recordings.description import beside
from emg_edge.recordings.open import open_recording
from emg_edge.recordings.recording import Recording

TOLD = [{}, {"master_board": "cyton"}, {"rate_hz": 200.0, "unit": "uV"}]
QUICKLY = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def opened(path: Path, told: dict) -> Recording | None:
    recording, sentence = None, ""
    try:
        recording = open_recording(path, **told)
    except RecordingError as error:
        sentence = str(error)
    if recording is None:
        assert sentence
        assert "\n" not in sentence
        return None
    n = len(recording.samples)
    assert n
    assert np.isfinite(recording.samples).all()
    assert recording.samples.shape == (n, recording.source.channels)
    assert recording.lost is None or (recording.lost.shape == (n,) and (recording.lost >= 0).all())
    return recording


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> dict[str, Path]:
    """One small whole file of each kind."""
    folder = tmp_path_factory.mktemp("whole")
    rows = [gui_row(n, n, UNIX_S + n / 250) for n in range(12)]
    return {
        "brainflow": write_tsv(folder / "brainflow.tsv", "CYTON_BOARD", range(12), range(12), 250.0),
        "ganglion": write_tsv(folder / "ganglion.tsv", "GANGLION_BOARD", range(9), [0, 1, 1, 2, 2, 3, 3, 4, 4], 200.0),
        "gui": write_gui(folder / "gui.txt", [*gui_header(), gui_names(), *rows]),
        "gui5": write_gui(folder / "gui5.txt", [*gui_header(), *rows]),
        "own": record(folder / "own.tsv", random_blocks(1, [12])),
    }


@QUICKLY
@given(data=st.binary(max_size=300), told=st.sampled_from(TOLD), name=st.sampled_from(["x.tsv", "x.txt", "x"]))
def test_bytes_by_chance(tmp_path, data, told, name):
    """Nothing that a disk can hold is a traceback."""
    path = tmp_path / name
    path.write_bytes(data)
    opened(path, told)


CELL = st.sampled_from(
    ["0", "1", "-1", "255", "256", "nan", "inf", "1e400", "1e39", "", " ", "x", "1_0", "0x1", "٣", "1695115288", "-0.0"]
)


@QUICKLY
@given(
    rows=st.lists(st.lists(CELL, min_size=1, max_size=25), max_size=6),
    mark=st.sampled_from(["\t", ",", ", "]),
    header=st.sampled_from(
        ["", "%OpenBCI Raw EXG Data\n", "\n".join(gui_header()) + "\n", "\n".join(gui_header(4)) + "\n"]
    ),
    told=st.sampled_from(TOLD),
)
def test_tables_of_odd_cells(tmp_path, rows, mark, header, told):
    """What looks like rows, and holds what numbers are not."""
    path = tmp_path / "x.txt"
    path.write_text(header + "".join(mark.join(row) + "\n" for row in rows))
    opened(path, told)


@QUICKLY
@given(
    kind=st.sampled_from(["brainflow", "ganglion", "gui", "gui5", "own"]),
    damage=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), st.binary(max_size=6)), min_size=1, max_size=4),
    told=st.sampled_from(TOLD),
)
def test_whole_files_that_were_damaged(tmp_path, whole, kind, damage, told):
    """Bytes changed, taken out and put in, anywhere."""
    data = whole[kind].read_bytes()
    for where, gone, new in damage:
        at = int(where * len(data))
        data = data[:at] + new + data[at + gone :]
    path = tmp_path / whole[kind].name
    path.write_bytes(data)
    if kind == "own":
        beside(path).write_bytes(beside(whole[kind]).read_bytes())
    opened(path, told)


@QUICKLY
@given(damage=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), st.binary(max_size=6)), min_size=1, max_size=4))
def test_descriptions_that_were_damaged(tmp_path, whole, damage):
    """The rows are whole, what is said of them is not."""
    data = beside(whole["own"]).read_bytes()
    for where, gone, new in damage:
        at = int(where * len(data))
        data = data[:at] + new + data[at + gone :]
    path = tmp_path / "own.tsv"
    path.write_bytes(whole["own"].read_bytes())
    beside(path).write_bytes(data)
    opened(path, {})


def test_the_whole_files_are_read(whole):
    """So that the tests above damage something."""
    assert all(opened(path, {"master_board": "ganglion"} if name == "ganglion" else {}) for name, path in whole.items())
