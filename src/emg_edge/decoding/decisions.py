"""The decision layer: from probabilities to what is said, and its JSON line."""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.movements import REST

State = Literal["active", "rest", "unknown", "stale"]


class Decision(msgspec.Struct, frozen=True):
    """One JSON line. `gesture` and `number` are null when the state is unknown or stale: nothing old is repeated.

    time_s         Unix time when the line was made
    seq            number of the decision, from 0
    latency_ms     from the arrival of the newest sample to the line; null when stale
    samples_lost   since the previous line
    truth          number of the movement that was really made, where the board knows it
    """

    time_s: float
    seq: int
    gesture: str | None
    number: int | None
    probability: float | None
    state: State
    latency_ms: float | None
    samples_lost: int
    truth: int | None = None


class DecisionLayer:
    """Chooses the likeliest movement, or none when it is less likely than `min_probability`."""

    def __init__(self, movements: tuple[int, ...], names: tuple[str, ...], min_probability: float = 0.0) -> None:
        self._movements, self._names, self._min = movements, names, min_probability

    def decide(self, probabilities: NDArray[np.float64]) -> tuple[State, int | None, str | None, float]:
        """(classes,) -> state, movement number, name, probability of the likeliest."""
        best = int(probabilities.argmax())
        probability = float(probabilities[best])
        if probability < self._min:
            return "unknown", None, None, probability
        number = self._movements[best]
        return ("rest" if number == REST else "active"), number, self._names[best], probability
