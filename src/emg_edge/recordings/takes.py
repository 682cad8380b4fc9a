"""The takes in a folder or zip: found, told apart, each one once."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emg_edge.errors import RecordingError
from emg_edge.progress import Progress, in_order
from emg_edge.recordings import datadescription, described, duplicates, ninapro, owntake
from emg_edge.recordings.archive import FileRef, scan
from emg_edge.recordings.catalogue import DATABASES, HOME
from emg_edge.recordings.identify import identify
from emg_edge.recordings.ninaprotake import ninapro_take
from emg_edge.recordings.recording import Recording
from emg_edge.recordings.take import Take

_NINAPRO = ".mat"
_SUFFIXES = (_NINAPRO, *described.SUFFIXES, ".json", ".toml")  # .json beside recordings of ours, .toml beside others


@dataclass(frozen=True)
class Found:
    """What lies under a path.

    takes       in the order of database, subject, session, exercise; never empty
    unreadable  why files are left out, a sentence each
    remarks     what else the user should know (copies), a sentence each
    left_out    database -> files that fit but were not asked for
    duplicates  pairs of takes that are told to be different and are the same, byte for byte
    """

    takes: tuple[Take, ...]
    unreadable: tuple[str, ...]
    remarks: tuple[str, ...]
    left_out: Mapping[str, int]
    duplicates: tuple[tuple[Take, Take], ...] = ()

    @property
    def movement_names(self) -> Mapping[int, str]:
        """Number -> name, of gestures that are none of NinaPro's movements."""
        return {number: name for take in self.takes for number, name in take.movement_names.items()}


def find(
    path: Path,
    database: str | Collection[str] | None = None,
    subjects: Collection[int] | None = None,
    progress: Progress = in_order,
) -> Found:
    """Find the takes under a folder, in a zip, or in one file: of NinaPro, of a described data set, and our own.

    `database` limits them to these (in either case) and decides where a file of NinaPro could be of several;
    `subjects` limits them too. Raises RecordingError when no take is left, saying why.
    """
    words = (database,) if isinstance(database, str) else tuple(database or ())
    wanted = tuple(word.upper() for word in words)
    sort = _Sorting(wanted, None if subjects is None else frozenset(subjects))
    files = scan(path, sort.unreadable.append, _SUFFIXES)
    others = [file for file in files if not file.name.lower().endswith(_NINAPRO)]
    own, sentences = owntake.own_takes(others)
    ours = {take.file for take in own}
    told, more = described.described_takes([file for file in others if file not in ours])
    _refuse_unknown(words, path, {take.database for take in told})
    _ninapro([file for file in files if file.name.lower().endswith(_NINAPRO)], wanted, sort, progress)
    for take in (*told, *own):
        sort.add(take)
    sort.unreadable += [*sentences, *more]
    if not sort.takes:
        raise _nothing(path, sort, [file for file in others if file.name.lower().endswith(described.SUFFIXES)])
    takes = tuple(sorted(sort.takes.values(), key=lambda take: take.order))
    _refuse_two_meanings(takes)
    copies = duplicates.duplicates(takes)
    remarks = (*sort.remarks, *duplicates.sentences(copies), *_missing(path, takes, subjects))
    return Found(takes, tuple(sort.unreadable), remarks, dict(sort.left_out), copies)


def _missing(path: Path, takes: Iterable[Take], subjects: Collection[int] | None) -> Iterator[str]:
    missing = sorted({*(subjects or ())} - {take.subject for take in takes})
    if missing:
        yield f"{path} holds no recording of subject{'s' * (len(missing) > 1)} {', '.join(map(str, missing))}"


def recordings(
    path: Path,
    database: str | Collection[str] | None = None,
    subjects: Collection[int] | None = None,
    report: Callable[[str], None] | None = None,
    choose: Callable[[Sequence[Take]], Iterable[Take]] = iter,
) -> Iterator[Recording]:
    """Read what find() finds, or what `choose` takes of it, one recording in memory at a time.

    What cannot be read is told to `report` and passed over; without `report` it raises RecordingError.
    """
    found = find(path, database, subjects)
    if found.unreadable and report is None:
        raise RecordingError(found.unreadable[0])
    for sentence in (*found.unreadable, *found.remarks):
        if report is not None:
            report(sentence)
    for take in choose(found.takes):
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


class _Sorting:
    """Takes as they are found, and what is said of the others."""

    def __init__(self, wanted: tuple[str, ...], subjects: frozenset[int] | None) -> None:
        self._wanted, self._subjects = wanted, subjects
        self.takes: dict[tuple[str, int, int, str, str], Take] = {}
        self.unreadable: list[str] = []
        self.remarks: list[str] = []
        self.left_out: Counter[str] = Counter()
        self.others: dict[str, None] = {}  # people that were not asked for, in order

    def is_wanted(self, database: str) -> bool:
        """Whether a file of this database was asked for; it counts as left out if not."""
        if self._wanted and database.upper() not in self._wanted:
            self.left_out[database] += 1
            return False
        return True

    def add(self, take: Take) -> None:
        if not self.is_wanted(take.database):
            return
        if self._subjects is not None and take.subject not in self._subjects:
            self.others[f"{take.database} subject {take.subject}"] = None
            return
        if take.key in self.takes:
            self.remarks.append(_copy(self.takes[take.key], take))
        self.takes.setdefault(take.key, take)


def _ninapro(files: Collection[FileRef], wanted: tuple[str, ...], sort: _Sorting, progress: Progress) -> None:
    refused: Counter[str] = Counter()
    for file in progress(files, "looking"):
        try:
            head = ninapro.look(file)
            known = identify(head.facts, wanted)
        except RecordingError as error:
            sort.unreadable.append(str(error))
            continue
        if known.refusal:
            refused[known.name] += sort.is_wanted(known.name)
        else:
            sort.add(ninapro_take(head, known))
    sort.unreadable += [
        f"{name} is left out ({count} files): {DATABASES[name].refusal}" for name, count in refused.items() if count
    ]


def _refuse_unknown(words: Collection[str], path: Path, told: set[str]) -> None:
    public = {one.name for one in datadescription.public_sets()}
    known = (*DATABASES, *sorted(told | public), datadescription.OWN)
    for word in words:
        if word.upper() not in (name.upper() for name in known):
            raise RecordingError(
                f"'{word}' is no database of NinaPro, and no data set that {path} describes; known are "
                f"{', '.join(known)}"
            )


def _refuse_two_meanings(takes: Sequence[Take]) -> None:
    """Two data sets that are merged must not give one number to different gestures."""
    meaning: dict[int, tuple[str, str]] = {}
    for take in takes:
        for number, name in take.movement_names.items():
            database, other = meaning.setdefault(number, (take.database, name))
            if other != name:
                raise RecordingError(
                    f"movement {number} is '{other}' in {database} and '{name}' in {take.database}; give one of them "
                    "another number in [own_movements], or use one data set with --database"
                )


def _copy(first: Take, second: Take) -> str:
    try:
        same = first.file.digest() == second.file.digest()
    except RecordingError as error:
        return str(error)
    if same:
        return f"{second.file} is a copy of {first.file}: {first} was used once"
    return f"{first.file} and {second.file} are both {first} and differ: the first was used"


def _nothing(path: Path, sort: _Sorting, tables: Sequence[FileRef]) -> RecordingError:
    if sort.others:
        held = ", ".join(sorted(sort.others)[:10])
        return RecordingError(f"{path} holds none of the subjects asked for; it holds {held}")
    if sort.left_out:
        held = ", ".join(sorted(sort.left_out))
        return RecordingError(f"{path} holds nothing of the database asked for; it holds {held}")
    if sort.unreadable:
        return unreadable_error(path, sort.unreadable)
    hint = ""
    if tables:
        hint = (
            f"; what {tables[0].name} is, among others, must be told by an {datadescription.NAME} beside it "
            "(docs/data-folders.md)"
        )
    return RecordingError(
        f"{path} holds no recording: expected NinaPro's .mat files, as S1_A1_E1.mat, or zips of them (get them from "
        f"{HOME}), or what emg-edge record wrote, or a folder with an {datadescription.NAME}{hint}"
    )
