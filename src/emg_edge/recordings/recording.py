"""One recording: samples with their labels, and who wore what when."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emg_edge.signal.source import Source


@dataclass(frozen=True)
class Recording:
    """A continuous stretch of one wearer's signal.

    samples     (n, channels) float32, in source.unit
    movement    (n,) int16, number in emg_edge.movements, 0 at rest
    repetition  (n,) int16; a rest stretch carries the repetition of the movement that it precedes;
                0 where none applies (rest after the last movement), which belongs to no split
    acceleration  (n, axes) float32 in g where the source has an IMU, else None
    lost        (n,) int32 samples missing just before each, None where that is not known
    unlabelled  (n,) bool, where the movement is not known; None where the labels themselves must tell
    worn_by     what the wearer is called, where the recording says so
    part        tells the files of one session apart where a set has a file a movement
    movement_names  number -> name, of gestures that are none of NinaPro's movements
    """

    samples: NDArray[np.float32]
    movement: NDArray[np.int16]
    repetition: NDArray[np.int16]
    source: Source
    database: str  # "DB5", "SIM", "own"
    subject: int
    exercise: str = ""  # "A", "B", "C", "D"; empty where it has no meaning
    session: int = 1
    acceleration: NDArray[np.float32] | None = None
    simulated: bool = False
    notes: tuple[str, ...] = ()  # what the reader mended, a sentence each ("trimmed to the shortest array: ...")
    lost: NDArray[np.int32] | None = None
    unlabelled: NDArray[np.bool_] | None = None
    worn_by: str = ""
    part: str = ""
    movement_names: Mapping[int, str] = field(default_factory=dict)

    @property
    def wearer(self) -> str:
        """Stable identity of the person, as results and model files name it: 'DB5-S1'; a simulated one 'SIM-S1'."""
        return self.worn_by or wearer_name(self.database, self.subject, simulated=self.simulated)

    @property
    def take(self) -> str:
        """What was recorded at once; the two rings of one take never part in a split."""
        return take_name(self.wearer, self.session, self.part or self.exercise)

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.source.rate_hz


def take_name(wearer: str, session: int, part: str) -> str:
    """Name what was recorded at once; `part` is empty where a session is one recording."""
    return f"{wearer}-D{session}-{part or 'all'}"


def wearer_name(database: str, subject: int, *, simulated: bool = False) -> str:
    """Name a person who is known by number only."""
    return f"{'SIM' if simulated else database}-S{subject}"
