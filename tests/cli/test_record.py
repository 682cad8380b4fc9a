import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.command import simulating

from emg_edge.recordings.open import open_recording

UNPLUG = '[[fault]]\nkind = "unplug"\nat_s = 0.5\nfor_s = 1.0\n'


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "emg_edge", *arguments]


def record(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command("record", *arguments), capture_output=True, text=True, timeout=60, check=False)


@contextlib.contextmanager
def recording_to(out: Path) -> "Iterator[subprocess.Popen[str]]":
    """Record the synthetic board until the end of the block."""
    start = command("record", "--board", "synthetic", "--out", str(out))
    with subprocess.Popen(start, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(path: Path, size: int) -> None:
    give_up_s = time.monotonic() + 30
    while not path.exists() or path.stat().st_size < size:
        assert time.monotonic() < give_up_s, "nothing is written"
        time.sleep(0.01)


def rows(path: Path) -> np.ndarray:
    return np.loadtxt(path, delimiter="\t", ndmin=2)


def test_a_counter_through_a_cyton_comes_out_count_for_count(tmp_path):
    """Over an unplugged second too: the numbers in the file are those of the samples, to within the clock's reach."""
    script, out = tmp_path / "s.toml", tmp_path / "x.tsv"
    script.write_text(UNPLUG)
    with simulating("cyton", "--source", "counter", "--fault-script", str(script)) as (path, _):
        done = record("--board", "cyton", "--serial-port", path, "--duration", "1.5", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    told = [line for line in done.stderr.splitlines() if "vanished" in line or "connected again" in line]
    assert len(told) == 2
    table = rows(out)
    counts = np.rint(table[:, 1] / (4.5e6 / (2**23 - 1) / 24))
    assert np.diff(counts).min() >= 1
    gap = int(np.diff(counts).argmax())
    assert 250 <= np.diff(counts)[gap] < 700
    assert np.diff(table[:, 0])[gap] == pytest.approx(np.diff(counts)[gap], abs=15)
    assert np.delete(np.diff(counts), gap).max() == np.delete(np.diff(table[:, 0]), gap).max()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_with_a_whole_file(tmp_path, number):
    """Ctrl-C and SIGTERM end it with 0; what was said last is how much there is, and where."""
    out = tmp_path / "x.tsv"
    with recording_to(out) as process:
        wait_for(out, 10_000)
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert said.splitlines()[-1].endswith(str(out))
    recording = open_recording(out)
    assert f"{len(recording.samples)} samples" in said


def test_a_killed_recording_lacks_at_most_a_second(tmp_path):
    """`kill -9` while it records: the file is read back, and holds all but the last moment."""
    out = tmp_path / "x.tsv"
    with recording_to(out) as process:
        wait_for(out, 20_000)
        killed_s = time.time()
        process.kill()
    recording = open_recording(out)
    assert len(recording.samples) > 100
    assert killed_s - rows(out)[-1, -2] < 1.0


def test_a_simulated_wearer_makes_the_movements_named(tmp_path):
    """And the file tells which were made when."""
    out = tmp_path / "x.tsv"
    options = ("--board", "synthetic", "--speed", "max", "--duration", "60", "--movement", "3", "--movement", "5")
    assert record(*options, "--out", str(out)).returncode == 0
    assert set(open_recording(out).movement.tolist()) == {0, 3, 5}


def test_an_existing_file_is_kept(tmp_path):
    """One sentence, and nothing is touched."""
    out = tmp_path / "x.tsv"
    out.write_text("precious")
    done = record("--board", "synthetic", "--duration", "1", "--out", str(out))
    assert done.returncode == 1
    assert "never overwritten" in done.stderr
    assert "Traceback" not in done.stderr
    assert out.read_text() == "precious"


def test_a_board_that_is_not_there_leaves_no_file(tmp_path):
    """One sentence, and no empty recording."""
    out = tmp_path / "x.tsv"
    done = record("--board", "cyton", "--serial-port", "/dev/no-such-port", "--out", str(out))
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_label_that_is_none_is_refused(tmp_path):
    """A movement has a name or a number."""
    done = record("--board", "myo", "--label", "wibble", "--out", str(tmp_path / "x.tsv"))
    assert done.returncode != 0
    assert "wibble" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_label_for_a_board_that_knows_its_movements_is_refused(tmp_path):
    """It would be ignored."""
    done = record("--board", "synthetic", "--label", "1", "--out", str(tmp_path / "x.tsv"))
    assert done.returncode == 2
    assert "--label is for the board replay, " in done.stderr
    assert list(tmp_path.iterdir()) == []
