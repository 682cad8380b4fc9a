"""What was really made, where the board knows it, and whether a decision on it can be judged yet."""

import numpy as np
from numpy.typing import NDArray

# A wearer's movement starts after the label changes and the window still holds the one before: too early to judge.
SETTLE_S = 0.3


class Truth:
    """Follows the labels of a stream; a label has settled when it changed more than `settle` samples ago."""

    def __init__(self, settle: int) -> None:
        self._settle = settle
        self._movement: NDArray[np.int16] | None = None
        self._start = 0  # position in the stream of the labels taken last
        self._length = 0
        self._changed: int | None = None  # position of the newest change before them
        self._changes: NDArray[np.intp] = np.empty(0, np.intp)

    def take(self, movement: NDArray[np.int16] | None, length: int, skipped: int = 0) -> None:
        """Take the labels of the next `length` samples, None where unknown, after `skipped` samples that nobody saw."""
        if movement is None and self._movement is None:  # a board that does not know it
            return
        last = None if self._movement is None else self._movement[-1]
        if len(self._changes):
            self._changed = int(self._changes[-1])
        self._start += self._length + skipped
        self._length = length
        self._movement = movement if length else self._movement
        if movement is not None and length:
            before = movement[0] if last is None else last
            self._changes = np.flatnonzero(np.diff(movement, prepend=before)) + self._start
        else:
            self._changes = np.empty(0, np.intp)

    def at(self, sample: int) -> tuple[int | None, bool]:
        """Return the movement at an index of the samples taken last, and whether it has settled."""
        if self._movement is None:
            return None, False
        position = self._start + sample
        before = int(np.searchsorted(self._changes, position, "right"))
        changed = int(self._changes[before - 1]) if before else self._changed
        return int(self._movement[sample]), changed is None or position - changed > self._settle
