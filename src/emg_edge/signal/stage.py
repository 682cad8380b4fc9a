"""What the front end is made of: causal stages in a row, and which inputs an output of the row is made of."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Index = TypeVar("Index", int, NDArray[np.int64])


class Stage(Protocol):
    """A causal stream processor; output i is made of the `span` inputs that end with input floor(first + i * stride).

    It gives the same bits however its input is cut into blocks.
    """

    first: int
    span: int

    @property
    def stride(self) -> int | Fraction: ...
    def push(self, x: NDArray[np.float64]) -> NDArray[np.float64]: ...
    def reset(self) -> None: ...


class Gain:
    """Every sample times a number."""

    first, stride, span = 0, 1, 1

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def push(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return x * self.factor

    def reset(self) -> None:
        """Nothing is remembered."""


class NotBelowZero:
    """What a resampled envelope must stay: a logarithm follows."""

    first, stride, span = 0, 1, 1

    def push(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.maximum(x, 0.0)

    def reset(self) -> None:
        """Nothing is remembered."""


@dataclass(frozen=True)
class Timing:
    """Of stages in a row: output i is made of inputs up to `newest(i)`, at most the last `span` of them."""

    first: int | Fraction
    stride: int | Fraction
    span: int

    def newest(self, output: Index) -> Index:
        """Index of the newest input of an output, or of many: floor(first + output * stride), in whole numbers."""
        first, stride, parts = self._in_parts
        return (first + output * stride) // parts

    @cached_property
    def _in_parts(self) -> tuple[int, int, int]:
        """First and stride as whole numbers of so small parts of an input that both are, and how many these are."""
        parts = math.lcm(self.first.denominator, self.stride.denominator)
        return int(self.first * parts), int(self.stride * parts), parts

    def outputs(self, inputs: int) -> int:
        """Return how many outputs are complete after so many inputs."""
        return max(0, math.ceil((inputs - self.first) / Fraction(self.stride)))


def timing(stages: Sequence[Stage]) -> Timing:
    """Put stages in a row."""
    first, stride, span = Fraction(0), Fraction(1), 1
    for stage in stages:
        span += math.ceil((stage.span - 1) * stride)
        first, stride = first + stage.first * stride, stride * stage.stride
    return Timing(_plain(first), _plain(stride), span)


def _plain(number: Fraction) -> int | Fraction:
    """Whole numbers as ints: arrays take them."""
    return number.numerator if number.denominator == 1 else number
