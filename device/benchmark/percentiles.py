"""The four figures that every delay here is told by."""

from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import ArrayLike

Figure = Annotated[float, msgspec.Meta(ge=0, le=1e9)]  # of anything that is measured here: more is no measurement


class Percentiles(msgspec.Struct, frozen=True):
    """Milliseconds."""

    p50_ms: Figure
    p95_ms: Figure
    p99_ms: Figure
    max_ms: Figure


def percentiles(values_ms: ArrayLike) -> Percentiles:
    """Of at least one value."""
    found = np.percentile(np.asarray(values_ms, np.float64), (50, 95, 99, 100))
    return Percentiles(*(round(float(value), 4) for value in found))
