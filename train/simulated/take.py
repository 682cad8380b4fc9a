"""One simulated file of a NinaPro database: the wearer's signal in its unit, its labels, and its known quirks.

What is as in real files is verified for exercise 1 of DB1 and DB5; the other databases follow their documentation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.forearm.musclesignal import Disturbance
from emg_edge.firmware_bridge.forearm.wearer import Chunk, SimulatedWearer
from emg_edge.movements import FIRST_OF_EXERCISE, REST
from emg_edge.recordings.catalogue import DB6_LABELS, Database
from emg_edge.signal.units import UV_PER_MYO_COUNT

SPREAD = 0.2  # of the durations of holds and rests, up and down
CHUNK_S = 10.0  # simulated between two reports of progress
REDONNING_DEG = 6.0  # DB6's electrodes are put on anew for each session (standard deviation)

# DB1's electrodes amplify, rectify and smooth, and leave mains hum out.
ENVELOPE_FROM_HZ = 1000.0
ENVELOPE_S = 0.1
DB1_VOLTS_PER_UV = 0.005
DB1_FLOOR_UV = 5.0  # what its electrodes call silence
DB1_STEP_V, DB1_TOP_V = 5 / 2048, 4.6655

# The cue comes about a second before the movement and stays a little after it; never more than a share of the rest.
REACTION_S, REACTION_SHARE = (0.8, 1.2), 0.6
LINGER_S, LINGER_SHARE = 0.5, 0.25

_EXERCISE_FIELD = {"DB5": {1: 3, 2: 1, 3: 2}}  # DB5's field is wrong in every file, in this way
_RUNNING_LABELS = ("DB2", "DB3")  # their second file goes on where the first ended
_AMPUTEES_WITH_TEN = {"DB3": (6, 7)}
_AXES = {"DB2": 36, "DB3": 36, "DB5": 3, "DB6": 48, "DB7": 36}
_RATE_GIVEN = ("DB4", "DB5")
_GRAVITY_NOISE_G, _TILT_G, _TILT_S = 0.01, 0.08, 0.25
_MOTION_HZ = 148.0  # the sensor's own rate; files repeat its values at the rate of the muscles' samples
_CUES, _MOTION = 21, 22  # what a generator draws


@dataclass(frozen=True)
class Take:
    """What is simulated into one file; `exercise` is None where files have none, and `session` counts from 1."""

    database: Database
    subject: int
    exercise: int | None
    session: int
    repetitions: int
    seed: int
    hold_s: float
    rest_s: float

    @property
    def raw_labels(self) -> dict[int, int]:
        """Movement of the forearm -> label in the file."""
        if self.exercise is None:
            # As if DB6 numbered its grasps as exercise C does, which nobody could verify.
            return {FIRST_OF_EXERCISE["C"] + label - 1: label for label in DB6_LABELS}
        movements = self.database.movements(self.exercise)
        first = movements[0]
        if self.database.name in _RUNNING_LABELS:
            first = FIRST_OF_EXERCISE[min(self.database.exercises.values())]
        return {movement: movement - first + 1 for movement in movements}

    @property
    def seconds(self) -> float:
        """Return about how long it lasts."""
        return len(self.raw_labels) * self.repetitions * (self.hold_s + self.rest_s) + self.rest_s

    def rng(self, purpose: int) -> np.random.Generator:
        return np.random.default_rng([purpose, self.subject, *self.seeds])

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of the wearer; a live board, which has one number only, never repeats a file."""
        return (self.seed, int(self.database.name.removeprefix("DB")), self.exercise or 1, self.session)


def variables(take: Take, progress: Callable[[float], None]) -> dict[str, NDArray[Any]]:
    """Simulate a take: the variables of its .mat file. `progress` is told the seconds made since it was last called."""
    chunk = _envelope(take, progress) if take.database.domain == "envelope" else _raw(take, progress)
    labels = _labels(take, chunk)
    scalars = {
        "subject": take.subject,
        "exercise": _EXERCISE_FIELD.get(take.database.name, {}).get(take.exercise or 1, take.exercise or 1),
        "simulated": 1,
    }
    held: dict[str, NDArray[Any]] = {"emg": _in_unit(take, chunk.samples), **labels}
    if axes := _AXES.get(take.database.name):
        held["acc"] = _acceleration(take, chunk.movement, axes)
    if take.database.name in _RATE_GIVEN:
        rate = int(take.database.rate_hz)
        held["frequency"] = np.array([[rate]], np.uint8 if rate < 256 else np.uint16)
    return held | {name: np.array([[value]], np.uint8) for name, value in scalars.items()}


def _wearer(take: Take, rate_hz: float, disturbance: Disturbance) -> SimulatedWearer:
    layouts = take.database.layouts
    channels = 10 if take.subject in _AMPUTEES_WITH_TEN.get(take.database.name, ()) else next(iter(layouts))
    sessions = take.database.sessions > 1
    return SimulatedWearer(
        take.subject,
        take.seeds,
        rate_hz,
        movements=tuple(take.raw_labels),
        repetitions=take.repetitions,
        layout=layouts[channels],
        order="ninapro",
        hold_s=(take.hold_s * (1 - SPREAD), take.hold_s * (1 + SPREAD)),
        rest_s=(take.rest_s * (1 - SPREAD), take.rest_s * (1 + SPREAD)),
        disturbance=disturbance,
        turned_deg=float(take.rng(_MOTION).normal(0, REDONNING_DEG)) if sessions else 0.0,
    )


def _raw(take: Take, progress: Callable[[float], None]) -> Chunk:
    wearer, chunks = _wearer(take, take.database.rate_hz, Disturbance()), []
    while len((chunk := wearer.read(round(CHUNK_S * wearer.rate_hz))).movement):
        chunks.append(chunk)
        progress(len(chunk.movement) / wearer.rate_hz)
    return _joined(chunks)


def _envelope(take: Take, progress: Callable[[float], None]) -> Chunk:
    """RMS of the last ENVELOPE_S, causal, at the database's rate, in microvolts."""
    wearer, chunks = _wearer(take, ENVELOPE_FROM_HZ, Disturbance(mains_uv=0)), []
    ratio = round(ENVELOPE_FROM_HZ / take.database.rate_hz)
    while len((chunk := wearer.read(round(CHUNK_S * wearer.rate_hz))).movement) >= ratio:
        n = len(chunk.movement) // ratio * ratio
        power = (chunk.samples[:n] ** 2).reshape(-1, ratio, wearer.channels).mean(axis=1)
        chunks.append(Chunk(power, chunk.movement[ratio - 1 : n : ratio], chunk.repetition[ratio - 1 : n : ratio]))
        progress(n / wearer.rate_hz)
    joined = _joined(chunks)
    length = round(ENVELOPE_S * take.database.rate_hz)
    padded = np.concatenate([np.repeat(joined.samples[:1], length - 1, axis=0), joined.samples])
    smooth = np.lib.stride_tricks.sliding_window_view(padded, length, axis=0).mean(axis=-1)
    return joined._replace(samples=np.sqrt(smooth))


def _joined(chunks: list[Chunk]) -> Chunk:
    return Chunk(*(np.concatenate(parts) for parts in zip(*chunks, strict=True)))


def _in_unit(take: Take, samples_uv: NDArray[np.float32]) -> NDArray[Any]:
    """Return what `emg` holds, (n, columns) in the database's unit and type."""
    unit = take.database.unit
    if unit == "myo-count":
        counts: NDArray[np.float32] = np.clip(np.rint(samples_uv / UV_PER_MYO_COUNT), -128, 127)
        return counts
    if unit == "db1-volt":
        volts = np.clip((samples_uv - DB1_FLOOR_UV) * DB1_VOLTS_PER_UV, 0, DB1_TOP_V).astype(np.float64)
        return np.asarray(np.round(np.rint(volts / DB1_STEP_V) * DB1_STEP_V, 4))
    volts_raw = samples_uv * np.float32(1e-6)
    if take.exercise is None:  # DB6: columns 9 and 10 of 16 hold no electrode
        return np.asarray(np.insert(volts_raw, [8, 8], 0, axis=1))
    return volts_raw


def _labels(take: Take, chunk: Chunk) -> dict[str, NDArray[Any]]:
    kind = np.uint8 if take.database.name == "DB1" else np.int8
    table = np.zeros(max(take.raw_labels) + 1, kind)
    for movement, label in take.raw_labels.items():
        table[movement] = label
    restimulus, active = table[chunk.movement], chunk.movement != REST
    # DB5 gives rest the repetition of the movement it precedes; DB1 gives it none, and so do the others here.
    rerepetition = chunk.repetition if take.database.name == "DB5" else np.where(active, chunk.repetition, 0)
    source = _cued(take, active)
    stimulus, repetition = (np.where(source < 0, 0, values[source]) for values in (restimulus, chunk.repetition))
    named = {
        "stimulus": stimulus,
        "repetition": repetition,
        "restimulus": restimulus,
        "rerepetition": rerepetition,
    }
    return {name: values.astype(kind)[:, None] for name, values in named.items()}


def _cued(take: Take, active: NDArray[np.bool_]) -> NDArray[np.intp]:
    """For each sample, one of the movement that the cue on the screen asks for at that time; -1 for none, (n,)."""
    rng, rate = take.rng(_CUES), take.database.rate_hz
    edges = np.flatnonzero(np.diff(active)) + 1
    starts, ends = edges[::2], edges[1::2]
    before = starts - np.append(0, ends[:-1])
    after = np.append(starts[1:], len(active)) - ends
    ahead = np.minimum(rng.uniform(*REACTION_S, len(starts)) * rate, REACTION_SHARE * before).astype(np.intp)
    linger = np.minimum(LINGER_S * rate, LINGER_SHARE * after).astype(np.intp)
    cued = np.full(len(active), -1, np.intp)
    for start, end, early, late in zip(starts, ends, ahead, linger, strict=True):
        cued[start - early : end + late] = start
    return cued


def _acceleration(take: Take, movement: NDArray[np.int16], axes: int) -> NDArray[np.float32]:
    """Gravity as the arm lies, a little tilt with each movement, and noise, (n, axes) float32 in g."""
    rng = take.rng(_MOTION)
    gravity = rng.standard_normal(3)
    tilt = _TILT_G * rng.standard_normal((int(movement.max()) + 1, 3))
    tilt[REST] = 0
    posture = gravity / np.linalg.norm(gravity) + tilt[movement]
    length = round(_TILT_S * take.database.rate_hz)
    padded = np.pad(posture, ((length - 1, 0), (0, 0)), "edge")
    smooth = np.stack([np.convolve(axis, np.ones(length) / length, "valid") for axis in padded.T], axis=1)
    held = max(1, round(take.database.rate_hz / _MOTION_HZ))
    clean = np.tile(smooth[::held].astype(np.float32), axes // 3)
    noise = rng.standard_normal(clean.shape, np.float32) * np.float32(_GRAVITY_NOISE_G)
    return np.repeat(clean + noise, held, axis=0)[: len(movement)]
