import os
import shutil
import zipfile

import numpy as np
import pytest

from emg_edge.errors import RecordingError
from emg_edge.recordings.archive import FileRef, scan


def _zip(path, members):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def _scan(path):
    said = []
    return scan(path, said.append), said


def test_mat_files_are_found_wherever_they_lie(tmp_path):
    """In folders, in zips, in a zip within a zip; other files and those of the operating system are passed by."""
    (tmp_path / "DB1").mkdir()
    for name in ("S1_A1_E1.mat", "._S1_A1_E1.mat", "readme.txt"):
        (tmp_path / "DB1" / name).write_bytes(b"one")
    inner = _zip(tmp_path / "work" / "s2.zip", {"s2/S2_E1_A1.mat": b"two", "__MACOSX/S2_E1_A1.mat": b"no"})
    _zip(tmp_path / "DB5.zip", {"DB5/s2.zip": inner.read_bytes(), "DB5/S3_E1_A1.MAT": b"three"})
    shutil.rmtree(tmp_path / "work")
    before = sorted(path for path in tmp_path.rglob("*"))
    found, said = _scan(tmp_path)
    assert [(file.name, file.read_bytes()) for file in found] == [
        ("S1_A1_E1.mat", b"one"),
        ("S3_E1_A1.MAT", b"three"),
        ("S2_E1_A1.mat", b"two"),
    ]
    assert said == []
    assert found[2].parts[-4:] == ("DB5", "s2.zip", "s2", "S2_E1_A1.mat")
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_one_file_and_one_zip_can_be_named_themselves(tmp_path):
    """A path may be the .mat or the zip, whatever the zip is called."""
    (tmp_path / "S1_A1_E1.mat").write_bytes(b"one")
    zipped = _zip(tmp_path / "download", {"S1_A1_E1.mat": b"one"})
    plain, packed = _scan(tmp_path / "S1_A1_E1.mat")[0] + _scan(zipped)[0]
    assert plain.digest() == packed.digest()
    assert str(packed) == f"{zipped} > S1_A1_E1.mat"


def test_links_in_a_circle_end(tmp_path):
    """A folder that links to its parent is entered once."""
    (tmp_path / "s1").mkdir()
    (tmp_path / "s1" / "S1_A1_E1.mat").write_bytes(b"one")
    (tmp_path / "s1" / "back").symlink_to(tmp_path)
    (tmp_path / "gone.mat").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.mat")
    found, said = _scan(tmp_path)
    assert len(found) == 1
    assert len(said) == 2


@pytest.mark.parametrize("name", ["nothere", "notes.txt"])
def test_other_paths_are_refused(tmp_path, name):
    """No such path, and a file of another kind."""
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(RecordingError, match=name):
        _scan(tmp_path / name)


@pytest.mark.timeout(60)
def test_damaged_zips_end_in_a_sentence(tmp_path):
    """With bits flipped or cut off anywhere: the right bytes come out, or one sentence."""
    data = np.random.default_rng(1).bytes(3000)
    whole = _zip(tmp_path / "s1.zip", {"s1/S1_E1_A1.mat": data, "s1/S1_E2_A1.mat": b"\0" * 500}).read_bytes()
    random = np.random.default_rng(2)
    # The directory at the end and the local header at the front are where a parser can be misled.
    places = [*range(40), *range(len(whole) - 250, len(whole)), *random.integers(0, len(whole), 100)]
    broken = [whole[:length] for length in range(0, len(whole), 97)]
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << random.integers(8)
        broken.append(bytes(flipped))
    sentences = 0
    for content in broken:
        (tmp_path / "s1.zip").write_bytes(content)
        found, said = _scan(tmp_path / "s1.zip")
        for file in found:
            try:
                assert file.read_bytes() in (data, b"\0" * 500)
            except RecordingError as error:
                said.append(str(error))
        assert all("s1.zip" in sentence and "\n" not in sentence for sentence in said)
        sentences += bool(said)
    assert sentences > len(broken) / 3


def test_a_bomb_is_not_unpacked(tmp_path):
    """A member that inflates a thousandfold to a hundred megabytes is refused by its directory entry."""
    bomb = _zip(tmp_path / "s1.zip", {"S1_E1_A1.mat": bytes(100 * 1024**2)})
    with pytest.raises(RecordingError, match="no recording"):
        _scan(bomb)[0][0].read_bytes()


def test_zips_too_deep_are_told(tmp_path):
    """A zip in a zip is read; one deeper is named and left alone."""
    deep = _zip(tmp_path / "a.zip", {"S1_A1_E1.mat": b"one"})
    for name in ("b.zip", "c.zip"):
        deep = _zip(tmp_path / name, {"inner.zip": deep.read_bytes()})
    found, said = _scan(tmp_path / "c.zip")
    assert found == []
    assert "too deep" in said[0]


def test_a_locked_zip_is_told(tmp_path):
    """A member with a password is refused with the reason."""
    path = _zip(tmp_path / "s1.zip", {"S1_E1_A1.mat": b"one"})
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flag in the local header
    data[data.find(b"PK\x01\x02") + 8] |= 1  # and in the directory
    path.write_bytes(data)
    with pytest.raises(RecordingError, match="password"):
        FileRef(path, ("S1_E1_A1.mat",)).read_bytes()
