import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from emg_edge.errors import EmgEdgeError
from emg_edge.files import check_results, read_whole, refuse_overwrite, write_atomically


def test_a_file_is_written_whole_with_its_folders(tmp_path: Path) -> None:
    """Folders on the way are made, and no other file is left beside it."""
    path = tmp_path / "a" / "b" / "model.tflite"
    write_atomically(path, b"first")
    write_atomically(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    """An existing file is refused by name, unless --force was said."""
    path = tmp_path / "mine"
    refuse_overwrite(path, force=False)
    path.write_bytes(b"mine")
    with pytest.raises(EmgEdgeError, match=r"mine exists already; choose another name or say --force"):
        refuse_overwrite(path, force=False)
    refuse_overwrite(path, force=True)


WRITE = """
import resource, signal, sys
from pathlib import Path
from emg_edge.errors import EmgEdgeError
from emg_edge.files import write_atomically
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    write_atomically(Path(sys.argv[1]), b"x" * 100_000)
except EmgEdgeError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="the system cannot limit a file's size")
def test_a_write_that_fails_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    """When the room ends in the middle, one sentence is raised; the old file stands, and nothing lies beside it."""
    path = tmp_path / "model.tflite"
    path.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", WRITE, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"cannot write {path}: file too large")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """The sentence says what is full and what to do (/dev/full is a disk without room)."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    path = tmp_path / "model.tflite"
    (tmp_path / f".{path.name}.{os.getpid()}.part").symlink_to(full)
    with pytest.raises(EmgEdgeError, match=r"no space left on the disk of .*model\.tflite: this file was not written"):
        write_atomically(path, b"x" * 100)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["file/below", ".", "..", "x" * 300, "y" * 250])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, a path through a file, a name too long for the disk: one sentence, no other exception."""
    (tmp_path / "file").write_bytes(b"mine")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EmgEdgeError, match=r"cannot write .*choose a place you may write to"):
        write_atomically(Path(name), b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    if len(name) > 255:
        with pytest.raises(EmgEdgeError, match="file name too long"):
            refuse_overwrite(Path(name), force=True)


def test_only_results_are_replaced(tmp_path: Path) -> None:
    """An earlier one, or an empty file; never what the command reads, nor any other file; nothing is touched so far."""
    model, data = tmp_path / "g.tflite", tmp_path / "data"
    data.mkdir()
    contents = {
        model: "TFL3",
        data / "rec.json": "{}",
        tmp_path / "r.json": '{"schema": 1, "a": 1}',
        tmp_path / "p.html": "<!DOCTYPE html>",
    }
    for path, text in contents.items():
        path.write_text(text)
    check_results(tmp_path / "r.json", tmp_path / "p.html", model, data, key="a")
    check_results(tmp_path / "new" / "r.json", None, model, key="a")
    for json_file, said in (
        (model, "is read by this command"),
        (data / "rec.json", "is read by this command"),
        (tmp_path / "p.html", "exists and is not an earlier result of this command"),
        (tmp_path, "is not a plain file"),
    ):
        with pytest.raises(EmgEdgeError, match=said):
            check_results(json_file, None, model, data, key="a")
    with pytest.raises(EmgEdgeError, match="exists and is not an earlier result of this command"):
        check_results(tmp_path / "r.json", None, key="b")
    with pytest.raises(EmgEdgeError, match="cannot be both the JSON and the page; name two files"):
        check_results(tmp_path / "both", tmp_path / "data" / ".." / "both", key="a")
    with pytest.raises(EmgEdgeError, match="exists and is not a page of HTML"):
        check_results(None, tmp_path / "r.json", key="a")
    assert {path: path.read_text() for path in contents} == contents


def test_what_has_no_end_is_not_read(tmp_path: Path) -> None:
    """A pipe would wait for ever; a device and a file that is too large would fill the memory."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(EmgEdgeError, match="is neither a file nor a folder; name a file"):
            read_whole(path, 1 << 20)
    large = tmp_path / "large"
    large.write_bytes(bytes((1 << 20) + 1))
    with pytest.raises(EmgEdgeError, match="larger than 1 MiB"):
        read_whole(large, 1 << 20)
    assert read_whole(large, 2 << 20) == large.read_bytes()
    with pytest.raises(EmgEdgeError, match=r"cannot read .*: is a directory"):
        read_whole(tmp_path, 1 << 20)
