"""Rows of numbers in a text file, read a piece at a time: an hour of sixteen channels must fit into a Pi."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import RecordingError

PIECE_BYTES = 4 << 20  # its text takes some thirty times as much memory while it becomes numbers
LONGEST_LINE = 64 << 10  # a row of 32 columns has half a kilobyte
CUT_OFF = "the last line was cut off in the writing and is left out"

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


@dataclass(frozen=True)
class RowFormat:
    """How a line is a row.

    delimiter  between columns
    width      columns that every row has
    signal     columns read as float32
    exact      columns read as float64: numbers of samples, times, labels
    """

    delimiter: str
    width: int
    signal: tuple[int, ...]
    exact: tuple[int, ...]


@dataclass(frozen=True)
class Rows:
    """What was read.

    signal  (n, signal) float32
    exact   (n, exact) float64
    line    (n,) int64, the line of the file that each row stands in, from 1
    notes   what was left out, a sentence each
    """

    signal: NDArray[np.float32]
    exact: NDArray[np.float64]
    line: NDArray[np.int64]
    notes: tuple[str, ...] = ()


def read_rows(stream: BinaryIO, where: str, form: RowFormat, lines_before: int = 0) -> Rows:
    """Read the rest of a file; blank lines, and lines that begin with %, do not count.

    A last line without an end was cut off in the writing, and a part of a number looks like a number: it is left
    out and remarked. Raises RecordingError naming the line when a row is short, is not numeric, or is not finite.
    """
    used = (*form.signal, *form.exact)
    signal: list[NDArray[np.float32]] = []
    exact: list[NDArray[np.float64]] = []
    line: list[NDArray[np.int64]] = []
    notes: tuple[str, ...] = ()
    first = lines_before + 1
    for text, whole in _pieces(stream, where):
        if not whole:
            notes = (CUT_OFF,) if text.strip() else ()
            break
        lines = text.split("\n")[:-1]
        kept = [index for index, said in enumerate(lines) if said and not said.isspace() and said[0] != "%"]
        if kept:
            rows = lines if len(kept) == len(lines) else [lines[index] for index in kept]
            numbered = np.asarray(kept, np.int64) + first
            values = _numbers(rows, form, used, where, numbered)
            with np.errstate(over="ignore"):  # what no float32 can hold is infinite, and refused as such
                signal.append(values[:, : len(form.signal)].astype(np.float32))
            exact.append(values[:, len(form.signal) :].copy())
            line.append(numbered)
        first += len(lines)
    if not signal:
        raise RecordingError(f"{where} holds no whole row of numbers; it ended before the first sample was written")
    return Rows(np.concatenate(signal), np.concatenate(exact), np.concatenate(line), notes)


def first_row(text: str) -> str | None:
    """Find the first line that counts in the beginning of a file; None where there is none."""
    return next((line for line in text.split("\n") if line.strip() and line[0] != "%"), None)


def is_number(cell: str) -> bool:
    """Tell what np.loadtxt takes for a finite number."""
    return _NUMBER.fullmatch(cell) is not None


def _pieces(stream: BinaryIO, where: str) -> Iterator[tuple[str, bool]]:
    """Yield text that ends with a line's end, and True; at last the line without an end, and False."""
    rest = b""
    try:
        while data := stream.read(PIECE_BYTES):
            data = rest + data
            end = data.rfind(b"\n") + 1
            rest = data[end:]
            if len(rest) > LONGEST_LINE:
                raise RecordingError(f"{where} has a line longer than {LONGEST_LINE} bytes; it is no recording")
            yield data[:end].decode(), True
        yield rest.decode(errors="replace"), False
    except UnicodeDecodeError as error:
        raise RecordingError(f"{where} is not a text file; expected rows of numbers") from error
    except OSError as error:
        raise RecordingError(f"cannot read {where}: {(error.strerror or str(error)).lower()}") from error


def _numbers(
    rows: list[str], form: RowFormat, used: tuple[int, ...], where: str, line: NDArray[np.int64]
) -> NDArray[np.float64]:
    if any(row.count(form.delimiter) != form.width - 1 for row in rows):
        raise _wrong(rows, form, used, where, line)
    try:
        values: NDArray[np.float64] = np.loadtxt(
            rows, delimiter=form.delimiter, usecols=used, ndmin=2, comments=None, dtype=np.float64
        )
    except ValueError as error:
        raise _wrong(rows, form, used, where, line) from error
    if len(values) != len(rows) or not np.isfinite(values).all():
        raise _wrong(rows, form, used, where, line)
    return values


def _wrong(
    rows: list[str], form: RowFormat, used: tuple[int, ...], where: str, line: NDArray[np.int64]
) -> RecordingError:
    """Find the first row that is wrong; only now, since going row by row is slow."""
    for number, row in zip(line.tolist(), rows, strict=True):
        cells = row.split(form.delimiter)
        if len(cells) != form.width:
            return RecordingError(
                f"{where}, line {number}: {len(cells)} columns, and a row has {form.width}; the file is damaged there"
            )
        for column in sorted(used):
            if not is_number(cells[column]) or not np.isfinite(float(cells[column])):
                return RecordingError(
                    f"{where}, line {number}, column {column + 1}: '{cells[column].strip()[:40]}' is not a finite "
                    "number; the file is damaged there"
                )
    return RecordingError(f"{where}, lines {line[0]} to {line[-1]} are no rows of numbers; the file is damaged")
