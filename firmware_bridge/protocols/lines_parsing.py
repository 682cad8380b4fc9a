"""Lines of text -> numbers: rows of one board, as sketches print them.

Known are '512,498', '512;498', '512<tab>498', '512 498', each with or without a separator at the end of the line, and
the Arduino plotter's 'left:512,right:498'. Numbers are integers or decimals.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_NUMBER = rb"[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?"
_LABEL = rb"(?<![\w.])[A-Za-z_][\w.\-]*+(?: [\w.\-]++)*+:[ \t]*+"
_LABELS = re.compile(_LABEL)
_BETWEEN = rb"(?:[ \t]++(?:[,;][ \t]*+)?|[,;][ \t]*+)"
_NO_ROW = re.compile(rb"^[ \t]*+(?:#.*+)?\r?$", re.MULTILINE)  # comments and empty lines: no samples, but no junk

_SPACES = bytes.maketrans(b",;\t\r\n", b"     ")
_DIGIT, _POINT, _SIGN, _SEPARATOR, _RETURN, _NEWLINE, _OTHER = range(7)
_CLASSES = bytearray([_OTHER]) * 256
for _class, _bytes in enumerate((b"0123456789", b".", b"+-", b",; \t", b"\r", b"\n")):
    for _byte in _bytes:
        _CLASSES[_byte] = _class
MAX_LENGTH = 16  # of a number, sign and point included: float64 holds as many digits exactly
WHOLE_FROM = 1024  # bytes; fewer are faster row by row


@dataclass(frozen=True)
class Rows:
    """(rows, columns) values, and the bytes that were neither row nor comment nor empty line."""

    values: NDArray[np.float64]
    skipped: int


def parse_rows(text: bytes, columns: int) -> Rows:
    """Read whole lines (the last byte is a line feed); those without exactly so many numbers are skipped."""
    if len(text) >= WHOLE_FROM and (whole := _all_at_once(text, columns)) is not None:
        return Rows(whole, 0)
    lines = text[:-1]
    rows = _pattern(b"{%d}" % (columns - 1)).findall(lines)
    skipped = len(text) - sum(map(len, rows)) - len(rows)
    if skipped:
        skipped -= sum(len(line) + 1 for line in _NO_ROW.findall(lines))
    return Rows(_values(b"\n".join(rows)).reshape(-1, columns), skipped)


def count_columns(line: bytes) -> int:
    """Count the numbers in a line without its line feed; 0 when it is no row."""
    return len(_values(line)) if _pattern(b"*").fullmatch(line) else 0


def has_decimals(row: bytes) -> bool:
    """Tell whether any number of a row is written as more than an integer."""
    return re.search(rb"[.eE]", _LABELS.sub(b"", row)) is not None


@lru_cache(maxsize=16)
def _pattern(more: bytes) -> re.Pattern[bytes]:
    """What a line looks like that has `more` cells after the first; possessive, so that none takes long to refuse."""
    cell = b"(?:" + _LABEL + b")?" + _NUMBER
    return re.compile(b"^[ \t]*+" + cell + b"(?:" + _BETWEEN + cell + b")" + more + b"[ \t,;]*+\r?$", re.MULTILINE)


def _values(rows: bytes) -> NDArray[np.float64]:
    if b":" in rows:
        rows = _LABELS.sub(b"", rows)
    return np.array(list(map(float, rows.translate(_SPACES).split())))


def _all_at_once(text: bytes, columns: int) -> NDArray[np.float64] | None:  # noqa: PLR0911 - refusals in a row
    """Read lines that all hold so many numbers, one separator between two, each column with its own fixed decimals.

    None when any is otherwise. A number is read as an integer without its point and divided by a power of ten: one
    rounding, as in reading it as it stands.
    """
    kind = np.frombuffer(text.translate(bytes(_CLASSES)), np.uint8)
    if kind.max() == _OTHER or text.count(b"\r") != text.count(b"\r\n"):
        return None
    in_number = kind <= _SIGN
    edges = np.flatnonzero(in_number[1:] != in_number[:-1]) + 1
    edges = np.concatenate([[0], edges]) if in_number[0] else edges
    starts, stops = edges[::2], edges[1::2]  # the last byte is in no number, so that they are as many
    lines = text.count(b"\n")
    one_between = int((kind == _SEPARATOR).sum()) == lines * (columns - 1)
    if len(starts) != lines * columns or not one_between or int((stops - starts).max()) > MAX_LENGTH:
        return None
    if (np.searchsorted(starts, np.flatnonzero(kind == _NEWLINE)) != columns * np.arange(1, lines + 1)).any():
        return None
    signs = kind[starts] == _SIGN
    if int((kind == _SIGN).sum()) != int(signs.sum()):
        return None  # a sign within a number
    decimals, digits = np.zeros(len(starts), np.int64), stops - starts - signs
    points = np.flatnonzero(kind == _POINT)
    if len(points):
        owners = np.searchsorted(starts, points, side="right") - 1
        if (np.diff(owners) == 0).any():
            return None  # two points in a number
        decimals[owners] = stops[owners] - points - 1
        digits[owners] -= 1
        text = text.replace(b".", b"")
    by_column = decimals.reshape(lines, columns)
    if digits.min() < 1 or (by_column != by_column[0]).any():
        return None
    integers = np.fromstring(text.translate(_SPACES), np.int64, sep=" ").reshape(lines, columns)
    values: NDArray[np.float64] = integers / 10.0 ** by_column[0]
    return values
