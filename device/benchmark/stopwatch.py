"""Time by stage, each counted once: what a stage calls that is a stage of its own is not in it."""

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any


class Stopwatch:
    """One stage runs at any time; `lap` ends a lap and says how many nanoseconds each stage had in it.

    What the watch itself takes is nobody's, but for the call of the function that it puts before each stage.
    """

    def __init__(self, stage: str, clock: Callable[[], int] = time.perf_counter_ns) -> None:
        """`stage` is what runs while no other does."""
        self._clock, self._stage = clock, stage
        self._spent: defaultdict[str, int] = defaultdict(int)
        self._since = clock()

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Make the same function, whose time is the stage's."""
        clock = self._clock

        # All in one function: each call more would be in a stage's time.
        def call(*arguments: Any) -> Any:
            now = clock()
            outer, self._stage = self._stage, stage
            self._spent[outer] += now - self._since
            self._since = clock()
            try:
                return function(*arguments)
            finally:
                now = clock()
                self._spent[stage] += now - self._since
                self._stage = outer
                self._since = clock()

        return call

    def lap(self) -> dict[str, int]:
        """Return what was spent since the lap before."""
        now = self._clock()
        self._spent[self._stage] += now - self._since
        lap, self._spent = self._spent, defaultdict(int)
        self._since = self._clock()
        return lap
