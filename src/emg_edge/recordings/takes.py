"""The takes in a folder or zip: found, told apart, each one once."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emg_edge.errors import RecordingError
from emg_edge.progress import Progress, in_order
from emg_edge.recordings import ninapro
from emg_edge.recordings.archive import FileRef, scan
from emg_edge.recordings.catalogue import DATABASES, HOME, Database
from emg_edge.recordings.identify import identify
from emg_edge.recordings.recording import Recording


@dataclass(frozen=True)
class Take:
    """A file whose place in NinaPro is known; its samples are not read yet."""

    head: ninapro.Head
    database: Database

    @property
    def file(self) -> FileRef:
        return self.head.file

    @property
    def subject(self) -> int:
        return self.head.facts.name.subject

    @property
    def exercise(self) -> int | None:
        """Number in the file name; None in DB6."""
        return self.head.facts.name.exercise

    @property
    def session(self) -> int:
        return self.head.facts.name.session

    def __str__(self) -> str:
        exercise = "" if self.exercise is None else f" exercise {self.exercise}"
        session = f" session {self.session}" if self.database.sessions > 1 or self.session > 1 else ""
        return f"{self.database.name} subject {self.subject}{exercise}{session}"

    def digest(self) -> str:
        """Digest of the file's content; nothing is decoded."""
        return self.file.digest()

    def read(self, *, acceleration: bool = True) -> Recording:
        """Read it. Raises RecordingError when it cannot be."""
        return ninapro.read(self.head, self.database, acceleration=acceleration)


@dataclass(frozen=True)
class Found:
    """What lies under a path.

    takes       in the order of database, subject, session, exercise; never empty
    unreadable  why files are left out, a sentence each
    remarks     what else the user should know (copies), a sentence each
    left_out    database -> files that fit but were not asked for
    """

    takes: tuple[Take, ...]
    unreadable: tuple[str, ...]
    remarks: tuple[str, ...]
    left_out: Mapping[str, int]


def find(
    path: Path,
    database: str | Collection[str] | None = None,
    subjects: Collection[int] | None = None,
    progress: Progress = in_order,
) -> Found:
    """Find the takes under a folder, in a zip, or in one .mat file.

    `database` limits them to these and decides where a file could be of several; `subjects` limits them too.
    Raises RecordingError when no take is left, saying why.
    """
    wanted = _databases(database)
    unreadable: list[str] = []
    remarks: list[str] = []
    files = scan(path, unreadable.append)
    takes: dict[tuple[Any, ...], Take] = {}
    left_out: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    others: set[str] = set()
    for file in progress(files, "looking"):
        try:
            head = ninapro.look(file)
            take = Take(head, identify(head.facts, wanted))
        except RecordingError as error:
            unreadable.append(str(error))
            continue
        name = take.database.name
        if wanted and name not in wanted:
            left_out[name] += 1
        elif take.database.refusal:
            refused[name] += 1
        elif subjects is not None and take.subject not in subjects:
            others.add(f"{name} subject {take.subject}")
        else:
            key = (name, take.subject, take.session, take.exercise or 0)
            if key in takes:
                remarks.append(_copy(takes[key], take))
            takes.setdefault(key, take)
    unreadable += [f"{name} is left out ({count} files): {DATABASES[name].refusal}" for name, count in refused.items()]
    if not takes:
        raise _nothing(path, unreadable, left_out, others)
    return Found(tuple(takes[key] for key in sorted(takes)), tuple(unreadable), tuple(remarks), dict(left_out))


def recordings(
    path: Path,
    database: str | Collection[str] | None = None,
    subjects: Collection[int] | None = None,
    report: Callable[[str], None] | None = None,
) -> Iterator[Recording]:
    """Read what find() finds, one recording in memory at a time.

    What cannot be read is told to `report` and passed over; without `report` it raises RecordingError.
    """
    found = find(path, database, subjects)
    if found.unreadable and report is None:
        raise RecordingError(found.unreadable[0])
    for sentence in (*found.unreadable, *found.remarks):
        if report is not None:
            report(sentence)
    for take in found.takes:
        try:
            recording = take.read()
        except RecordingError as error:
            if report is None:
                raise
            report(str(error))
        else:
            yield recording


def unreadable_error(path: Path, sentences: Sequence[str]) -> RecordingError:
    """Make the error for a path where nothing at all can be read."""
    if len(sentences) == 1 and sentences[0].startswith(str(path)):
        return RecordingError(sentences[0])
    more = f" (and {len(sentences) - 1} more could not be read)" if len(sentences) > 1 else ""
    return RecordingError(f"nothing in {path} can be used: {sentences[0]}{more}")


def _databases(database: str | Collection[str] | None) -> tuple[str, ...]:
    words = () if database is None else (database,) if isinstance(database, str) else tuple(database)
    for word in words:
        if word.upper() not in DATABASES:
            raise RecordingError(f"'{word}' is no database of NinaPro; known are {', '.join(DATABASES)}")
    return tuple(word.upper() for word in words)


def _copy(first: Take, second: Take) -> str:
    try:
        same = first.digest() == second.digest()
    except RecordingError as error:
        return str(error)
    if same:
        return f"{second.file} is a copy of {first.file}: {first} was used once"
    return f"{first.file} and {second.file} are both {first} and differ: the first was used"


def _nothing(path: Path, unreadable: Sequence[str], left_out: Mapping[str, int], others: set[str]) -> RecordingError:
    if others:
        return RecordingError(f"{path} holds none of the subjects asked for; it holds {', '.join(sorted(others)[:10])}")
    if left_out:
        held = ", ".join(sorted(left_out))
        return RecordingError(f"{path} holds nothing of the database asked for; it holds {held}")
    if unreadable:
        return unreadable_error(path, unreadable)
    return RecordingError(
        f"{path} holds no file of NinaPro: expected .mat files such as S1_A1_E1.mat, or zips of them, in folders or "
        f"not; get them from {HOME}"
    )
