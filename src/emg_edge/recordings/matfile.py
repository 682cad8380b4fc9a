"""MATLAB 5 files: what is in one, and the few variables we want. Every failure is one sentence that names the file."""

import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import RecordingError
from emg_edge.recordings.archive import MAX_FILE_BYTES, FileRef, too_large

_HEADER_BYTES = 128  # text, then version and byte order at 124 (MAT-File Format, R2019b, page 1-6)
_VERSION_5 = (b"\x00\x01IM", b"\x01\x00MI")
_VERSION_73 = (b"\x00\x02IM", b"\x02\x00MI")
_NUMERIC = frozenset(
    ("double", "single", "logical", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
)
_WIDEST = 8  # bytes of a double, which every number may become


@dataclass(frozen=True)
class Variable:
    """Shape of a variable, and whether it is a plain array of numbers."""

    shape: tuple[int, ...]
    numeric: bool


def contents(file: FileRef) -> dict[str, Variable]:
    """List the variables without reading them. Raises RecordingError when it is no whole MATLAB 5 file."""
    from scipy.io import whosmat  # noqa: PLC0415 - 0.4 s to import

    with file.open() as stream, _translated(file):
        _check_version(file, stream)
        listed = whosmat(stream, appendmat=False)
    return {name: Variable(tuple(map(int, shape)), kind in _NUMERIC) for name, shape, kind in listed}


def load(file: FileRef, listed: dict[str, Variable], names: Collection[str]) -> dict[str, NDArray[Any]]:
    """Read those of the named variables that the file has; `listed` are its contents.

    Raises RecordingError when one is damaged, is not an array of real numbers, or is too large to be true.
    """
    from scipy.io import loadmat  # noqa: PLC0415 - as above

    wanted = [name for name in names if name in listed]
    for name in wanted:
        if not listed[name].numeric:
            raise RecordingError(f"{file}: '{name}' is not an array of numbers; it is no file of NinaPro")
        if min(listed[name].shape, default=0) < 0 or prod(listed[name].shape) * _WIDEST > MAX_FILE_BYTES:
            raise too_large(f"{file}: '{name}'", prod(listed[name].shape) * _WIDEST)
    with file.open() as stream, _translated(file):
        loaded = loadmat(stream, appendmat=False, variable_names=wanted) if wanted else {}
    for name in wanted:
        if name not in loaded:
            raise RecordingError(f"{file} is damaged (it lists '{name}' and does not hold it); download it again")
        if not isinstance(loaded[name], np.ndarray) or loaded[name].dtype.kind not in "fiub":
            raise RecordingError(f"{file}: '{name}' is not an array of real numbers; it is no file of NinaPro")
    return {name: loaded[name] for name in wanted}


def _check_version(file: FileRef, stream: BinaryIO) -> None:
    header = stream.read(_HEADER_BYTES)
    stream.seek(0)
    if header[124:] in _VERSION_73:
        raise RecordingError(f"{file} is a MATLAB 7.3 file, and NinaPro's are version 5; save it again with -v7")
    if len(header) < _HEADER_BYTES or header[124:] not in _VERSION_5:
        raise RecordingError(f"{file} is not a MATLAB 5 file as NinaPro's are; download it again")


@contextmanager
def _translated(file: FileRef) -> Iterator[None]:
    """Turn whatever scipy's parser stumbles on, warnings included, into one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    except RecordingError:
        raise
    # On damaged bytes scipy raises a dozen kinds, from zlib.error to TypeError, IndexError and MemoryError.
    except Exception as error:
        said = " ".join(str(error).split())[:120] or type(error).__name__
        raise RecordingError(f"{file} is damaged or cut short ({said}); download it again") from error
