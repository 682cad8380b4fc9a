"""Recordings of a wearer who makes each movement in each repetition, with rest before each, and the tracks of them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emg_edge.recordings.recording import Recording
from emg_edge.signal.source import Source
from emg_edge.signal.spec import SignalSpec
from emg_edge.train.data.merge import make_track
from emg_edge.train.data.track import Track

DB1 = Source("envelope", 100.0, "db1-volt", "ninapro-db1")
DB5 = Source("raw", 200.0, "myo-count", "ninapro-db5")
DB2 = Source("raw", 2000.0, "V", "ninapro-delsys12")
_SCALE = {"db1-volt": 0.3, "myo-count": 20.0, "V": 1e-4}


def labels(
    movements: tuple[int, ...], repetitions: int, hold: int, rest: int
) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Movement and repetition a sample, as the readers give them: rest has that of the movement it precedes."""
    movement, repetition = [], []
    for number in range(1, repetitions + 1):
        for one in movements:
            movement += [0] * rest + [one] * hold
            repetition += [number] * (rest + hold)
    movement += [0] * rest  # belongs to no split
    repetition += [0] * rest
    return np.array(movement, np.int16), np.array(repetition, np.int16)


def recording(
    source: Source,
    database: str,
    subject: int = 1,
    movements: tuple[int, ...] = (1, 2, 3),
    repetitions: int = 6,
    hold_s: float = 1.03,  # no whole number of frames
    rest_s: float = 0.61,
) -> Recording:
    """Noise, louder on another electrode for each movement."""
    movement, repetition = labels(movements, repetitions, int(hold_s * source.rate_hz), int(rest_s * source.rate_hz))
    random = np.random.default_rng([subject, source.channels])
    loud = np.zeros((len(movement), source.channels))
    loud[np.arange(len(movement)), movement % source.channels] = 3.0 * (movement > 0)
    x = random.normal(size=loud.shape) * _SCALE[source.unit] * (0.2 + loud)
    samples = np.abs(x) if source.domain == "envelope" else x
    return Recording(samples.astype(np.float32), movement, repetition, source, database, subject, "A")


def tracks(one: Recording, spec: SignalSpec, *rings: str) -> list[Track]:
    """One track a ring."""
    return [make_track(one, spec, ring) for ring in rings]


def with_samples(one: Recording, samples: NDArray[np.float32]) -> Recording:
    """The same take with another signal."""
    return replace(one, samples=samples)


def with_labels(one: Recording, movement: NDArray[np.int16]) -> Recording:
    """The same take with other movements."""
    return replace(one, movement=movement)
