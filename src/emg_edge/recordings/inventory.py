"""What a user has: databases, subjects, minutes, what is missing and what is damaged."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emg_edge.errors import RecordingError
from emg_edge.progress import Progress, in_order
from emg_edge.recordings.catalogue import DATABASES, Database
from emg_edge.recordings.recording import Recording
from emg_edge.recordings.takes import Take, find, unreadable_error

_PAIR = 1000  # movement * _PAIR + repetition names an execution; both stay below it


@dataclass(frozen=True)
class Holding:
    """What is here of one database. `exercises` are the numbers in the file names, empty where they have none."""

    database: str
    domain: str
    rate_hz: float
    channels: tuple[int, ...]
    layouts: tuple[str, ...]
    subjects: tuple[int, ...]
    subjects_published: int
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
    for name in sorted({tally.take.database.name for tally in tallies}):
        own = [tally for tally in tallies if tally.take.database.name == name]
        holdings.append(_hold(DATABASES[name], own))
        problems += _missing_exercises(DATABASES[name], own)
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


def _hold(database: Database, tallies: list[_Tally]) -> Holding:
    executions = {pair for tally in tallies for pair in tally.executions}
    samples = sum(tally.samples for tally in tallies)
    exercises = _sorted(tally.take.exercise for tally in tallies if tally.take.exercise is not None)
    return Holding(
        database=database.name,
        domain=database.domain,
        rate_hz=database.rate_hz,
        channels=_sorted(tally.channels for tally in tallies),
        layouts=tuple(sorted({tally.layout for tally in tallies})),
        subjects=_sorted(tally.take.subject for tally in tallies),
        subjects_published=database.subjects,
        exercises=exercises,
        exercise_letters=tuple(database.exercises[number] for number in exercises),
        repetitions=_sorted(pair % _PAIR for pair in executions if pair % _PAIR),
        movements=_sorted(pair // _PAIR for pair in executions),
        recordings=len(tallies),
        samples=samples,
        minutes=samples / database.rate_hz / 60,
        rest_share=sum(tally.rest for tally in tallies) / samples,
    )


def _missing_exercises(database: Database, tallies: list[_Tally]) -> list[str]:
    subjects = {tally.take.subject for tally in tallies}
    sentences = []
    for number, letter in database.exercises.items():
        lacking = subjects - {tally.take.subject for tally in tallies if tally.take.exercise == number}
        if lacking:
            whom = "any subject" if lacking == subjects else f"subject {ranges(lacking)}"
            sentences.append(f"{database.name}: no file of exercise {number} ({letter}) for {whom}")
    return sentences


def _missing_executions(take: Take, executions: set[int]) -> list[str]:
    expected = take.database.movements(take.exercise)
    every = range(1, take.database.repetitions + 1)
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
