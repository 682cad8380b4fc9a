"""The columns that BrainFlow gives each board's rows, and how each board counts its samples.

Source: BrainFlow's board descriptions, and how its drivers fill the package number. A test compares this table with
BrainFlow where its library loads: readers must work where it does not, as on a Pi.
"""

from dataclasses import dataclass

from emg_edge.errors import RecordingError
from emg_edge.recordings.counting import Counting


@dataclass(frozen=True)
class BoardColumns:
    """Where things stand in a row of one of BrainFlow's boards; columns count from 0.

    width     columns of a row
    rate_hz   what the board delivers unless it is told otherwise
    channels  EXG channels, in microvolts; they stand in the columns 1, 2, ..., after the sample's number
    moved     first of the three columns of acceleration, in g
    counting  how the numbers go on from sample to sample
    """

    name: str
    width: int
    rate_hz: float
    channels: int
    moved: int
    counting: Counting

    @property
    def signal(self) -> tuple[int, ...]:
        return tuple(range(1, self.channels + 1))

    @property
    def acceleration(self) -> tuple[int, int, int]:
        return self.moved, self.moved + 1, self.moved + 2

    @property
    def time(self) -> int:
        return self.width - 2

    @property
    def marker(self) -> int:
        return self.width - 1


CYTON, DAISY, GANGLION = "CYTON_BOARD", "CYTON_DAISY_BOARD", "GANGLION_BOARD"

BOARDS: dict[str, BoardColumns] = {
    board.name: board
    for board in (
        BoardColumns(CYTON, 24, 250.0, 8, 9, "byte"),
        BoardColumns("CYTON_WIFI_BOARD", 24, 1000.0, 8, 9, "byte"),
        BoardColumns(DAISY, 32, 125.0, 16, 17, "daisy"),
        BoardColumns("CYTON_DAISY_WIFI_BOARD", 32, 1000.0, 16, 17, "daisy"),
        BoardColumns("SYNTHETIC_BOARD", 32, 250.0, 16, 17, "byte"),
        BoardColumns(GANGLION, 15, 200.0, 4, 5, "ganglion"),
        BoardColumns("GANGLION_NATIVE_BOARD", 15, 200.0, 4, 5, "ganglion"),
        BoardColumns("GANGLION_WIFI_BOARD", 25, 1600.0, 4, 5, "byte"),
    )
}


def board_named(name: str) -> BoardColumns:
    """Find a board by BrainFlow's name, in upper or lower case, with or without '_BOARD'. Raises RecordingError."""
    for word in (name.upper(), f"{name.upper()}_BOARD"):
        if word in BOARDS:
            return BOARDS[word]
    raise RecordingError(f"recordings of '{name}' are not among those we read, which are {', '.join(BOARDS)}")


def nearest_board(channels: int) -> BoardColumns:
    """Choose the smallest board whose rows hold so many channels. Raises RecordingError when none does."""
    for name in (GANGLION, CYTON, DAISY):
        if channels <= BOARDS[name].channels:
            return BOARDS[name]
    raise RecordingError(
        f"{channels} channels do not fit the rows of any board of BrainFlow that we write, of which the largest has "
        f"{BOARDS[DAISY].channels}; record fewer of them"
    )
