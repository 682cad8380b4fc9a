"""Data sets of simulated people in NinaPro's layout, file by file as users have them."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from emg_edge.errors import EmgEdgeError
from emg_edge.files import refuse_overwrite, write_atomically
from emg_edge.recordings.catalogue import DATABASES, Database
from emg_edge.recordings.filename import SESSIONS_A_DAY
from emg_edge.train.simulated.take import Take, variables

# About what NinaPro's people do, in its relabelled files.
HOLD_S, REST_S = 3.7, 5.0
LONGEST_S = 60.0  # of one hold or rest; more is a slip of the finger
# Instead of the date that scipy writes: the same settings give the same bytes.
MOST_REPETITIONS = 100  # beyond it, readers take a number for damage
_HEADER = b"MATLAB 5.0 MAT-file, simulated by emg-edge: not a recording of a person"
_HEADER_BYTES = 116


@dataclass(frozen=True)
class Plan:
    """What to simulate. Subject n is the person that the synthetic board shows under the same number.

    `exercises` are numbers as in file names; DB6 has none, and `sessions` counts its recordings (two a day).
    `repetitions` are the database's own when None.
    """

    database: str = "DB5"
    subjects: int = 2
    exercises: tuple[int, ...] = (1,)
    repetitions: int | None = None
    sessions: int = 1
    seed: int = 0
    hold_s: float = HOLD_S
    rest_s: float = REST_S

    def takes(self) -> tuple[Take, ...]:
        """List the files' contents. Raises EmgEdgeError when the database has no such subject, exercise or session."""
        database = self._checked()
        repetitions = database.repetitions if self.repetitions is None else self.repetitions
        exercises = dict.fromkeys(self.exercises) if database.exercises else (None,)
        return tuple(
            Take(database, subject, exercise, session, repetitions, self.seed, self.hold_s, self.rest_s)
            for subject in range(1, self.subjects + 1)
            for exercise in exercises
            for session in range(1, self.sessions + 1)
        )

    def _checked(self) -> Database:
        if self.database not in DATABASES:
            raise EmgEdgeError(f"NinaPro has no database '{self.database}'; known are {', '.join(DATABASES)}")
        database = DATABASES[self.database]
        if database.refusal:
            raise EmgEdgeError(f"{database.name} is not simulated: {database.refusal}")
        _check_count("subjects", self.subjects, database.subjects, database)
        _check_count("sessions", self.sessions, database.sessions, database)
        # More than the database has are allowed: simulated people do not tire.
        if self.repetitions is not None and not 1 <= self.repetitions <= MOST_REPETITIONS:
            raise EmgEdgeError(
                f"1 to {MOST_REPETITIONS} repetitions can be simulated, and {self.repetitions} were asked for"
            )
        for exercise in self.exercises if database.exercises else ():
            if exercise not in database.exercises:
                known = ", ".join(map(str, database.exercises))
                raise EmgEdgeError(f"{database.name} has the exercises {known}, and {exercise} was asked for")
        for seconds in (self.hold_s, self.rest_s):
            if not 0.2 <= seconds <= LONGEST_S:
                raise EmgEdgeError(
                    f"a hold or rest lasts 0.2 to {LONGEST_S:g} s in simulation, and {seconds:g} s was asked for"
                )
        if self.seed < 0:
            raise EmgEdgeError(f"a seed is a whole number from 0, and {self.seed} was given")
        return database


def simulate(
    plan: Plan, out: Path, *, force: bool = False, progress: Callable[[float], None] = lambda _seconds: None
) -> tuple[Path, ...]:
    """Write the plan's files under `out` and return their paths; each file is whole or not there.

    `progress` is told the simulated seconds made since it was last called. Raises EmgEdgeError before anything is
    simulated when a file is there already and `force` is off.
    """
    files = {place(take, out): take for take in plan.takes()}
    for path in files:
        refuse_overwrite(path, force=force)
    for path, take in files.items():
        write_atomically(path, _as_mat(variables(take, progress)))
    return tuple(files)


def place(take: Take, out: Path) -> Path:
    """Return where users have the file of a take: folders and names are NinaPro's."""
    name, subject, exercise = take.database.name, take.subject, take.exercise
    match name:
        case "DB1":
            return out / f"S{subject}_A1_E{exercise}.mat"
        case "DB5":
            return out / f"s{subject}" / f"S{subject}_E{exercise}_A1.mat"
        case "DB6":
            day, part = divmod(take.session - 1, SESSIONS_A_DAY)
            return out / f"DB6_s{subject}" / f"S{subject}_D{day + 1}_T{part + 1}.mat"
        case _:
            return out / f"{name}_s{subject}" / f"S{subject}_E{exercise}_A1.mat"


def _as_mat(held: dict[str, NDArray[Any]]) -> bytes:
    from scipy.io import savemat  # noqa: PLC0415 - 0.4 s to import

    stream = BytesIO()
    savemat(stream, held, do_compression=True)
    stream.seek(0)
    stream.write(_HEADER.ljust(_HEADER_BYTES))
    return stream.getvalue()


def _check_count(what: str, asked: int, there: int, database: Database) -> None:
    if not 1 <= asked <= there:
        raise EmgEdgeError(f"{database.name} has {there} {what}, and {asked} were asked for; choose 1 to {there}")
