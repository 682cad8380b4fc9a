"""Numbers as options take them: ranges, a rate, and lists as people write them, 1,3,5-7."""

import math

import click

MOST = 999  # nothing that is counted here has more: subjects, channels
MOST_THREADS = 64  # of one network


class Finite(click.FloatRange):
    """A range of numbers that 'nan' and 'inf' are not in, though they compare as if they were."""

    def convert(self, value: float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            least = f"more than {self.min:g}" if self.min_open else f"{self.min:g} or more"
            self.fail(f"{value} is not a number; give {least}", param, ctx)
        return number


RATE_HZ = Finite(1, 100_000)


class Numbers(click.ParamType[tuple[int, ...]]):
    """'1,3,5-7' -> (1, 3, 5, 6, 7); numbers count from 1."""

    name = "1,3,5-7"

    def __init__(self, most: int = MOST) -> None:
        self._most = most

    def convert(
        self, value: str | tuple[int, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        chosen: list[int] = []
        for part in value.split(",") if value else []:
            first, _, last = (word.strip() for word in part.partition("-"))
            last = last or first
            short = len(first) <= len(str(self._most)) >= len(last)
            if not (short and first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last) <= self._most):
                self.fail(f"'{value}' is no list of numbers from 1 to {self._most}, such as 1,3,5-7", param, ctx)
            chosen += range(int(first), int(last) + 1)
        return tuple(dict.fromkeys(chosen))
