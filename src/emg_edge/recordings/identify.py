"""Which database a file belongs to: its name alone does not say."""

from collections.abc import Collection
from dataclasses import dataclass

from emg_edge.errors import RecordingError
from emg_edge.recordings.catalogue import DATABASES, Database
from emg_edge.recordings.filename import TakeName

RATE_TOLERANCE = 0.01  # relative; `frequency` is a nominal rate


@dataclass(frozen=True)
class Facts:
    """What can be known of a file before its samples are read.

    where     how messages name it
    name      what its name says
    channels  columns of `emg`
    rate_hz   what `frequency` says; None where there is none
    keys      names of its variables
    said      database that the nearest folder or zip says, if any
    """

    where: str
    name: TakeName
    channels: int
    rate_hz: float | None
    keys: frozenset[str]
    said: str | None = None


def candidates(facts: Facts) -> tuple[Database, ...]:
    """Databases whose files look like this one."""
    return tuple(database for database in DATABASES.values() if _fits(database, facts))


def identify(facts: Facts, wanted: Collection[str] = ()) -> Database:
    """Decide the database: by what fits, then by the folder or zip, then by the user's word `wanted`.

    Raises RecordingError, naming what to say, when nothing fits or several do.
    """
    fitting = {database.name: database for database in candidates(facts)}
    if not fitting:
        raise RecordingError(
            f"{facts.where}: no database of NinaPro has {_looks(facts)}; expected for example 10 channels at 100 Hz "
            "(DB1), 12 at 2000 Hz (DB2) or 16 at 200 Hz (DB5)"
        )
    if facts.said in fitting:
        return fitting[facts.said]
    asked = [name for name in fitting if name in wanted]
    if len(asked) == 1:
        return fitting[asked[0]]
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    if set(fitting) == {"DB1", "DB3"}:
        # DB3 has ten channels in two subjects of eleven only; an envelope is never negative, which the reader asserts.
        return fitting["DB1"]
    raise RecordingError(
        f"{facts.where} could be of {', '.join(fitting)} ({_looks(facts)}), and no folder or zip on its way says "
        f"which; name the folder {next(iter(fitting))}, say, or give --database {next(iter(fitting))}"
    )


def _fits(database: Database, facts: Facts) -> bool:
    rate = facts.rate_hz
    return (
        facts.channels in database.layouts
        and (rate is None or any(abs(rate - known) <= RATE_TOLERANCE * known for known in database.rates_hz))
        and facts.name.style in database.styles
        and 1 <= facts.name.subject <= database.subjects
        and (not database.exercises or facts.name.exercise in database.exercises)
        and not facts.keys.intersection(database.lacks)
    )


def _looks(facts: Facts) -> str:
    rate = "" if facts.rate_hz is None else f" at {facts.rate_hz:g} Hz"
    exercise = "" if facts.name.exercise is None else f", exercise {facts.name.exercise}"
    return f"{facts.channels} channels{rate}, subject {facts.name.subject}{exercise}"
