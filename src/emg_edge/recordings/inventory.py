"""What a user has: databases, subjects, minutes, what is missing and what is damaged."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emg_edge.errors import RecordingError
from emg_edge.progress import Progress, in_order
from emg_edge.recordings.catalogue import DATABASES, Database
from emg_edge.recordings.datadescription import OWN
from emg_edge.recordings.ninaprotake import NinaproTake
from emg_edge.recordings.recording import Recording
from emg_edge.recordings.take import Take
from emg_edge.recordings.takes import find, unreadable_error

_PAIR = 1 << 16  # movement * _PAIR + repetition names an execution; repetitions are 16 bits wide


@dataclass(frozen=True)
class Holding:
    """What is here of one database.

    wearers             names of the people, in the order of their numbers
    subjects_published  how many people it has, None where that is not known
    exercises           numbers in the file names, empty where they have none
    """

    database: str
    domain: str
    rates_hz: tuple[float, ...]
    channels: tuple[int, ...]
    layouts: tuple[str, ...]
    subjects: tuple[int, ...]
    wearers: tuple[str, ...]
    subjects_published: int | None
    sessions: tuple[int, ...]
    exercises: tuple[int, ...]
    exercise_letters: tuple[str, ...]
    repetitions: tuple[int, ...]
    movements: tuple[int, ...]
    recordings: int
    samples: int
    minutes: float
    rest_share: float


@dataclass(frozen=True)
class Inventory:
    """Holdings in the order of their names, problems a sentence each, and what was not asked for (files)."""

    databases: tuple[Holding, ...]
    problems: tuple[str, ...]
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class _Tally:
    """What is kept of a recording when its samples are let go; `executions` are movement * _PAIR + repetition."""

    take: Take
    channels: int
    layout: str
    executions: tuple[int, ...]
    samples: int
    rest: int
    problems: tuple[str, ...]


def inventory(path: Path, database: str | Collection[str] | None = None, progress: Progress = in_order) -> Inventory:
    """Read everything under a folder or in a zip, one recording in memory at a time.

    Raises RecordingError when nothing can be read; what is damaged beside good files is a problem.
    """
    found = find(path, database, progress=progress)
    problems = [*found.unreadable, *found.remarks]
    tallies: list[_Tally] = []
    for take in progress(found.takes, "checking"):
        try:
            tallies.append(_tally(take, take.read(acceleration=False)))
        except RecordingError as error:
            problems.append(str(error))
    if not tallies:
        raise unreadable_error(path, problems)
    holdings = []
    for name in sorted({tally.take.database for tally in tallies}):
        own = [tally for tally in tallies if tally.take.database == name]
        holdings.append(_hold(name, own))
        if name in DATABASES:
            problems += _missing_exercises(DATABASES[name], own)
        elif name != OWN:
            problems += _uneven_sessions(name, own)
        problems += [f"{tally.take}: {problem}" for tally in own for problem in tally.problems]
    return Inventory(tuple(holdings), tuple(problems), found.left_out)


def _tally(take: Take, recording: Recording) -> _Tally:
    moving = recording.movement > 0
    pairs = recording.movement[moving].astype(np.int32) * _PAIR + recording.repetition[moving]
    executions = tuple(int(pair) for pair in np.unique(pairs))
    return _Tally(
        take,
        recording.source.channels,
        recording.source.layout,
        executions,
        len(recording.samples),
        int(len(moving) - moving.sum()),
        (*recording.notes, *_missing_executions(take, set(executions))),
    )


def _hold(name: str, tallies: list[_Tally]) -> Holding:
    executions = {pair for tally in tallies for pair in tally.executions}
    samples = sum(tally.samples for tally in tallies)
    numbers = [tally.take.exercise_number for tally in tallies if isinstance(tally.take, NinaproTake)]
    exercises = _sorted(number for number in numbers if number is not None)
    published = DATABASES.get(name)
    return Holding(
        database=name,
        domain=tallies[0].take.source.domain,
        rates_hz=tuple(sorted({tally.take.source.rate_hz for tally in tallies})),
        channels=_sorted(tally.channels for tally in tallies),
        layouts=tuple(sorted({tally.layout for tally in tallies})),
        subjects=_sorted(tally.take.subject for tally in tallies),
        wearers=tuple(dict.fromkeys(tally.take.wearer for tally in tallies)),
        subjects_published=published.subjects if published else None,
        sessions=_sorted(tally.take.session for tally in tallies),
        exercises=exercises,
        exercise_letters=tuple(published.exercises[number] for number in exercises) if published else (),
        repetitions=_sorted(pair % _PAIR for pair in executions if pair % _PAIR),
        movements=_sorted(pair // _PAIR for pair in executions),
        recordings=len(tallies),
        samples=samples,
        minutes=sum(tally.samples / tally.take.source.rate_hz for tally in tallies) / 60,
        rest_share=sum(tally.rest for tally in tallies) / samples,
    )


def _missing_exercises(database: Database, tallies: list[_Tally]) -> list[str]:
    subjects = {tally.take.subject for tally in tallies}
    sentences = []
    for number, letter in database.exercises.items():
        lacking = subjects - {tally.take.subject for tally in tallies if tally.take.exercise == letter}
        if lacking:
            whom = "any subject" if lacking == subjects else f"subject {ranges(lacking)}"
            sentences.append(f"{database.name}: no file of exercise {number} ({letter}) for {whom}")
    return sentences


def _uneven_sessions(name: str, tallies: list[_Tally]) -> list[str]:
    """Tell what a session lacks that other sessions of the set have."""
    every = {pair for tally in tallies for pair in tally.executions}
    sessions: dict[tuple[str, int], set[int]] = {}
    for tally in tallies:
        sessions.setdefault((tally.take.wearer, tally.take.session), set()).update(tally.executions)
    movements, repetitions = {pair // _PAIR for pair in every}, {pair % _PAIR for pair in every}
    return [
        f"{name} {wearer} session {session}: {sentence}"
        for (wearer, session), there in sessions.items()
        for sentence in _missing(movements, repetitions - {0}, there)
    ]


def _missing_executions(take: Take, executions: set[int]) -> list[str]:
    """Tell what a complete file of NinaPro holds and this one lacks; of other sets nobody knows."""
    if not isinstance(take, NinaproTake):
        return []
    repetitions = range(1, take.catalogued.repetitions + 1)
    return _missing(take.catalogued.movements(take.exercise_number), repetitions, executions)


def _missing(expected: Iterable[int], every: Iterable[int], executions: set[int]) -> list[str]:
    there = {pair // _PAIR for pair in executions}
    absent = [movement for movement in expected if movement not in there]
    sentences = [f"movement {ranges(absent)} missing"] if absent else []
    # Movements that lack the same repetitions are told together.
    alike: dict[tuple[int, ...], list[int]] = {}
    for movement in sorted(there):
        lacking = tuple(repetition for repetition in every if movement * _PAIR + repetition not in executions)
        if lacking:
            alike.setdefault(lacking, []).append(movement)
    return sentences + [
        f"repetition {ranges(lacking)} of movement {ranges(movements)} missing" for lacking, movements in alike.items()
    ]


def ranges(numbers: Iterable[int]) -> str:
    """Write whole numbers shortly: '1-4, 7'."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _sorted(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(numbers)))
