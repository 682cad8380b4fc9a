"""BrainFlow's own recordings ('file://x.csv:w', DataFilter.write_file): rows without a header, a column a quantity."""

import math
from pathlib import Path

from emg_edge.errors import RecordingError
from emg_edge.recordings.archive import FileRef
from emg_edge.recordings.boardcolumns import BOARDS, BoardColumns, board_named
from emg_edge.recordings.boardrecording import UNIX_S, Track, measured_hz, recording_of, track_of
from emg_edge.recordings.recording import Recording
from emg_edge.recordings.rows import RowFormat, first_row, is_number, read_rows

FITTING_RATE = 0.25  # relative; boards that share their columns have rates that differ by half at least


def looks_like(beginning: str) -> bool:
    """Tell by the first row: numbers only, of which the last but one is a Unix time."""
    row = first_row(beginning)
    cells = [] if row is None else row.split(_delimiter(row))
    return len(cells) > 2 and all(map(is_number, cells)) and UNIX_S[0] <= float(cells[-2]) < UNIX_S[1]


def read_brainflow(path: Path, beginning: str, master_board: str = "", rate_hz: float | None = None) -> Recording:
    """Read a recording of the board whose rows have as many columns, at the rate that its times show.

    `master_board` is BrainFlow's name of the board, `rate_hz` what it was set to deliver. Raises RecordingError when
    the board is not clear, when it is not the board that was named, or when a row is wrong.
    """
    if rate_hz is not None and not 0 < rate_hz < math.inf:
        raise RecordingError(f"{path}: a rate of {rate_hz:g} Hz is none; give the rate at which it was recorded")
    row = first_row(beginning)
    if row is None:
        raise RecordingError(f"{path} holds no row of numbers; expected rows as BrainFlow writes them")
    delimiter = _delimiter(row)
    width = row.count(delimiter) + 1
    candidates = [board for board in BOARDS.values() if board.width == width]
    if master_board:
        named = board_named(master_board)
        if named.width != width:
            raise RecordingError(
                f"{path} has {width} columns, and a row of {named.name} has {named.width}; say the --master-board that "
                f"recorded it, {_or_say_what_we_read(candidates)}"
            )
        candidates = [named]
    if not candidates:
        raise RecordingError(f"{path} looks like a recording of BrainFlow with {width} columns; {_widths()}")
    columns = candidates[0]  # those of the same width have the same columns
    form = RowFormat(delimiter, width, (*columns.signal, *columns.acceleration), (0, columns.time, columns.marker))
    with FileRef(path).open() as stream:
        rows = read_rows(stream, str(path), form)
    track = track_of(rows, columns.channels, moved=True, number=True, time=True)
    board = _choose(path, candidates, track, rate_hz)
    notes = rows.notes
    if marked := int((rows.exact[:, 2] != 0).sum()):
        notes += (f"it has {marked} markers, which say nothing of movements to us and were not used",)
    return recording_of(track, board.counting, rate_hz or board.rate_hz, str(path), notes)


def _choose(path: Path, candidates: list[BoardColumns], track: Track, rate_hz: float | None) -> BoardColumns:
    """Choose among boards whose rows look the same: by the rate, which the user knows or the times show."""
    if len(candidates) == 1:
        return candidates[0]
    found_hz = rate_hz or measured_hz(track, candidates[0].counting, str(path))
    if found_hz is not None:
        fitting = [board for board in candidates if abs(found_hz - board.rate_hz) < FITTING_RATE * board.rate_hz]
        if len({board.rate_hz for board in fitting}) == 1:
            return fitting[0]
    known = f"its times show {found_hz:.0f} samples a second" if found_hz else "its times show no rate"
    raise RecordingError(
        f"{path} may be of {' or '.join(f'{board.name} ({board.rate_hz:g} Hz)' for board in candidates)}, and {known}; "
        "say which with --master-board, and --rate where it was set to another one"
    )


def _delimiter(row: str) -> str:
    return "\t" if "\t" in row else ","


def _widths() -> str:
    said = ", ".join(f"{board.width} ({board.name})" for board in BOARDS.values())
    return f"the boards that we read have {said}"


def _or_say_what_we_read(candidates: list[BoardColumns]) -> str:
    return f"such as {candidates[0].name}" if candidates else _widths()
