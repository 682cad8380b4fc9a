"""The simulated forearm: a person who makes gestures one after another, with the truth for every sample."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import EmgEdgeError
from emg_edge.firmware_bridge.forearm.musclesignal import Disturbance, MuscleSignal
from emg_edge.movements import NAMES, REST

FINGER_MOVEMENTS = tuple(range(1, 13))  # exercise A, what the model in the package knows
Order = Literal["shuffled", "ninapro"]
LOWEST_RATE_HZ = 100.0  # below it, hardly anything is left of a muscle's spectrum
_SCRIPT = 9  # sets the script's randomness apart from the forearm's
_LAST_REPETITION = 32_000  # repetitions are int16; a wearer who goes on for weeks begins again at 1

# How two executions of one movement by one person differ; tuned so that the simulation is neither trivial nor
# harder than people are (the figures stand in tests/firmware_bridge/forearm/test_difficulty.py).
EFFORT_SPREAD = 0.16  # of the whole movement (log standard deviation)
MUSCLE_SPREAD = 0.2  # of each muscle in it
WANDER = 0.10  # of each muscle during the hold
WANDER_S = 0.5  # how long a wandering muscle stays about where it is


@dataclass(frozen=True)
class Stretch:
    """A part of the script: one movement, or rest, held for some samples."""

    movement: int
    repetition: int  # rest carries that of the movement it precedes; 0 after the last
    samples: int


class Chunk(NamedTuple):
    """What was read: samples with their truth.

    samples     (n, channels) float32, microvolts
    movement    (n,) int16, number in emg_edge.movements, 0 at rest
    repetition  (n,) int16; rest carries that of the movement it precedes; 0 after the last
    """

    samples: NDArray[np.float32]
    movement: NDArray[np.int16]
    repetition: NDArray[np.int16]


class SimulatedWearer:
    """A forearm that follows a script; the same arguments give the same stream, however it is read.

    `repetitions` of each movement, for ever if None. The order is shuffled anew in each round of repetitions, or
    is NinaPro's: all repetitions of the first movement, then of the second. `hold_s` and `rest_s` are the shortest
    and the longest duration. Truth changes with the person's intention; the muscles follow within about 200 ms.
    """

    def __init__(
        self,
        subject: int = 1,
        seed: int | tuple[int, ...] = 0,
        rate_hz: float = 200.0,
        *,
        movements: tuple[int, ...] = FINGER_MOVEMENTS,
        repetitions: int | None = None,
        layout: str = "ring8",
        order: Order = "shuffled",
        hold_s: tuple[float, float] = (2.5, 4.0),
        rest_s: tuple[float, float] = (1.5, 3.0),
        disturbance: Disturbance | None = None,
        turned_deg: float = 0.0,
    ) -> None:
        seeds = (seed,) if isinstance(seed, int) else seed
        _check(subject, seeds, rate_hz, movements)
        _check_durations(hold_s, rest_s)
        if repetitions is None and order == "ninapro":
            raise EmgEdgeError("NinaPro's order of movements needs a number of repetitions, and there was none")
        self._signal = MuscleSignal(
            subject, seeds, rate_hz, layout=layout, disturbance=disturbance, turned_deg=turned_deg
        )
        self._rng = np.random.default_rng([_SCRIPT, subject, *seeds])
        self._movements, self._repetitions, self._order = movements, repetitions, order
        self._hold_s, self._rest_s = hold_s, rest_s
        self._quanta = self._perform()
        self._held: list[Chunk] = []

    @property
    def rate_hz(self) -> float:
        return self._signal.rate_hz

    @property
    def channels(self) -> int:
        return self._signal.channels

    def read(self, n: int) -> Chunk:
        """Return the next n samples; fewer, in the end none, when the script is over."""
        have = sum(len(chunk.movement) for chunk in self._held)
        while have < n:
            quantum = next(self._quanta, None)
            if quantum is None:
                break
            self._held.append(quantum)
            have += len(quantum.movement)
        if not self._held:
            return Chunk(np.empty((0, self.channels), np.float32), np.empty(0, np.int16), np.empty(0, np.int16))
        samples = np.concatenate([chunk.samples for chunk in self._held])
        movement = np.concatenate([chunk.movement for chunk in self._held])
        repetition = np.concatenate([chunk.repetition for chunk in self._held])
        self._held = [Chunk(samples[n:], movement[n:], repetition[n:])] if have > n else []
        return Chunk(samples[:n], movement[:n], repetition[:n])

    def _perform(self) -> Iterator[Chunk]:
        quantum, person = self._signal.quantum, self._signal.person
        stay = np.exp(-quantum / self.rate_hz / WANDER_S)
        for stretch in self._script():
            habit = person.activation(stretch.movement)
            effort = self._rng.lognormal(0, EFFORT_SPREAD)
            aim = habit * effort * self._rng.lognormal(0, MUSCLE_SPREAD, len(habit))
            wander = np.zeros(len(habit))
            for _ in range(stretch.samples // quantum):
                wander = stay * wander + WANDER * np.sqrt(1 - stay**2) * self._rng.standard_normal(len(habit))
                samples = self._signal.step(np.minimum(aim * np.exp(wander), 1.0))
                yield Chunk(
                    samples,
                    np.full(quantum, stretch.movement, np.int16),
                    np.full(quantum, stretch.repetition, np.int16),
                )

    def _script(self) -> Iterator[Stretch]:
        for movement, repetition in self._sequence():
            yield Stretch(REST, repetition, self._duration(self._rest_s))
            yield Stretch(movement, repetition, self._duration(self._hold_s))
        yield Stretch(REST, 0, self._duration(self._rest_s))

    def _sequence(self) -> Iterator[tuple[int, int]]:
        if self._order == "ninapro":
            assert self._repetitions is not None
            for movement in self._movements:
                yield from ((movement, repetition) for repetition in range(1, self._repetitions + 1))
            return
        done = 0
        while self._repetitions is None or done < self._repetitions:
            for movement in self._rng.permutation(self._movements):
                yield int(movement), done % _LAST_REPETITION + 1
            done += 1

    def _duration(self, between_s: tuple[float, float]) -> int:
        """Draw the samples of a stretch: whole quanta, so that every quantum has one truth."""
        quantum = self._signal.quantum
        return max(1, round(self._rng.uniform(*between_s) * self.rate_hz / quantum)) * quantum


def _check(subject: int, seeds: tuple[int, ...], rate_hz: float, movements: tuple[int, ...]) -> None:
    if subject < 1:
        raise EmgEdgeError(f"simulated people are numbered from 1, and {subject} was asked for")
    if min(seeds) < 0:
        raise EmgEdgeError(f"a seed is a whole number from 0, and {min(seeds)} was given")
    if rate_hz < LOWEST_RATE_HZ:
        raise EmgEdgeError(
            f"the forearm is simulated at {LOWEST_RATE_HZ:g} Hz or more, and {rate_hz:g} Hz was asked for"
        )
    if not movements:
        raise EmgEdgeError("the simulated wearer has no movement to make; name at least one")
    if unknown := [number for number in movements if not 0 < number < len(NAMES)]:
        raise EmgEdgeError(
            f"the simulated forearm makes the movements 1 to {len(NAMES) - 1}, and {unknown[0]} is none of them"
        )


def _check_durations(*ranges_s: tuple[float, float]) -> None:
    for low, high in ranges_s:
        if not 0 < low <= high:
            raise EmgEdgeError(f"a stretch cannot last from {low:g} to {high:g} s; expected 0 < shortest <= longest")
