"""Plain tables of numbers, as makers record them: a column a channel, a row a sample."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import RecordingError
from emg_edge.recordings import quality
from emg_edge.recordings.archive import FileRef
from emg_edge.recordings.labels import repetitions
from emg_edge.recordings.recording import Recording
from emg_edge.signal.montage import LAYOUTS
from emg_edge.signal.source import Source, Unit

SUFFIXES = (".csv", ".tsv", ".txt")
RATE_TOLERANCE = 0.05  # relative; a host's clock stamps samples unevenly
_COMMENT = ("#", "%")
_ROLES = {"movement": "movement", "label": "movement", "repetition": "repetition", "time": "time", "timestamp": "time"}
_LARGEST_LABEL = 1000  # as in NinaPro's files


@dataclass(frozen=True)
class _Text:
    """A table before its numbers are read: its lines (number in the file, text) are those that count."""

    where: str
    delimiter: str | None  # None: white space
    header: tuple[str, ...]
    first_row: int  # index in `lines`
    lines: tuple[str, ...]


def read_table(path: Path, rate_hz: float, unit: Unit, layout: str = "ring8") -> Recording:
    """Read a CSV or TSV: a column a channel, in the layout's order; lines that begin with # or % are comments.

    Where a header row names them, the columns `movement` (or `label`), `repetition` and `time` (seconds) are taken
    for that; without `movement` the truth is unknown: movement and repetition are 0 everywhere. The signal is raw.
    Raises RecordingError naming the line when a row is short, is not numeric, or holds NaN.
    """
    if not rate_hz > 0:
        raise RecordingError(f"{path}: a rate of {rate_hz:g} Hz is none; give the rate at which it was recorded")
    source = Source("raw", float(rate_hz), unit, layout)
    text = _split(path)
    values = _numbers(text)
    roles = {_ROLES[name]: column for column, name in enumerate(text.header) if name in _ROLES}
    channels = [column for column in range(values.shape[1]) if column not in roles.values()]
    if len(channels) != LAYOUTS[layout]:
        raise RecordingError(
            f"{path} has {len(channels)} columns of signal, and the layout '{layout}' has {LAYOUTS[layout]}; "
            "columns of anything else need a header row that names them movement, repetition or time"
        )
    samples = np.ascontiguousarray(values[:, channels], dtype=np.float32)
    notes = list(quality.dead_channels(samples, rate_hz, str(path), rectified=False))
    movement = _labels(values, roles.get("movement"), path, "movement")
    repetition = _labels(values, roles.get("repetition"), path, "repetition")
    if "time" in roles:
        notes += _clock(values[:, roles["time"]], rate_hz)
    if "movement" not in roles:
        notes.append("no column 'movement': the truth is unknown")
    elif "repetition" not in roles:
        notes.append("no column 'repetition': its samples belong to no split")
    else:
        repetition = repetitions(movement, repetition)
    return Recording(samples, movement, repetition, source, "own", 1, notes=tuple(notes))


def _split(path: Path) -> _Text:
    try:
        text = FileRef(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path} is not a text file; expected rows of numbers, separated by commas") from error
    lines = tuple(text.splitlines())
    first = next((index for index, line in enumerate(lines) if _counts(line)), None)
    if first is None:
        raise RecordingError(f"{path} holds no row of numbers")
    delimiter = next((mark for mark in (",", "\t", ";") if mark in lines[first]), None)
    names = tuple(cell.strip().strip("\"'").lower() for cell in lines[first].split(delimiter))
    if all(_is_number(name) for name in names):
        return _Text(str(path), delimiter, (), first, lines)
    return _Text(str(path), delimiter, names, first + 1, lines)


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


def _labels(values: NDArray[np.float64], column: int | None, path: Path, name: str) -> NDArray[np.int16]:
    if column is None:
        return np.zeros(len(values), np.int16)
    said = values[:, column]
    if (said != np.round(said)).any() or said.min() < 0 or said.max() > _LARGEST_LABEL:
        raise RecordingError(
            f"{path}: the column '{name}' holds other things than whole numbers from 0 to {_LARGEST_LABEL}"
        )
    return said.astype(np.int16)


def _clock(time_s: NDArray[np.float64], rate_hz: float) -> list[str]:
    span = float(time_s[-1] - time_s[0])
    if len(time_s) < 2 or span <= 0:
        return ["the column 'time' does not go forward and was not used"]
    measured = (len(time_s) - 1) / span
    if abs(measured - rate_hz) <= RATE_TOLERANCE * rate_hz:
        return []
    return [f"the column 'time' says {measured:.1f} Hz, and {rate_hz:g} Hz was given, which was believed"]


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(_COMMENT)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell  # float() takes 1_000, tables do not
