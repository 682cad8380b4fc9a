import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.full_disk import no_file_beyond
from support.recorded import description, random_blocks, record, with_more

from emg_edge.device.recorder import Recorder
from emg_edge.errors import EmgEdgeError, RecordingError
from emg_edge.recordings.description import beside
from emg_edge.recordings.open import open_recording


@pytest.mark.parametrize(
    ("layout", "channels", "columns"),
    [("channels-1", 1, 15), ("ring4", 4, 15), ("channels-5", 5, 24), ("ring8", 8, 24), ("double-ring", 16, 32)],
)
def test_rows_have_the_columns_of_brainflows_nearest_board(tmp_path, layout, channels, columns):
    """Any plain reader of numbers sees them: numpy.loadtxt stands for pandas, which this project does not need."""
    path = record(tmp_path / "x.tsv", random_blocks(1, [7], channels), description(layout))
    table = np.loadtxt(path, delimiter="\t")
    assert table.shape == (7, columns)
    assert table[:, 0].tolist() == list(range(7))
    assert table[:, 1 : 1 + channels].astype(np.float32).tolist() == random_blocks(1, [7], channels)[0].samples.tolist()
    assert not table[:, 1 + channels : -2].any()
    assert table[:, -1].tolist() == [-1] * 7


@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**32 - 1),
    cut=st.lists(st.tuples(st.integers(1, 40), st.integers(0, 500)), min_size=1, max_size=6),
)
def test_every_float32_and_every_loss_comes_back(tmp_path_factory, seed, cut):
    """Whatever a block holds and whatever was lost before it, reading gives it back exactly."""
    path = tmp_path_factory.mktemp("recorded") / "x.tsv"
    plain = random_blocks(seed, [length for length, _ in cut])
    blocks = [with_more(block, lost=lost) for block, (_, lost) in zip(plain, cut, strict=True)]
    record(path, blocks)
    recording = open_recording(path)
    assert recording.samples.tobytes() == np.concatenate([block.samples for block in blocks]).tobytes()
    expected = np.zeros(len(recording.samples), np.int32)
    expected[np.cumsum([0, *[length for length, _ in cut][:-1]])] = [lost for _, lost in cut]
    assert recording.lost is not None
    assert recording.lost.tolist() == expected.tolist()


def test_labels_acceleration_and_description_come_back(tmp_path):
    """Known and unknown movements, an IMU's acceleration, and who wore what."""
    one, two, three = random_blocks(2, [4, 3, 5])
    blocks = [
        with_more(one, movement=np.array([0, 0, 3, 3], np.int16), acceleration=np.full((4, 3), 0.1, np.float32)),
        two,
        with_more(three, movement=np.array([0, 3, 3, 0, 0], np.int16)),
    ]
    said = description(unit="myo-count", rate_hz=200.0, wearer="SIM-S7", per_count=(8.0,) * 8, firmware=("v3.1.2",))
    recording = open_recording(record(tmp_path / "x.tsv", blocks, said))
    assert recording.source == said.source
    assert (recording.wearer, recording.simulated, recording.database) == ("SIM-S7", True, "own")
    assert recording.movement.tolist() == [0, 0, 3, 3, 0, 0, 0, 0, 3, 3, 0, 0]
    assert recording.repetition.tolist() == [1, 1, 1, 1, 0, 0, 0, 2, 2, 2, 0, 0]
    assert recording.unlabelled is not None
    assert recording.unlabelled.tolist() == [False] * 4 + [True] * 3 + [False] * 5
    assert recording.acceleration is not None
    assert recording.acceleration.tolist() == np.float32([[0.1] * 3] * 4 + [[0.0] * 3] * 8).tolist()
    assert "its movements are not known for 25% of it" in recording.notes


def test_samples_are_stamped_when_they_were_made(tmp_path):
    """Unix time: blocks arrive when their newest sample is there, later ones a lost stretch later, never earlier."""
    blocks = random_blocks(3, [10, 10])
    late = with_more(blocks[1], lost=250, arrived_s=blocks[1].arrived_s + 1.0)
    early = with_more(blocks[1], arrived_s=blocks[0].arrived_s + 0.001)
    before_s = time.time() - time.monotonic()
    times_s = np.loadtxt(record(tmp_path / "x.tsv", [blocks[0], late, early]), delimiter="\t")[:, -2]
    assert times_s[:10] == pytest.approx(before_s + blocks[0].arrived_s - np.arange(9, -1, -1) / 250, abs=0.05)
    assert np.diff(times_s[:20]) == pytest.approx([0.004] * 9 + [1.004] + [0.004] * 9, abs=2e-6)
    assert times_s[20:].tolist() == [times_s[19]] * 10


def test_what_is_written_is_there_at_once(tmp_path):
    """A reader that looks while it is recorded sees every block."""
    path = tmp_path / "x.tsv"
    with Recorder(path, description()) as recorder:
        assert beside(path).is_file()
        for number, block in enumerate(random_blocks(4, [5, 5, 5]), start=1):
            recorder.write(block)
            assert len(open_recording(path).samples) == recorder.samples == 5 * number


WRITER = """
import itertools, sys
from pathlib import Path
from support.recorded import description, random_blocks
from emg_edge.device.recorder import Recorder
with Recorder(Path(sys.argv[1]), description()) as recorder:
    for seed in itertools.count():
        (block,) = random_blocks(seed, [25])
        recorder.write(block)
        print(recorder.samples, flush=True)
"""


def test_kill_9_loses_nothing_that_was_written(tmp_path):
    """Killed in the middle of its work, all blocks that it had done are there, whole and in order."""
    path = tmp_path / "x.tsv"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True, env=environment
    ) as writer:
        assert writer.stdout is not None
        said = [int(writer.stdout.readline()) for _ in range(40)]
        writer.send_signal(signal.SIGKILL)
        said += map(int, writer.stdout.read().split())
    assert writer.returncode == -signal.SIGKILL
    recording = open_recording(path)
    n = len(recording.samples) // 25 * 25
    assert n >= said[-1] >= 1000
    expected = np.concatenate([random_blocks(seed, [25])[0].samples for seed in range(n // 25)])
    assert recording.samples[:n].tobytes() == expected.tobytes()
    assert recording.lost is not None
    assert not recording.lost.any()


def test_a_full_disk_is_one_sentence_and_leaves_whole_rows(tmp_path):
    """The blocks before are there, no half row after them, and further blocks are refused with the same sentence."""
    path = tmp_path / "x.tsv"
    blocks = random_blocks(5, [20] * 10)
    with no_file_beyond(20_000), pytest.raises(EmgEdgeError, match=r"cannot be written any more .*samples before"):
        record(path, blocks)
    assert path.read_bytes().endswith(b"\n")
    kept = open_recording(path)
    assert 20 <= len(kept.samples) < 200
    assert len(kept.samples) % 20 == 0
    assert "cut off" not in " ".join(kept.notes)


def test_a_refused_write_stays_refused(tmp_path):
    """After a failed write nothing is appended, so that the count of samples stays true; leaving says it again."""
    blocks = random_blocks(6, [20] * 12)
    recorder = Recorder(tmp_path / "x.tsv", description()).__enter__()
    for block in blocks[:3]:
        recorder.write(block)
    with no_file_beyond((tmp_path / "x.tsv").stat().st_size), pytest.raises(EmgEdgeError, match="any more"):
        recorder.write(blocks[3])
    with pytest.raises(EmgEdgeError, match="any more"):
        recorder.write(blocks[4])
    with pytest.raises(EmgEdgeError, match="the 60 samples before are there"):
        recorder.__exit__(None, None, None)
    assert len(open_recording(tmp_path / "x.tsv").samples) == recorder.samples == 60


def test_what_was_written_is_brought_to_the_disk(tmp_path, monkeypatch):
    """While recording goes on, without the writer waiting for it, and only when there is something new."""
    synced = threading.Semaphore(0)
    monkeypatch.setattr("emg_edge.device.recorder.SYNC_S", 0.01)
    monkeypatch.setattr("emg_edge.device.recorder.os.fsync", lambda _file: synced.release())
    with Recorder(tmp_path / "x.tsv", description()) as recorder:
        assert synced.acquire(timeout=5)  # the description, by itself
        assert not synced.acquire(timeout=0.1)
        recorder.write(random_blocks(1, [5])[0])
        assert synced.acquire(timeout=5)
        assert not synced.acquire(timeout=0.1)


def test_a_disk_that_fails_later_is_said_with_the_next_block(tmp_path, monkeypatch):
    """A write may succeed and its way to the disk not: that ends the recording too."""
    failed = threading.Event()

    def fail(_file):
        failed.set()
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("emg_edge.device.recorder.SYNC_S", 0.01)
    recorder = Recorder(tmp_path / "x.tsv", description()).__enter__()
    monkeypatch.setattr("emg_edge.device.recorder.os.fsync", fail)
    first, second = random_blocks(1, [5, 5])
    recorder.write(first)
    assert failed.wait(5)
    recorder._syncing.join(5)
    with pytest.raises(EmgEdgeError, match=r"any more \(input/output error\): the 5 samples before are there"):
        recorder.write(second)
    with pytest.raises(EmgEdgeError, match="any more"):
        recorder.__exit__(None, None, None)


@pytest.mark.parametrize("there", ["x.tsv", "x.tsv.json"])
def test_nothing_is_overwritten(tmp_path, there):
    """Neither the rows nor the description of another recording, not even a link that leads nowhere."""
    (tmp_path / there).symlink_to("nowhere")
    with pytest.raises(EmgEdgeError, match=rf"{there} exists already, and a recording is never overwritten"):
        record(tmp_path / "x.tsv", [])
    assert sorted(path.name for path in tmp_path.iterdir()) == [there]


def test_a_place_that_cannot_be_written_leaves_nothing(tmp_path):
    """A folder that is a file, and a description that does not fit on the disk."""
    (tmp_path / "file").write_text("")
    with pytest.raises(EmgEdgeError, match="cannot write"):
        record(tmp_path / "file" / "x.tsv", [])
    with no_file_beyond(10), pytest.raises(EmgEdgeError, match="cannot write"):
        record(tmp_path / "x.tsv", [])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(("channels", "value"), [(4, 0.0), (8, np.nan), (8, np.inf)])
def test_a_block_that_was_not_described_is_refused(tmp_path, channels, value):
    """Other channels, or a sample that is no number: nothing of it is written, and recording may go on."""
    (block,) = random_blocks(7, [3], channels)
    block.samples[1, 1] = value
    with Recorder(tmp_path / "x.tsv", description()) as recorder:
        with pytest.raises(RecordingError, match="8 channels of finite numbers were described"):
            recorder.write(block)
        recorder.write(random_blocks(8, [3])[0])
    assert len(open_recording(tmp_path / "x.tsv").samples) == 3


def test_too_many_channels_are_refused_before_anything_is_written():
    """No row of BrainFlow's boards that we write holds more than sixteen, and no layout has more."""
    with pytest.raises(EmgEdgeError, match="17"):
        description("channels-17")


def test_the_recorder_is_imported_without_weight():
    """On the device's path: neither scipy nor what reads tables."""
    code = "import sys, emg_edge.device.recorder; print(*sorted(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert not {"scipy", "emg_edge.recordings.table", "brainflow"} & set(said.stdout.split())


def test_the_folder_is_made(tmp_path):
    """As everywhere in emg-edge, a folder that is not there yet is no obstacle."""
    path = tmp_path / "today" / "x.tsv"
    assert record(path, random_blocks(9, [1])) == path
    assert Path(f"{path}.json").is_file()
