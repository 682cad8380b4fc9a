"""Our own recordings as takes: who wore what on which day, and how often each movement was made before."""

import contextlib
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from emg_edge.errors import RecordingError
from emg_edge.movements import REST
from emg_edge.recordings.archive import FileRef
from emg_edge.recordings.datadescription import OWN
from emg_edge.recordings.describedtake import SMALL_BYTES
from emg_edge.recordings.description import Description, look_beside
from emg_edge.recordings.ownfile import read_own
from emg_edge.recordings.recording import Recording, wearer_name
from emg_edge.recordings.take import Take


@dataclass(frozen=True, kw_only=True)
class OwnTake(Take):
    """A recording of ours; `earlier` are those of the same person and day, whose repetitions its own go on from."""

    description: Description
    earlier: tuple["OwnTake", ...]

    @property
    def cached(self) -> bool:
        return self.file.size is None or self.file.size >= SMALL_BYTES

    def __str__(self) -> str:
        return f"{self.database} {self.wearer} session {self.session} {self.part}"

    def digest(self) -> str:
        content = [one.file.digest() for one in (*self.earlier, self)]
        return hashlib.blake2b("".join(content).encode(), digest_size=20).hexdigest()

    def read(self, *, acceleration: bool = True) -> Recording:
        made: Counter[int] = Counter()
        for one in self.earlier:
            with contextlib.suppress(RecordingError):  # it is left out itself, so its repetitions count nowhere
                made |= _made(read_own(one.file.path, one.description, made))
        recording = read_own(self.file.path, self.description, made)
        return replace(
            recording,
            subject=self.subject,
            session=self.session,
            worn_by=self.wearer,
            part=self.part,
            acceleration=recording.acceleration if acceleration else None,
        )


def own_takes(files: Sequence[FileRef]) -> tuple[list[OwnTake], list[str]]:
    """Takes among the files, and why others are left out, a sentence each.

    Sessions are the days on which a person recorded, in order; people are numbered in the order of their first
    recordings, and those without a name are one person.
    """
    sentences: list[str] = []
    dated: list[tuple[dt.datetime, FileRef, Description]] = []
    for file in files:
        if file.members:
            continue
        try:
            described = look_beside(file.path)
            if described is not None:
                dated.append((_started(described, file.path), file, described))
        except RecordingError as error:
            sentences.append(str(error))
    dated.sort(key=lambda one: (one[0], str(one[1])))
    return _takes(dated), sentences


def _started(described: Description, path: object) -> dt.datetime:
    try:
        started = dt.datetime.fromisoformat(described.started)
    except ValueError:
        started = None
    if started is None or started.tzinfo is None:
        raise RecordingError(
            f"{path} was started at '{described.started[:40]}', says the description beside it; expected a date and "
            "time such as 2024-05-01T10:00:00+02:00"
        )
    return started


def _takes(dated: Sequence[tuple[dt.datetime, FileRef, Description]]) -> list[OwnTake]:
    people: dict[str, int] = {}
    days: dict[tuple[str, dt.date], dict[tuple[dt.datetime, str], OwnTake]] = {}
    sessions: Counter[str] = Counter()
    takes: list[OwnTake] = []
    for started, file, described in dated:
        who = described.wearer or ""
        number = people.setdefault(who, len(people) + 1)
        if (who, started.date()) not in days:
            sessions[who] += 1
        day = days.setdefault((who, started.date()), {})
        stem = file.path.stem
        namesakes = [other for other, name in day if name == stem and other != started]
        take = OwnTake(
            file=file,
            database=OWN,
            subject=number,
            wearer=who or wearer_name(OWN, number),
            session=sessions[who],
            part=f"{stem}-{started:%H%M%S}" if namesakes else stem,
            source=described.source,
            movement_names={},
            description=described,
            earlier=tuple(other for (when, name), other in day.items() if (when, name) != (started, stem)),
        )
        day.setdefault((started, stem), take)  # a copy of it counts once
        takes.append(take)
    return takes


def _made(recording: Recording) -> Counter[int]:
    """Movement -> its last repetition."""
    moving = recording.movement != REST
    pairs = set(zip(recording.movement[moving].tolist(), recording.repetition[moving].tolist(), strict=True))
    made: Counter[int] = Counter()
    for movement, repetition in pairs:
        made[movement] = max(made[movement], repetition)
    return made
