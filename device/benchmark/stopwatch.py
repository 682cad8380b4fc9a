"""Time by stage, each counted once: what a stage calls that is a stage of its own is not in it."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any


class Stopwatch:
    """One stage runs at any time; `lap` ends a lap and says how many nanoseconds each stage had in it."""

    def __init__(self, stage: str, clock: Callable[[], int] = time.perf_counter_ns) -> None:
        """`stage` is what runs while no other does."""
        self._clock, self._stage = clock, stage
        self._spent: Counter[str] = Counter()
        self._since = clock()

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Make the same function, whose time is the stage's."""
        clock, enter = self._clock, self._enter

        def call(*arguments: Any) -> Any:
            outer = enter(stage, clock())
            try:
                return function(*arguments)
            finally:
                enter(outer, clock())

        return call

    def lap(self) -> Counter[str]:
        """Return what was spent since the lap before."""
        self._enter(self._stage, self._clock())
        spent, self._spent = self._spent, Counter()
        return spent

    def _enter(self, stage: str, now: int) -> str:
        left, self._stage = self._stage, stage
        self._spent[left] += now - self._since
        self._since = self._clock()  # what the watch itself takes is nobody's
        return left
