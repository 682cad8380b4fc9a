"""What a data set is whose files do not say it themselves: emg-data.toml beside them, or one of ours in layouts/."""

import math
import re
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

import msgspec

from emg_edge.errors import EmgEdgeError, RecordingError
from emg_edge.movements import LARGEST, NAMES, OWN_FROM
from emg_edge.plain import plain
from emg_edge.recordings.catalogue import DATABASES
from emg_edge.recordings.pathpattern import Pattern, check_sum, check_template, compile_pattern
from emg_edge.signal.source import Domain, Source, Unit

NAME = "emg-data.toml"
MOST_BYTES = 1 << 20  # a description has a kilobyte
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
BINARY_SUFFIXES = (".dat", ".bin")
UNKNOWN = "unknown"  # in the table of movements: nobody knows what was done
OWN = "own"  # the database of what `emg-edge record` writes
_LAYOUTS = Path(__file__).parent / "layouts"
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}", re.IGNORECASE)

Column = str | int  # the name in a header row, or the number, from 1


class FileFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a file holds its samples.

    format    "text": numbers in rows; "int16": little-endian, sample after sample
    columns   columns of a sample, of int16 only
    signal    columns of the electrodes, in the layout's order; without it, all that have no other meaning
    movement, repetition  columns with the label and the repetition of each sample
    """

    format: Literal["text", "int16"]
    columns: int | None = None
    signal: tuple[Column, ...] = ()
    movement: Column | None = None
    repetition: Column | None = None

    def __post_init__(self) -> None:
        if (self.format == "int16") != (self.columns is not None):
            raise ValueError("'columns' is needed for int16, and text has no need of it")
        if self.columns is not None and self.columns < 1:
            raise ValueError(f"{self.columns} columns hold no sample")
        named = [column for column in (*self.signal, self.movement, self.repetition) if column is not None]
        if len(set(named)) < len(named):
            raise ValueError("a column has two meanings")
        for column in named:
            if isinstance(column, int) and not 1 <= column <= (self.columns or column):
                raise ValueError(f"there is no column {column}; they are counted from 1")
            if isinstance(column, str) and self.columns is not None:
                raise ValueError(f"the column '{column}' has a name, and int16 has no header row; give its number")


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pattern for where files lie below the folder, and what its fields mean.

    wearer      how results name the person; fields in braces
    subject     the person's number; without it, people are numbered in the order of their names
    session, repetition  numbers; without a repetition they are counted
    movement    the set's own label: a field, or a number made of one
    """

    pattern: str
    wearer: str
    subject: str | int | None = None
    session: str | int = 1
    movement: str | int | None = None
    repetition: str | int | None = None

    def __post_init__(self) -> None:
        pattern = compile_pattern(self.pattern)
        check_template(self.wearer, pattern)
        for said in (self.subject, self.session, self.repetition):
            if said is not None:
                check_sum(said, pattern)
        if self.movement is not None and self.movement not in pattern.fields:
            check_sum(self.movement, pattern)


class DataDescription(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """A data set.

    name    how results and `--database` name it
    scale   what a number in the file is multiplied with to be in `unit`
    path    places of its files; the first that matches counts
    movements      the set's own label -> name of a movement, or "unknown"
    own_movements  number, from 100 on -> name of a gesture that is none of NinaPro's movements
    """

    name: str
    cite: str = ""
    rate_hz: float
    domain: Domain
    unit: Unit
    layout: str
    scale: float = 1.0
    file: FileFormat
    path: tuple[Place, ...]
    movements: dict[str, str]
    own_movements: dict[int, str] = {}

    def __post_init__(self) -> None:
        self._check_signal()
        self._check_places()
        self._check_movements()

    @cached_property
    def source(self) -> Source:
        return Source(self.domain, self.rate_hz, self.unit, self.layout)

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        return tuple(compile_pattern(place.pattern) for place in self.path)

    @cached_property
    def numbers(self) -> Mapping[str, int | None]:
        """Label, as `label_of` writes it -> number of the movement; None where it is not known."""
        own = {name: number for number, name in self.own_movements.items()}
        known = {name: number for number, name in enumerate(NAMES)} | own
        return {
            label_of(label): None if name == UNKNOWN else known[name.lower()] for label, name in self.movements.items()
        }

    def _check_signal(self) -> None:
        if not _NAME.fullmatch(self.name) or self.name.upper() in (*DATABASES, "SIM", OWN.upper()):
            raise ValueError(f"'{self.name}' cannot name a data set; expected letters, digits, - _ . and none of ours")
        channels = self.source.channels
        if not 0 < self.scale < math.inf:
            raise ValueError(f"a scale of {self.scale:g} cannot be; expected a number above 0")
        if self.file.signal and len(self.file.signal) != channels:
            raise ValueError(f"{len(self.file.signal)} columns of signal, and '{self.layout}' has {channels}")

    def _check_places(self) -> None:
        suffixes = TEXT_SUFFIXES if self.file.format == "text" else BINARY_SUFFIXES
        if not self.path:
            raise ValueError("no [[path]] says where its files lie")
        for place in self.path:
            if not place.pattern.lower().endswith(suffixes):
                raise ValueError(f"the pattern '{place.pattern}' must end with one of {', '.join(suffixes)}")
            if (place.movement is None) == (self.file.movement is None):
                raise ValueError(
                    "the movement must be told either by a column of the file, or by the pattern "
                    f"'{place.pattern}' in every [[path]]"
                )
            if place.repetition is not None and self.file.repetition is not None:
                raise ValueError("the repetition is told by a column of the file and by a pattern; leave one out")

    def _check_movements(self) -> None:
        for number, name in self.own_movements.items():
            if not OWN_FROM <= number <= LARGEST:
                raise ValueError(f"own movements have numbers from {OWN_FROM} to {LARGEST}, and '{name}' has {number}")
            if name != name.lower().strip() or not name or name in (*NAMES, UNKNOWN):
                raise ValueError(f"'{name}' cannot name an own movement; expected lower case, and no name of NinaPro's")
        own = list(self.own_movements.values())
        if len(set(own)) < len(own):
            raise ValueError("two own movements have one name")
        for label, name in self.movements.items():
            if name != UNKNOWN and name.lower() not in NAMES and name not in own:
                raise ValueError(
                    f"'{name}', for the label '{label}', is no movement of NinaPro and not in [own_movements]"
                )
        if unused := set(own) - set(self.movements.values()):
            raise ValueError(f"the own movement '{min(unused)}' is no label's")
        if len({label_of(label) for label in self.movements}) < max(len(self.movements), 1):
            raise ValueError("[movements] is empty, or has one label twice")


def label_of(text: str) -> str:
    """Write a label in one way: 07 and 7, Fist and fist are the same."""
    return str(int(text)) if text.isascii() and text.isdigit() else text.strip().lower()


def parse(text: bytes, where: str) -> DataDescription:
    """Read a description. Raises RecordingError, one sentence, when it is none."""
    try:
        return msgspec.toml.decode(text, type=DataDescription)
    except msgspec.MsgspecError as error:
        raise _none(where, plain(error)) from error
    except (UnicodeDecodeError, EmgEdgeError, RecursionError) as error:
        raise _none(where, " ".join(str(error).split())) from error


def _none(where: str, said: str) -> RecordingError:
    return RecordingError(f"{where} does not describe a data set: {said}; see docs/data-folders.md")


@cache
def public_sets() -> tuple[DataDescription, ...]:
    """Descriptions of public data sets, recognised by how their files lie."""
    return tuple(parse(path.read_bytes(), path.name) for path in sorted(_LAYOUTS.glob("*.toml")))
