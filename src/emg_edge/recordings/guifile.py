"""Recordings of the OpenBCI GUI, versions 5 and 6: a header of % lines, perhaps the columns' names, rows in uV."""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from emg_edge.errors import RecordingError
from emg_edge.recordings.archive import FileRef
from emg_edge.recordings.boardcolumns import BOARDS, CYTON, DAISY, GANGLION, BoardColumns, board_named
from emg_edge.recordings.boardrecording import recording_of, track_of
from emg_edge.recordings.recording import Recording
from emg_edge.recordings.rows import LONGEST_LINE, RowFormat, Rows, is_number, read_rows

MAGIC = "%OpenBCI Raw E"  # 'EEG Data' in version 5, 'EXG Data' in version 6
_MOST_HEADER_LINES = 100  # the GUI writes five

# The GUI names its own class; behind each is one of BrainFlow's boards.
_CLASSES: dict[str, str] = {
    "BoardCytonSerial": CYTON,
    "BoardCytonSerialDaisy": DAISY,
    "BoardCytonWifi": "CYTON_WIFI_BOARD",
    "BoardCytonWifiDaisy": "CYTON_DAISY_WIFI_BOARD",
    "BoardGanglionBLE": GANGLION,
    "BoardGanglionNative": "GANGLION_NATIVE_BOARD",
    "BoardGanglionWifi": "GANGLION_WIFI_BOARD",
    "BoardBrainFlowSynthetic": "SYNTHETIC_BOARD",
}
_OF_CHANNELS = {4: GANGLION, 8: CYTON, 16: DAISY}  # where the header names no board


@dataclass(frozen=True)
class _Head:
    """What comes before the rows: what the header says, the columns' names where they stand, how many lines it was."""

    said: dict[str, str]
    names: tuple[str, ...]
    lines: int


@dataclass(frozen=True)
class _Places:
    """Columns of what is read; None where there is no such column."""

    number: int | None
    signal: tuple[int, ...]
    acceleration: tuple[int, ...]
    time: int | None


def read_gui(path: Path, master_board: str = "") -> Recording:
    """Read a recording of the OpenBCI GUI; rate, channels and board stand in its header.

    `master_board` says the board where the header does not. Raises RecordingError when something of the header is
    missing or impossible, or a row is wrong.
    """
    where = str(path)
    with FileRef(path).open() as stream:
        try:
            head = _head(stream, where)
            begins = stream.tell()
            row = stream.readline(LONGEST_LINE).decode(errors="replace")
            stream.seek(begins)
        except OSError as error:
            raise RecordingError(f"cannot read {where}: {(error.strerror or str(error)).lower()}") from error
        if not row.strip():
            raise RecordingError(f"{where} holds the header of the OpenBCI GUI and no row; nothing was recorded")
        rate_hz = _number(head, "Sample Rate", where)
        said = _number(head, "Number of channels", where)
        if said not in _OF_CHANNELS or not 0 < rate_hz < math.inf:
            raise RecordingError(
                f"{where}: its header says {said:g} channels at {rate_hz:g} Hz; expected "
                f"{', '.join(map(str, _OF_CHANNELS))} channels and a rate above 0"
            )
        channels = int(said)
        board = _board(head, channels, master_board, where)
        width = row.count(",") + 1
        places = _named(head.names, channels, where) if head.names else _unnamed(board, width)
        if max(places.signal) >= width:
            raise RecordingError(f"{where}: its rows have {width} columns, too few for {channels} channels")
        exact = tuple(column for column in (places.number, places.time) if column is not None)
        form = RowFormat(",", width, (*places.signal, *places.acceleration), exact)
        rows = read_rows(stream, where, form, head.lines)
    rows = _without_placeholder(rows, places.time is not None)
    track = track_of(
        rows,
        channels,
        moved=bool(places.acceleration),
        number=places.number is not None,
        time=places.time is not None,
    )
    return recording_of(track, board.counting, rate_hz, where, rows.notes)


def _head(stream: BinaryIO, where: str) -> _Head:
    said: dict[str, str] = {}
    for number in range(_MOST_HEADER_LINES):
        begins = stream.tell()
        line = stream.readline(LONGEST_LINE).decode("utf-8-sig", errors="replace")
        if line.startswith("%"):
            name, _, value = line[1:].partition("=")
            said[name.strip()] = value.strip()
        elif re.match(r"\s*[A-Za-z]", line):
            return _Head(said, tuple(name.strip() for name in line.split(",")), number + 1)
        else:
            stream.seek(begins)
            return _Head(said, (), number)
    raise RecordingError(f"{where}: its header has more than {_MOST_HEADER_LINES} lines; it is none of the OpenBCI GUI")


def _number(head: _Head, name: str, where: str) -> float:
    said = head.said.get(name, "")
    value = said.removesuffix("Hz").strip()
    if is_number(value):
        return float(value)
    found = f"says '{said[:40]}'" if said else "is missing"
    raise RecordingError(
        f"{where}: the line '%{name} = ...' of its header {found}; a recording of the OpenBCI GUI says a number"
    )


def _board(head: _Head, channels: int, master_board: str, where: str) -> BoardColumns:
    said = head.said.get("Board", "").rpartition("$")[2]
    if said and said not in _CLASSES:
        raise RecordingError(f"{where} is of the board '{said[:40]}'; we read {', '.join(_CLASSES)}")
    board = BOARDS[_CLASSES[said] if said else _OF_CHANNELS[channels]]
    if master_board:
        named = board_named(master_board)
        if said and named.name != board.name:
            raise RecordingError(
                f"{where} says that {board.name} recorded it, not {named.name}; leave --master-board out"
            )
        board = named
    if board.channels != channels:
        raise RecordingError(
            f"{where}: its header says {channels} channels, and {board.name} has {board.channels}; it was altered"
        )
    return board


def _named(names: tuple[str, ...], channels: int, where: str) -> _Places:
    at = {name: column for column, name in reversed(list(enumerate(names)))}
    wanted = [f"EXG Channel {channel}" for channel in range(channels)]
    if absent := [name for name in wanted if name not in at]:
        raise RecordingError(f"{where}: it has no column '{absent[0]}', and its header says {channels} channels")
    moved = [f"Accel Channel {axis}" for axis in range(3)]
    acceleration = tuple(at[name] for name in moved) if all(name in at for name in moved) else ()
    return _Places(at.get("Sample Index"), tuple(at[name] for name in wanted), acceleration, at.get("Timestamp"))


def _unnamed(board: BoardColumns, width: int) -> _Places:
    """Version 5 may name no columns: BrainFlow's, less the marker that came later, then the time as a text."""
    complete = width in (board.width, board.width + 1)
    acceleration = board.acceleration if complete or width >= board.moved + 3 else ()
    return _Places(0, board.signal, acceleration, board.time if complete else None)


def _without_placeholder(rows: Rows, timed: bool) -> Rows:
    """Leave out a first row of zeros that has no time: it stands where later versions name the columns."""
    if len(rows.line) < 2 or rows.signal[0].any() or rows.exact[0].any() or not timed:
        return rows
    note = f"line {rows.line[0]}, zeros without a time, stands in place of a sample and is left out"
    return Rows(rows.signal[1:], rows.exact[1:], rows.line[1:], (*rows.notes, note))
