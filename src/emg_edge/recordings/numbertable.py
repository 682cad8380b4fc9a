"""A text file of numbers, in rows and columns, with a header row or without."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import RecordingError
from emg_edge.recordings.archive import FileRef

_COMMENT = ("#", "%")


@dataclass(frozen=True)
class NumberTable:
    """`values` (n, columns) float64, all finite; `header` the names of the columns in lower case, empty without one."""

    header: tuple[str, ...]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class _Text:
    """A table before its numbers are read: its lines (number in the file, text) are those that count."""

    where: str
    delimiter: str | None  # None: white space
    header: tuple[str, ...]
    first_row: int  # index in `lines`
    lines: tuple[str, ...]


def read_numbers(file: FileRef) -> NumberTable:
    """Read rows of numbers between commas, tabs, semicolons or white space; lines that begin with # or % are comments.

    Raises RecordingError naming the line when a row is short, is not numeric, or holds NaN.
    """
    text = _split(file)
    return NumberTable(text.header, _numbers(text))


def _split(file: FileRef) -> _Text:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordingError(f"{file} is not a text file; expected rows of numbers, separated by commas") from error
    lines = tuple(text.splitlines())
    first = next((index for index, line in enumerate(lines) if _counts(line)), None)
    if first is None:
        raise RecordingError(f"{file} holds no row of numbers")
    delimiter = next((mark for mark in (",", "\t", ";") if mark in lines[first]), None)
    names = tuple(cell.strip().strip("\"'").lower() for cell in lines[first].split(delimiter))
    if all(_is_number(name) for name in names):
        return _Text(str(file), delimiter, (), first, lines)
    return _Text(str(file), delimiter, names, first + 1, lines)


def _numbers(text: _Text) -> NDArray[np.float64]:
    rows = [line for line in text.lines[text.first_row :] if _counts(line)]
    if not rows:
        raise RecordingError(f"{text.where} holds a header and no row of numbers")
    columns = len(text.header) or len(rows[0].split(text.delimiter))
    try:
        values: NDArray[np.float64] = np.loadtxt(
            io.StringIO("\n".join(rows)), delimiter=text.delimiter, ndmin=2, comments=None
        )
    except ValueError as error:
        raise _bad_line(text, columns) from error
    if values.shape[1] != columns or not np.isfinite(values).all():
        raise _bad_line(text, columns)
    return values


def _bad_line(text: _Text, columns: int) -> RecordingError:
    """Find the first line that is wrong; only now, since going line by line is slow."""
    for number, line in enumerate(text.lines[text.first_row :], start=text.first_row + 1):
        if not _counts(line):
            continue
        cells = [cell.strip() for cell in line.split(text.delimiter)]
        if len(cells) != columns:
            return RecordingError(
                f"{text.where}, line {number}: {len(cells)} columns, and the lines before have {columns}"
            )
        for column, cell in enumerate(cells, start=1):
            if not _is_number(cell) or not np.isfinite(float(cell)):
                return RecordingError(
                    f"{text.where}, line {number}, column {column}: '{cell[:40]}' is not a finite number"
                )
    return RecordingError(f"{text.where} is no table of numbers")


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(_COMMENT)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell  # float() takes 1_000, tables do not
