"""What NinaPro's databases are, as far as their files tell or hide it.

Sources: Atzori et al., Scientific Data 1:140053 (2014); Pizzolato et al., PLoS ONE 12(10):e0186132 (2017); the
data set's own pages. Verified here on real files: DB1 and DB5, exercise 1. The rest is as documented.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from emg_edge.movements import FIRST_OF_EXERCISE, SIZE_OF_EXERCISE
from emg_edge.signal.source import Domain, Source, Unit

HOME = "https://ninapro.hevs.ch"  # where the files come from; free, after registration

# DB6 numbers its seven grasps this way. Which of exercise C's movements they are is not verified: they are kept
# apart as 61 + raw label, beyond NinaPro's own list.
DB6_LABELS = (1, 3, 4, 6, 9, 10, 11)
DB6_FIRST = 61


@dataclass(frozen=True)
class Database:
    """One of NinaPro's databases.

    layouts    columns of `emg` in the file -> electrode layout of the recording
    exercises  number in the file name -> letter in emg_edge.movements; empty where files have none
    styles     kinds of file name, keys of emg_edge.recordings.filename.STYLES
    rates_hz   what `frequency` may say; the first is the rate of the samples
    lacks      variables that its files never hold, and that of look-alikes do
    empty      columns that hold no electrode, by number of columns
    refusal    why no recording for classification comes out of it, if so
    """

    name: str
    subjects: int
    repetitions: int
    rates_hz: tuple[float, ...]
    layouts: Mapping[int, str]
    exercises: Mapping[int, str]
    styles: tuple[str, ...]
    unit: Unit = "V"
    domain: Domain = "raw"
    sessions: int = 1
    lacks: tuple[str, ...] = ()
    empty: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    refusal: str = ""

    @property
    def rate_hz(self) -> float:
        return self.rates_hz[0]

    def source(self, columns: int) -> Source:
        """Describe the samples of a file with that many columns of `emg`."""
        return Source(self.domain, self.rate_hz, self.unit, self.layouts[columns])

    def movements(self, exercise: int | None) -> tuple[int, ...]:
        """Numbers of the movements that a complete file of this exercise holds, rest left out."""
        if exercise is None:
            return tuple(DB6_FIRST + label for label in DB6_LABELS)
        letter = self.exercises[exercise]
        return tuple(range(FIRST_OF_EXERCISE[letter], FIRST_OF_EXERCISE[letter] + SIZE_OF_EXERCISE[letter]))


_ABC = {1: "A", 2: "B", 3: "C"}
_BCD = {1: "B", 2: "C", 3: "D"}
_MOTION = ("gyro", "mag")  # of these look-alikes only DB7 has them

DATABASES: dict[str, Database] = {
    database.name: database
    for database in (
        Database("DB1", 27, 10, (100.0,), {10: "ninapro-db1"}, _ABC, ("A_E",), "db1-volt", "envelope", lacks=("acc",)),
        Database("DB2", 40, 6, (2000.0,), {12: "ninapro-delsys12"}, _BCD, ("E_A",), lacks=_MOTION),
        Database(
            "DB3",
            11,
            6,
            (2000.0,),
            {12: "ninapro-delsys12", 10: "ninapro-delsys10"},
            _BCD,
            ("E_A", "A_E"),
            lacks=_MOTION,
        ),
        Database("DB4", 10, 6, (2000.0,), {12: "ninapro-delsys12"}, _ABC, ("E_A",), lacks=_MOTION),
        Database("DB5", 10, 6, (200.0,), {16: "ninapro-db5"}, _ABC, ("E_A",), "myo-count"),
        Database(
            "DB6",
            10,
            12,
            (2000.0,),
            {14: "ninapro-db6", 16: "ninapro-db6"},
            {},
            ("D_T",),
            sessions=10,
            empty={16: (8, 9)},
        ),
        Database("DB7", 22, 6, (2000.0,), {12: "ninapro-delsys12"}, {1: "B", 2: "C"}, ("E_A",)),
        Database(
            "DB8",
            12,
            22,
            (2000.0, 1111.0),
            {16: ""},
            {},
            ("E_A",),
            refusal="it is made for the regression of joint angles and has no gestures to classify",
        ),
    )
}
