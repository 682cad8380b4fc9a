"""MATLAB 5 files: what is in one, and the few variables we want. Every failure is one sentence that names the file.

Our own reader and not scipy's, because scipy 1.17 crashes (a segmentation fault) on some damaged files, reads what
nobody asked for, and takes half a second to import. Source: MathWorks, MAT-File Format, R2019b, chapter 1.
"""

import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from math import prod
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import RecordingError
from emg_edge.recordings.archive import MAX_FILE_BYTES, FileRef, too_large

_HEADER = 128  # bytes: text, then version and byte order at 124
_ORDER = {b"\x00\x01IM": "<", b"\x01\x00MI": ">"}
_VERSION_73 = (b"\x00\x02IM", b"\x02\x00MI")
_TAG = 8  # bytes of a tag: type and length
_MATRIX, _COMPRESSED = 14, 15
_TYPES = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8",
}  # fmt: skip
_NUMERIC_CLASSES = range(6, 16)  # double, single, (u)int8 to (u)int64
_CLASSES_WITH_NAME = range(1, 17)  # what lies beyond is MATLAB's own business and has no dimensions
_COMPLEX = 0x0800
_PEEK_IN, _PEEK_OUT = 4096, 512  # bytes: a name has 63 characters at most, and few dimensions
_WIDEST = 8  # bytes of a double, which every number may become


class _DamagedError(Exception):
    """What is wrong, in a few words; becomes a RecordingError that names the file."""


@dataclass(frozen=True)
class Variable:
    """Shape of a variable, whether it is a plain array of real numbers, and where in the file it lies."""

    shape: tuple[int, ...]
    numeric: bool
    offset: int  # of its tag


@dataclass(frozen=True)
class _Matrix:
    """A matrix element as far as its data: `data` is where their tag begins."""

    name: str
    shape: tuple[int, ...]
    numeric: bool
    data: int


def contents(file: FileRef) -> dict[str, Variable]:
    """List the variables without reading them. Raises RecordingError when it is no whole MATLAB 5 file."""
    with file.open() as stream:
        order = _byte_order(file, stream)
        try:
            return _contents(stream, order)
        except (_DamagedError, zlib.error, OSError) as error:
            raise _damaged(file, error) from error


def load(file: FileRef, listed: dict[str, Variable], names: Collection[str]) -> dict[str, NDArray[Any]]:
    """Read those of the named variables that the file has; `listed` are its contents. The arrays are read-only.

    Raises RecordingError when one is damaged, is not an array of real numbers, or is too large to be true.
    """
    wanted = {name: listed[name] for name in names if name in listed}
    for name, variable in wanted.items():
        if not variable.numeric:
            raise RecordingError(f"{file}: '{name}' is not an array of real numbers; it is no file of NinaPro")
        if prod(variable.shape) * _WIDEST > MAX_FILE_BYTES:
            raise too_large(f"{file}: '{name}'", prod(variable.shape) * _WIDEST)
    with file.open() as stream:
        order = _byte_order(file, stream)
        try:
            return {name: _array(stream, order, name, variable) for name, variable in wanted.items()}
        except (_DamagedError, zlib.error, OSError, MemoryError) as error:
            raise _damaged(file, error) from error


def _byte_order(file: FileRef, stream: BinaryIO) -> str:
    mark = stream.read(_HEADER)[124:]
    if mark in _VERSION_73:
        raise RecordingError(f"{file} is a MATLAB 7.3 file, and NinaPro's are version 5; save it again with -v7")
    if mark not in _ORDER:
        raise RecordingError(f"{file} is not a MATLAB 5 file as NinaPro's are; download it again")
    return _ORDER[mark]


def _damaged(file: FileRef, error: Exception) -> RecordingError:
    said = " ".join(str(error).split()) or type(error).__name__
    return RecordingError(f"{file} is damaged or cut short ({said}); download it again")


def _contents(stream: BinaryIO, order: str) -> dict[str, Variable]:
    end = stream.seek(0, 2)
    offset = _HEADER
    listed: dict[str, Variable] = {}
    while offset < end:
        kind, length = _element(stream, order, offset)
        if offset + _TAG + length > end:
            raise _DamagedError(f"it ends {offset + _TAG + length - end} bytes too early")
        if kind == _COMPRESSED:
            head = zlib.decompressobj().decompress(stream.read(min(length, _PEEK_IN)), _PEEK_OUT)
        else:
            stream.seek(offset)
            head = stream.read(_PEEK_OUT)
        matrix = _matrix(head, order)
        if matrix is not None:
            if matrix.name in listed:
                raise _DamagedError(f"it holds '{matrix.name}' twice")
            listed[matrix.name] = Variable(matrix.shape, matrix.numeric, offset)
        offset += _TAG + length
    return listed


def _array(stream: BinaryIO, order: str, name: str, variable: Variable) -> NDArray[Any]:
    kind, length = _element(stream, order, variable.offset)
    if kind == _COMPRESSED:
        body = _inflate(stream.read(length), order, prod(variable.shape) * _WIDEST + _PEEK_OUT)
    else:
        stream.seek(variable.offset)
        body = stream.read(_TAG + length)
    matrix = _matrix(body, order)
    if matrix is None or (matrix.name, matrix.shape) != (name, variable.shape):
        raise _DamagedError(f"'{name}' is not what its beginning says")
    number, start, size, _ = _tag(body, order, matrix.data)
    if number not in _TYPES:
        raise _DamagedError(f"'{name}' holds data of an unknown type {number}")
    dtype = np.dtype(order + _TYPES[number])
    count = prod(matrix.shape)
    if size != count * dtype.itemsize or start + size > len(body):
        raise _DamagedError(f"'{name}' has {size} bytes of data and should have {count * dtype.itemsize}")
    return np.frombuffer(body, dtype, count, start).reshape(matrix.shape, order="F")


def _inflate(packed: bytes, order: str, most: int) -> bytes:
    """Unpack one compressed matrix, whose own tag and `most` bytes bound it; zlib's checksum is verified."""
    inflater = zlib.decompressobj()
    tag = inflater.decompress(packed, _TAG)
    _, _, length, _ = _tag(tag, order, 0)
    if length > most:
        raise _DamagedError(f"a variable of {length} bytes that can have {most} at most")
    body = inflater.decompress(inflater.unconsumed_tail, length) if length else b""
    rest = inflater.decompress(inflater.unconsumed_tail, 1)
    if len(body) != length or rest or not inflater.eof:
        raise _DamagedError("a variable unpacks to another length than it says")
    return tag + body


def _element(stream: BinaryIO, order: str, offset: int) -> tuple[int, int]:
    stream.seek(offset)
    tag = stream.read(_TAG)
    if len(tag) < _TAG:
        raise _DamagedError("it ends within a tag")
    kind, length = struct.unpack(order + "II", tag)
    if kind not in (_MATRIX, _COMPRESSED):
        raise _DamagedError(f"an element of type {kind} where a variable should begin")
    return kind, length


def _matrix(body: bytes, order: str) -> _Matrix | None:
    """Read flags, dimensions and name of a matrix element, tag included; None for MATLAB's internal objects."""
    kind, position, _, _ = _tag(body, order, 0)
    if kind != _MATRIX:
        raise _DamagedError(f"an element of type {kind} where a variable should begin")
    _, start, _, position = _tag(body, order, position)
    flags = struct.unpack_from(order + "I", body, start)[0] if start + 4 <= len(body) else 0
    array_class = flags & 0xFF
    if array_class not in _CLASSES_WITH_NAME:
        return None
    _, start, size, position = _tag(body, order, position)
    if size < 8 or size % 4 or start + size > len(body):
        raise _DamagedError("a variable without proper dimensions")
    shape = struct.unpack_from(f"{order}{size // 4}i", body, start)
    if min(shape) < 0:
        raise _DamagedError(f"a variable with the dimensions {shape}")
    _, start, size, position = _tag(body, order, position)
    if start + size > len(body):
        raise _DamagedError("a variable without a name")
    name = body[start : start + size].decode("latin-1")
    return _Matrix(name, shape, array_class in _NUMERIC_CLASSES and not flags & _COMPLEX, position)


def _tag(body: bytes, order: str, position: int) -> tuple[int, int, int, int]:
    """Read a tag: type, where the data start, their length, where the next tag starts.

    Up to four bytes of data lie in the tag itself, and the upper half of its first word is then their length.
    """
    if position + _TAG > len(body):
        raise _DamagedError("a variable ends within a tag")
    kind, length = struct.unpack_from(order + "II", body, position)
    if small := kind >> 16:
        if small > 4:
            raise _DamagedError(f"a small element of {small} bytes")
        return kind & 0xFFFF, position + 4, small, position + _TAG
    start = position + _TAG
    if kind == _MATRIX:
        return kind, start, length, start
    return kind, start, length, start + length + -length % _TAG
