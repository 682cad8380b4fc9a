"""The four figures that every delay here is told by."""

import msgspec
import numpy as np
from numpy.typing import ArrayLike


class Percentiles(msgspec.Struct, frozen=True):
    """Milliseconds."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


def percentiles(values_ms: ArrayLike) -> Percentiles:
    """Of at least one value."""
    found = np.percentile(np.asarray(values_ms, np.float64), (50, 95, 99, 100))
    return Percentiles(*(round(float(value), 4) for value in found))
