"""The windows of a run folder, and whether they are its decoder's."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from emg_edge.decoding.modelfile import read
from emg_edge.decoding.runfolder import Decoder, read_windows, refuse_misfit
from emg_edge.errors import RunFolderError
from emg_edge.models import shipped

CONTEXT, MOVEMENTS = 15, 13
GOOD: dict[str, Any] = {
    "frames": np.zeros((40, 8), np.float32),
    "calibration": np.array([14, 20]),
    "test": np.array([30, 39]),
    "test_classes": np.array([0, 12]),
}


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    told = read(shipped()).description
    return Decoder(told.signal, told.movements, told.scales, told.training)


def held(folder: Path, **changed: Any) -> Path:
    np.savez(folder / "windows.npz", **(GOOD | changed))
    return folder


def test_windows_of_the_decoder_are_read(decoder: Decoder, tmp_path: Path) -> None:
    """As they were written; a run without any is said to have none elsewhere."""
    windows = read_windows(held(tmp_path))
    refuse_misfit(tmp_path, decoder, windows)
    assert windows.cut(windows.test, CONTEXT).shape == (2, CONTEXT, 8)
    none = np.empty(0, np.int64)
    refuse_misfit(tmp_path, decoder, read_windows(held(tmp_path, calibration=none, test=none, test_classes=none)))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"frames": np.zeros(40, np.float32)}, "no table of finite numbers"),
        ({"frames": np.zeros((40, 8))}, "no table of finite numbers"),
        ({"frames": np.full((40, 8), np.nan, np.float32)}, "no table of finite numbers"),
        ({"frames": np.zeros((40, 8), "U8")}, "no table of finite numbers"),
        ({"test": np.array([30.0, 39.0])}, "`test`, which is no list of whole numbers"),
        ({"test": np.int64(3)}, "`test`, which is no list of whole numbers"),
        ({"calibration": np.array([[14]])}, "`calibration`, which is no list of whole numbers"),
        ({"test_classes": np.array([0])}, "2 test windows and the classes of 1"),
        ({"test": np.array([30, 40])}, "windows of frames that it does not hold"),
        ({"test": np.array([-5, 39])}, "windows of frames that it does not hold"),
        ({"calibration": np.array([10**7])}, "windows of frames that it does not hold"),
        ({"frames": np.zeros((0, 8), np.float32)}, "windows of frames that it does not hold"),
        ({"test_classes": np.array([-3, 0])}, "windows of frames that it does not hold"),
        ({"test": np.array([None, {}], object)}, "no readable windows.npz"),
    ],
)
def test_what_cannot_be_windows_is_told(changed: dict[str, Any], said: str, tmp_path: Path) -> None:
    """Before anything is computed from it, with the folder's name and the way out."""
    with pytest.raises(RunFolderError, match=said) as refused:
        read_windows(held(tmp_path, **changed))
    assert str(tmp_path) in str(refused.value)
    assert str(refused.value).endswith("; train again")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"frames": np.zeros((40, 7), np.float32)}, "frames of 7 numbers, decoder.json of 8"),
        ({"calibration": np.array([13])}, "begin before the first frame"),
        ({"test_classes": np.array([0, MOVEMENTS])}, "a class that none of the 13 movements is"),
    ],
)
def test_windows_of_another_decoder_are_told(
    changed: dict[str, Any], said: str, decoder: Decoder, tmp_path: Path
) -> None:
    """They would be cut wrongly, or counted as something else."""
    with pytest.raises(RunFolderError, match=said):
        refuse_misfit(tmp_path, decoder, read_windows(held(tmp_path, **changed)))


def test_an_array_that_is_no_archive_is_told(tmp_path: Path) -> None:
    """One array under the archive's name."""
    with (tmp_path / "windows.npz").open("wb") as file:
        np.save(file, GOOD["frames"])
    with pytest.raises(RunFolderError, match=r"no readable windows\.npz"):
        read_windows(tmp_path)


def test_a_context_of_another_length_is_told(decoder: Decoder, tmp_path: Path) -> None:
    """The same windows, and a decoder that looks back farther."""
    longer = msgspec.structs.replace(decoder, signal=msgspec.structs.replace(decoder.signal, context=16))
    with pytest.raises(RunFolderError, match="begin before the first frame"):
        refuse_misfit(tmp_path, longer, read_windows(held(tmp_path)))
