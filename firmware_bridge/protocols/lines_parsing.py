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
_BETWEEN = rb"(?:[ \t]++(?:[,;][ \t]*+)?|[,;][ \t]*+)"
_NO_ROW = re.compile(rb"^[ \t]*+(?:#.*+)?\r?$", re.MULTILINE)  # comments and empty lines: no samples, but no junk

_SPACES = bytes.maketrans(b",;\t\r\n", b"     ")
_DIGIT, _SIGN, _SEPARATOR, _RETURN, _NEWLINE, _OTHER = range(6)
_CLASSES = bytes(
    _DIGIT
    if chr(byte).isdigit() and byte < 128
    else {ord("-"): _SIGN, ord("+"): _SIGN, ord("\r"): _RETURN, ord("\n"): _NEWLINE}.get(
        byte, _SEPARATOR if byte in b",; \t" else _OTHER
    )
    for byte in range(256)
)
MAX_DIGITS = 18  # of an integer, so that 64 bits hold it
WHOLE_FROM = 1024  # bytes; fewer are faster row by row


@dataclass(frozen=True)
class Rows:
    """(rows, columns) float64 or int64 values, and the bytes that were neither row nor comment nor empty line."""

    values: NDArray[np.float64] | NDArray[np.int64]
    skipped: int


def parse_rows(text: bytes, columns: int) -> Rows:
    """Read whole lines (the last byte is a line feed); those without exactly so many numbers are skipped."""
    if len(text) >= WHOLE_FROM and (whole := _integers(text, columns)) is not None:
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
    return re.search(rb"[.eE]", re.sub(_LABEL, b"", row)) is not None


@lru_cache(maxsize=16)
def _pattern(more: bytes) -> re.Pattern[bytes]:
    """What a line looks like that has `more` cells after the first; possessive, so that none takes long to refuse."""
    cell = b"(?:" + _LABEL + b")?" + _NUMBER
    return re.compile(b"^[ \t]*+" + cell + b"(?:" + _BETWEEN + cell + b")" + more + b"[ \t,;]*+\r?$", re.MULTILINE)


def _values(rows: bytes) -> NDArray[np.float64]:
    if b":" in rows:
        rows = re.sub(_LABEL, b"", rows)
    return np.array(list(map(float, rows.translate(_SPACES).split())))


def _integers(text: bytes, columns: int) -> NDArray[np.int64] | None:
    """Read lines that all hold so many integers, one separator between two; None when any is otherwise."""
    kind = np.frombuffer(text.translate(_CLASSES), np.uint8)
    if kind.max() == _OTHER or text.count(b"\r") != text.count(b"\r\n"):
        return None
    in_number = kind <= _SIGN
    before = np.concatenate([[False], in_number[:-1]])
    starts = np.flatnonzero(in_number & ~before)
    stops = np.flatnonzero(before & ~in_number)  # the last byte is in no number
    lines = text.count(b"\n")
    signs = kind == _SIGN
    one_between = int((kind == _SEPARATOR).sum()) == lines * (columns - 1)
    if len(starts) != lines * columns or not one_between or int((stops - starts).max()) > MAX_DIGITS:
        return None
    at_start = signs[starts]
    if int(signs.sum()) != int(at_start.sum()) or (stops - starts - at_start).min() < 1:
        return None  # a sign within a number, or one without digits
    if (np.searchsorted(starts, np.flatnonzero(kind == _NEWLINE)) != columns * np.arange(1, lines + 1)).any():
        return None
    return np.fromstring(text.translate(_SPACES), np.int64, sep=" ").reshape(lines, columns)
