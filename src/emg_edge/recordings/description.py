"""What a recording of ours says about itself, in FILE.json beside FILE."""

import datetime as dt
from pathlib import Path

import msgspec

from emg_edge import __version__
from emg_edge.errors import EmgEdgeError, RecordingError
from emg_edge.plain import plain
from emg_edge.recordings.boardcolumns import BOARDS, nearest_board
from emg_edge.signal.source import Source

KIND = "emg-edge recording"
SCHEMA = 1
UNKNOWN = -1  # in the column of labels; 0 is rest, and no marker to BrainFlow
MOST_BYTES = 1 << 20  # a description has a kilobyte


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything about a recording that its rows do not say.

    emg_edge   version that wrote it
    board      which board was recorded, as --board named it
    columns    BrainFlow's board whose columns the rows have; unused ones hold 0
    source     domain, rate, unit and layout of the signal, as for any source
    channels   columns of signal in use, the first ones
    started    when, ISO 8601 with the offset from UTC
    wearer     who wore it, None when that is not known
    per_count  units a count, a channel each, where the board sends counts; it follows the amplifier's gains
    firmware   what the board said about itself, a sentence each
    """

    kind: str = KIND  # first, so that it is recognised even when it was cut off
    schema: int = SCHEMA
    emg_edge: str
    board: str
    columns: str
    source: Source
    channels: int
    started: str
    wearer: str | None = None
    per_count: tuple[float, ...] = ()
    firmware: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        columns = BOARDS.get(self.columns)
        if columns is None or not 0 < self.channels <= columns.channels:
            raise RecordingError(f"{self.channels} channels in the columns of '{self.columns}' cannot be")
        if self.channels != self.source.channels:
            raise RecordingError(
                f"it says {self.channels} channels, and its layout '{self.source.layout}' has {self.source.channels}"
            )


class _Mark(msgspec.Struct):
    """What is looked at before the rest: of which kind, and of which version, a description is."""

    kind: str = ""
    schema: int = 0


def describe(
    source: Source,
    board: str,
    *,
    wearer: str | None = None,
    per_count: tuple[float, ...] = (),
    firmware: tuple[str, ...] = (),
) -> Description:
    """Describe a recording that begins now. Raises RecordingError when it has more channels than rows can hold."""
    return Description(
        emg_edge=__version__,
        board=board,
        columns=nearest_board(source.channels).name,
        source=source,
        channels=source.channels,
        started=dt.datetime.now().astimezone().isoformat(timespec="seconds"),
        wearer=wearer,
        per_count=per_count,
        firmware=firmware,
    )


def beside(path: Path) -> Path:
    """Where the description of a recording lies: x.tsv has x.tsv.json."""
    return path.with_name(path.name + ".json")


def encode(description: Description) -> bytes:
    return msgspec.json.format(msgspec.json.encode(description), indent=2) + b"\n"


def look_beside(path: Path) -> Description | None:
    """Read the description beside a file; None where there is none, or the JSON there is of another kind.

    Raises RecordingError when it is ours and damaged, or of a later version.
    """
    place = beside(path)
    try:
        if not place.is_file():
            return None
        with place.open("rb") as file:
            text = file.read(MOST_BYTES)
    except (OSError, ValueError) as error:
        raise RecordingError(f"cannot read {place}: {getattr(error, 'strerror', None) or error}") from error
    try:
        mark = msgspec.json.decode(text, type=_Mark)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        mark = None
    if mark is None or mark.kind != KIND:
        if KIND.encode() not in text:
            return None
        raise RecordingError(f"{place} is damaged, and {path} cannot be read without it; restore it from a copy")
    if mark.schema != SCHEMA:
        raise RecordingError(
            f"{place} is of version {mark.schema}, and this emg-edge reads version {SCHEMA}; use the one that wrote it"
        )
    try:
        return msgspec.json.decode(text, type=Description)
    except (msgspec.MsgspecError, UnicodeDecodeError, EmgEdgeError) as error:
        raise RecordingError(
            f"{place} does not describe a recording ({plain(error)}); restore it from a copy"
        ) from error
