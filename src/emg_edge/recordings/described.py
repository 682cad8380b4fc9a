"""The files that descriptions tell of: which description a file belongs to, and what its place says of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from emg_edge.errors import RecordingError
from emg_edge.recordings import datadescription, pathpattern
from emg_edge.recordings.archive import FileRef
from emg_edge.recordings.datadescription import DataDescription, Place, label_of
from emg_edge.recordings.describedtake import LARGEST_REPETITION, DescribedTake
from emg_edge.recordings.take import natural

SUFFIXES = (*datadescription.TEXT_SUFFIXES, *datadescription.BINARY_SUFFIXES)
LARGEST_NUMBER = 1_000_000  # of a person or a session
# A wearer's name becomes the name of a folder, and of a scale in the model file.
_WEARER = re.compile(r"\w[\w .+-]{0,79}")

Folder = tuple[str, ...]


@dataclass
class Complaints:
    """Reasons why files are left out, each told once with the number of files."""

    first: dict[str, FileRef] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=dict)

    def add(self, reason: str, file: FileRef) -> None:
        self.first.setdefault(reason, file)
        self.count[reason] = self.count.get(reason, 0) + 1

    def sentences(self) -> list[str]:
        told = []
        for reason, file in self.first.items():
            more = f" and {self.count[reason] - 1} more files" if self.count[reason] > 1 else ""
            told.append(f"{file}{more}: {reason}")
        return told


@dataclass(frozen=True)
class _Placed:
    """A file whose place fits a description; `subject` and `repetition` are None where they are to be counted."""

    file: FileRef
    description: DataDescription
    wearer: str
    subject: int | None
    session: int
    movement: int | None
    repetition: int | None
    place: str


def described_takes(files: Sequence[FileRef]) -> tuple[list[DescribedTake], list[str]]:
    """Takes among the files, and why others that could be some are left out, a sentence each.

    A description in emg-data.toml is for all files below its folder; other files are compared with the public sets.
    Raises RecordingError when a description gives two people one number.
    """
    complaints = Complaints()
    folders = _descriptions(files, complaints)
    public = datadescription.public_sets()
    placed: list[_Placed] = []
    for file in files:
        try:
            placed += _place(file, folders, public)
        except RecordingError as error:
            complaints.add(str(error), file)
    placed = _one_set_a_name(placed, complaints)
    return _numbered(placed), complaints.sentences()


def _descriptions(files: Sequence[FileRef], complaints: Complaints) -> dict[Folder, DataDescription | None]:
    """Folder -> its description; None where that is none, so that its files are not taken for others."""
    found: dict[Folder, DataDescription | None] = {}
    for file in files:
        if file.name == datadescription.NAME:
            found[file.parts[:-1]] = None
            try:
                if (file.size or 0) > datadescription.MOST_BYTES:
                    raise RecordingError(f"{datadescription.NAME} is larger than a description can be")
                found[file.parts[:-1]] = datadescription.parse(file.read_bytes(), datadescription.NAME)
            except RecordingError as error:
                complaints.add(str(error), file)
    return found


def _place(
    file: FileRef, folders: dict[Folder, DataDescription | None], public: Sequence[DataDescription]
) -> Iterator[_Placed]:
    """The place of a file, or nothing where it is of no set. Raises RecordingError, a reason without the name."""
    suffix = file.name[file.name.rfind(".") :].lower()
    if suffix not in SUFFIXES:
        return
    parts = file.parts
    for depth in range(len(parts) - 1, 0, -1) if folders else ():
        if (folder := parts[:depth]) in folders:
            description = folders[folder]
            if description is not None and (found := _match(description, parts[depth:], exact=True)):
                yield _told(file, description, *found)
            elif description is not None and suffix in _suffixes(description):
                raise RecordingError(f"its place fits no pattern of the {datadescription.NAME} above it")
            return
    for description in public:
        if found := _match(description, parts, exact=False):
            yield _told(file, description, *found)
            return


def _suffixes(description: DataDescription) -> set[str]:
    return {place.pattern[place.pattern.rfind(".") :].lower() for place in description.path}


def _match(
    description: DataDescription, parts: Sequence[str], *, exact: bool
) -> tuple[Place, dict[str, str], str] | None:
    """Place, its fields and the path that matched: all of `parts`, or, of a public set, the last ones."""
    for place, pattern in zip(description.path, description.patterns, strict=True):
        length = place.pattern.count("/") + 1
        if len(parts) == length if exact else len(parts) >= length:
            path = "/".join(parts[-length:])
            if (fields := pattern.match(path)) is not None:
                return place, fields, path
    return None


def _told(file: FileRef, description: DataDescription, place: Place, fields: dict[str, str], path: str) -> _Placed:
    wearer = pathpattern.fill(place.wearer, fields)
    if not _WEARER.fullmatch(wearer):
        raise RecordingError(
            f"its wearer would be called '{wearer[:80]}'; expected letters, digits, spaces and . + - _"
        )
    subject = None if place.subject is None else _number(place.subject, fields, "subject", LARGEST_NUMBER)
    repetition = place.repetition
    return _Placed(
        file,
        description,
        wearer,
        subject,
        _number(place.session, fields, "session", LARGEST_NUMBER),
        None if place.movement is None else _movement(place.movement, fields, description),
        None if repetition is None else _number(repetition, fields, "repetition", LARGEST_REPETITION),
        path,
    )


def _number(said: str | int, fields: dict[str, str], name: str, largest: int) -> int:
    number = pathpattern.number(said, fields)
    if not 1 <= number <= largest:
        raise RecordingError(f"its {name} would be {number}; expected 1 to {largest}")
    return number


def _movement(said: str | int, fields: dict[str, str], description: DataDescription) -> int:
    label = label_of(fields[said] if said in fields else str(pathpattern.number(said, fields)))
    if label not in description.numbers:
        raise RecordingError(f"its label '{label}' is not in [movements] of the description of {description.name}")
    number = description.numbers[label]
    if number is None:
        raise RecordingError(f"its label '{label}' stands for an unknown movement")
    return number


def _one_set_a_name(placed: list[_Placed], complaints: Complaints) -> list[_Placed]:
    first: dict[str, DataDescription] = {}
    kept = []
    for one in placed:
        if first.setdefault(one.description.name.upper(), one.description) == one.description:
            kept.append(one)
        else:
            complaints.add(
                f"another description has the name {one.description.name} too; give it one of its own", one.file
            )
    return kept


def _numbered(placed: list[_Placed]) -> list[DescribedTake]:
    """Give everybody a number, and each file that tells no repetition the next one, in the order of names."""
    subjects = _subjects(placed)
    made: dict[tuple[str, str, int, int], int] = {}
    takes = []
    for one in sorted(placed, key=lambda one: (one.description.name, natural(one.place))):
        name, repetition = one.description.name, one.repetition
        if one.movement is not None and repetition is None:
            key = (name, one.wearer, one.session, one.movement)
            repetition = made[key] = made.get(key, 0) + 1
        whole = one.movement is not None
        stem = one.place[: one.place.rfind(".")].replace("/", "-")
        takes.append(
            DescribedTake(
                file=one.file,
                database=name,
                subject=subjects[name, one.wearer],
                wearer=one.wearer,
                session=one.session,
                source=one.description.source,
                movement_names=one.description.own_movements,
                description=one.description,
                movement=one.movement,
                repetition=repetition,
                part=f"M{one.movement}-R{repetition}" if whole else stem,
            )
        )
    return takes


def _subjects(placed: list[_Placed]) -> dict[tuple[str, str], int]:
    """(data set, wearer) -> number. Raises RecordingError when two people have one, or one has two."""
    said: dict[tuple[str, str], int] = {}
    holder: dict[tuple[str, int], str] = {}
    for one in placed:
        if one.subject is None:
            continue
        name = one.description.name
        number = said.setdefault((name, one.wearer), one.subject)
        wearer = holder.setdefault((name, one.subject), one.wearer)
        if number != one.subject or wearer != one.wearer:
            raise RecordingError(
                f"the description of {name} gives the number {one.subject} to {one.wearer}, and "
                + (f"to {wearer}" if wearer != one.wearer else f"{number}")
                + "; a person has one number, and a number one person"
            )
    others = sorted(
        {(one.description.name, one.wearer) for one in placed} - said.keys(), key=lambda key: (key[0], natural(key[1]))
    )
    for name, wearer in others:
        number = 1
        while (name, number) in holder:
            number += 1
        holder[name, number] = wearer
        said[name, wearer] = number
    return said
