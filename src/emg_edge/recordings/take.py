"""A recording that was found and told from its name, its place and its head; its samples are not read yet."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from emg_edge.recordings.archive import FileRef
from emg_edge.recordings.recording import Recording, take_name
from emg_edge.signal.source import Source


@dataclass(frozen=True, kw_only=True)
class Take(ABC):
    """What merging and evaluating need to know of a recording before they read it.

    database        name of the data set: "DB5", "own", what a description says
    subject, wearer  the person, as a number within the data set and as results name them
    exercise        "A" to "D" of NinaPro; empty where it has no meaning
    part            tells the files of one session apart where a set has several
    source          the signal that `read` will give
    movement_names  number -> name, of the set's gestures that are none of NinaPro's movements
    """

    file: FileRef
    database: str
    subject: int
    wearer: str
    session: int
    exercise: str = ""
    part: str = ""
    source: Source
    movement_names: Mapping[int, str]

    @abstractmethod
    def __str__(self) -> str:
        """Name it in messages; no two takes of a folder have one name."""

    @property
    def name(self) -> str:
        """What `Recording.take` will be, and the tracks that are made of it are called."""
        return take_name(self.wearer, self.session, self.part or self.exercise)

    @property
    def key(self) -> tuple[str, int, int, str, str]:
        """Two files with one key claim to be the same take."""
        return (self.database, self.subject, self.session, self.exercise, self.part)

    @property
    def order(self) -> tuple[object, ...]:
        return (*self.key[:-1], natural(self.part))

    @property
    def cached(self) -> bool:
        """Whether what is made of it is worth keeping on disk."""
        return True

    def digest(self) -> str:
        """Digest of all content that `read` depends on; nothing is decoded."""
        return self.file.digest()

    @abstractmethod
    def read(self, *, acceleration: bool = True) -> Recording:
        """Read it. Raises RecordingError when it cannot be."""


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """Order key in which classe_9 comes before classe_10."""
    return tuple((int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.split(r"(\d+)", text))
