"""A file whose place in NinaPro is known."""

from dataclasses import dataclass

from emg_edge.recordings import ninapro
from emg_edge.recordings.catalogue import Database
from emg_edge.recordings.recording import Recording, wearer_name
from emg_edge.recordings.take import Take


@dataclass(frozen=True, kw_only=True)
class NinaproTake(Take):
    """`catalogued` is its database as published, `exercise_number` that of the file name; None in DB6."""

    head: ninapro.Head
    catalogued: Database

    @property
    def exercise_number(self) -> int | None:
        return self.head.facts.name.exercise

    def __str__(self) -> str:
        exercise = "" if self.exercise_number is None else f" exercise {self.exercise_number}"
        session = f" session {self.session}" if self.catalogued.sessions > 1 or self.session > 1 else ""
        return f"{self.database} subject {self.subject}{exercise}{session}"

    def read(self, *, acceleration: bool = True) -> Recording:
        return ninapro.read(self.head, self.catalogued, acceleration=acceleration)


def ninapro_take(head: ninapro.Head, database: Database) -> NinaproTake:
    """Make the take of a file that was looked at and identified, of a database that is not refused."""
    name = head.facts.name
    return NinaproTake(
        file=head.file,
        database=database.name,
        subject=name.subject,
        wearer=wearer_name(database.name, name.subject, simulated="simulated" in head.listed),
        session=name.session,
        exercise="" if name.exercise is None else database.exercises[name.exercise],
        source=database.source(head.facts.channels),
        movement_names={},
        head=head,
        catalogued=database,
    )
