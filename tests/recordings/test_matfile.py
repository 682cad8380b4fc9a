"""Attacks on the parser: whatever the bytes, a recording or one sentence comes out."""

import struct
import zlib

import numpy as np
import pytest
import scipy.io
from support import ninapro_files as files

from emg_edge.errors import RecordingError
from emg_edge.recordings.archive import FileRef
from emg_edge.recordings.matfile import contents, load
from emg_edge.recordings.open import open_recording


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A small sound file, as bytes."""
    return files.write(tmp_path_factory.mktemp("whole") / "S1_E1_A1.mat", files.db5(3, 2)).read_bytes()


def _outcome(path, data):
    """What becomes of a file with these bytes: 'read', or the sentence; anything else fails the test."""
    path.write_bytes(data)
    try:
        recording = open_recording(path)
    except RecordingError as error:
        sentence = str(error)
    else:
        sentence = ""
    if sentence:
        assert str(path) in sentence
        assert "\n" not in sentence
        return sentence
    assert np.isfinite(recording.samples).all()
    return "read"


def test_a_truncated_file_is_refused_wherever_it_is_cut(tmp_path, whole):
    """Cut at sixty places, it is never read as something shorter."""
    for length in np.linspace(0, len(whole) - 1, 60).astype(int):
        assert _outcome(tmp_path / "S1_E1_A1.mat", whole[:length]) != "read"


def test_a_file_with_flipped_bits_never_yields_other_samples(tmp_path, whole):
    """At three hundred places: refused, or read with exactly the samples that were written."""
    path = tmp_path / "S1_E1_A1.mat"
    path.write_bytes(whole)
    truth = open_recording(path)
    random = np.random.default_rng(3)
    refused = 0
    for place in random.integers(124, len(whole), 300):
        data = bytearray(whole)
        data[place] ^= 1 << random.integers(8)
        if _outcome(path, bytes(data)) == "read":
            again = open_recording(path)
            np.testing.assert_array_equal(again.samples, truth.samples)
            np.testing.assert_array_equal(again.movement, truth.movement)
            np.testing.assert_array_equal(again.repetition, truth.repetition)
        else:
            refused += 1
    assert refused > 200


def test_an_uncompressed_file_with_flipped_bits_never_crashes(tmp_path):
    """Without a checksum samples may change, and still nothing but a recording or a sentence comes out."""
    path = tmp_path / "S1_E1_A1.mat"
    variables = files.db5(1, 1)
    scipy.io.savemat(path, variables, do_compression=False)
    whole = bytearray(path.read_bytes())
    random = np.random.default_rng(4)
    starts = [whole.find(name) for name in (b"emg", b"restimulus", b"rerepetition", b"frequency")]
    for place in [*random.integers(124, len(whole), 60), *(s + d for s in starts for d in range(-56, 32))]:
        data = whole.copy()
        data[place] ^= 1 << random.integers(8)
        _outcome(path, bytes(data))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not a MATLAB 5 file"),
        (bytes(5000), "not a MATLAB 5 file"),
        (np.random.default_rng(5).bytes(5000), "not a MATLAB 5 file"),
        (b"time,emg\n0,1\n" * 50, "not a MATLAB 5 file"),
        (b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + bytes(400) + b"\x89HDF\r\n\x1a\n", "MATLAB 7.3"),
    ],
)
def test_other_files_are_refused(tmp_path, data, sentence):
    """What is no MATLAB 5 file is said to be none."""
    assert sentence in _outcome(tmp_path / "S1_E1_A1.mat", data)


def test_a_file_that_would_fill_the_memory_is_refused(tmp_path):
    """Dimensions of half a terabyte, in a file of a kilobyte, are not believed."""
    path = tmp_path / "S1_E1_A1.mat"
    scipy.io.savemat(path, files.db5(1, 1), do_compression=False)
    data = path.read_bytes()
    rows = struct.pack("<ii", 3 * files.STRETCH, 16)
    assert data.count(rows) == 1
    assert "GiB" in _outcome(path, data.replace(rows, struct.pack("<ii", 2**31 - 1, 16)))


def test_a_bomb_is_not_unpacked(tmp_path):
    """A variable whose dimensions are small and whose data are not is refused before its data are made."""
    path = tmp_path / "S1_E1_A1.mat"
    scipy.io.savemat(path, files.db5(1, 1), do_compression=False)
    data = path.read_bytes()
    (length,) = struct.unpack_from("<I", data, 132)
    variable, others = data[136 : 136 + length], data[136 + length :]
    bomb = zlib.compress(struct.pack("<II", 14, length + 10**8) + variable + bytes(10**8))
    sentence = _outcome(path, data[:128] + struct.pack("<II", 15, len(bomb)) + bomb + others)
    assert "at most" in sentence


def test_only_what_is_wanted_is_read(tmp_path):
    """Contents lists all variables with their shapes; load gives those of the wanted ones that are there."""
    file = FileRef(files.write(tmp_path / "S1_E1_A1.mat", files.db5(1, 1, glove=np.zeros((5, 22)), gender="m")))
    listed = contents(file)
    assert listed["glove"].shape == (5, 22)
    assert not listed["gender"].numeric
    assert set(load(file, listed, ["emg", "nothing"])) == {"emg"}
