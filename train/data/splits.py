"""Splits are made of (database, subject, session, repetition), before any window exists."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import RecordingError
from emg_edge.movements import REST
from emg_edge.train.data.track import Track


class Side(IntEnum):
    NONE = 0
    TRAIN = 1
    VALIDATION = 2
    TEST = 3


# Both are trained on; the second is also apart, where a training has something to choose by what it has not seen.
TRAINED = (Side.TRAIN, Side.VALIDATION)


# The repetitions that published protocols test on (Atzori 2014 for ten repetitions, Pizzolato 2017 for six).
TEST_REPETITIONS: dict[str, frozenset[int]] = {"DB1": frozenset({2, 5, 7}), "DB6": frozenset({2, 5, 8, 11})}
_OTHERS = frozenset({2, 5})


@dataclass(frozen=True)
class Split:
    """Repetitions of one database by side; the validation repetition is the last that is not for testing."""

    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]

    def sides(self, repetition: NDArray[np.int16]) -> NDArray[np.int8]:
        """(k,) repetitions -> (k,) sides."""
        sides = np.full(len(repetition), Side.NONE, np.int8)
        for side, numbers in ((Side.TRAIN, self.train), (Side.VALIDATION, self.validation), (Side.TEST, self.test)):
            sides[np.isin(repetition, numbers)] = side
        return sides

    def as_dict(self) -> dict[str, list[int]]:
        return {"train": list(self.train), "validation": list(self.validation), "test": list(self.test)}


def split_of(database: str, tracks: list[Track]) -> Split:
    """Make the split of a database from the repetitions that its recordings have.

    Raises RecordingError when they leave nothing to train on, to stop early by, or to test on.
    """
    present = sorted({int(r) for track in tracks for r in np.unique(track.repetition)} - {0})
    test = TEST_REPETITIONS.get(database, _OTHERS)
    rest = [r for r in present if r not in test]
    if len(rest) < 2 or len(rest) == len(present):
        raise RecordingError(
            f"{database} has the repetitions {present}; training needs two besides the test repetitions {sorted(test)},"
            " and one of those; add the missing recordings"
        )
    return Split(tuple(rest[:-1]), tuple(rest[-1:]), tuple(r for r in present if r in test))


def window_sides(
    sides: NDArray[np.int8], movement: NDArray[np.int16], reach: int, *, rest: bool, settle: int = 1
) -> NDArray[np.int8]:
    """Side of the window that ends at each frame: that of the last `reach` frames if they share it, else NONE.

    So no window crosses from one side to another; it may reach back into the rest before a movement, as it does live.
    The last `settle` frames also lie in one movement; without rest, that is not rest.
    """
    whole = (_run_lengths(sides) >= reach) & (_run_lengths(movement) >= settle)
    if not rest:
        whole &= movement != REST
    return np.where(whole, sides, np.int8(Side.NONE))


def _run_lengths(values: NDArray[np.integer]) -> NDArray[np.int64]:
    """For each value, how many equal ones lie in a row up to and with it."""
    k = np.arange(len(values))
    changes = np.concatenate([[True], values[1:] != values[:-1]])
    return k - np.maximum.accumulate(np.where(changes, k, 0)) + 1
