"""Lost samples, read off a counter that a board sends with every sample."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Stretch:
    """Samples start..stop of what was looked at, without a gap inside, and how many are missing before them."""

    start: int
    stop: int
    lost: int


class SampleCounter:
    """A counter that grows by one a sample and wraps at `modulus`; a loss of whole turns cannot be seen."""

    def __init__(self, modulus: int) -> None:
        self._modulus = modulus
        self._last: int | None = None

    def stretches(self, counts: NDArray[np.integer]) -> Iterator[Stretch]:
        """Cut (n,) consecutive counts where some are missing; the first ever count has nothing missing before it."""
        if not len(counts):
            return
        before = int(counts[0]) - 1 if self._last is None else self._last
        steps = np.diff(np.concatenate([[before], counts.astype(np.int64)]))
        lost = (steps - 1) % self._modulus
        self._last = int(counts[-1])
        cuts = np.flatnonzero(lost)
        starts = cuts if lost[0] else np.concatenate([[0], cuts])
        for start, stop in zip(starts, [*starts[1:], len(counts)], strict=True):
            yield Stretch(int(start), int(stop), int(lost[start]))
