"""A small evaluation of people like those of DB1: its protocol, tracks, a fold of it, and what its network learns."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from support import takes

from emg_edge.recordings.recording import Recording
from emg_edge.signal.spec import default_spec
from emg_edge.train.data.track import Track
from emg_edge.train.evaluation.network import train_network
from emg_edge.train.evaluation.prepared import Prepared, prepare
from emg_edge.train.evaluation.protocol import Protocol, Row
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.fitting.shape import Shape

SPEC = default_spec("envelope", 3)
SHAPE = Shape((1,), width=8)
QUICK = Recipe(epochs=2)
TESTED = (2, 5)
OWN = Row("own", "the person's own decoder")
WITHIN = Protocol(
    name="tiny",
    title="DB1 in small",
    text="",
    evaluation="WithinSession",
    databases=("DB1",),
    domain="envelope",
    montage="ring8",
    context_ms=200,
    rest=False,
    rows=(OWN,),
    test={"DB1": TESTED},
)
LEFT_OUT = msgspec.structs.replace(WITHIN, evaluation="CrossSubject", test={})
WITH_REST = msgspec.structs.replace(WITHIN, rest=True)


def person(subject: int, **settings: Any) -> Recording:
    return takes.recording(takes.DB1, "DB1", subject, **{"repetitions": 6} | settings)


def tracks(*people: Recording) -> tuple[Track, ...]:
    return tuple(track for one in people for track in takes.tracks(one, SPEC, "only"))


def fold(protocol: Protocol, wearer: str, *people: Recording, row: Row = OWN) -> Prepared:
    return prepare(protocol, row, wearer, tracks(*people), SPEC, ())


def elsewhere(one: Recording, changed: NDArray[np.bool_], factor: float = 100.0) -> Recording:
    """The same recording, so many times as loud in these samples (n,)."""
    return takes.with_samples(one, one.samples * np.where(changed, np.float32(factor), np.float32(1))[:, None])


def in_repetitions(one: Recording, numbers: Sequence[int]) -> NDArray[np.bool_]:
    return np.isin(one.repetition, numbers)


def blank(repetition: Sequence[int], movement: Sequence[int] | None = None, **facts: Any) -> Track:
    """A track of which only the labels, a frame each, and these facts matter."""
    k = len(repetition)
    moved = np.ones(k, np.int16) if movement is None else np.array(movement, np.int16)
    track = Track(
        wearer="DB1-S1",
        database="DB1",
        subject=1,
        session=1,
        exercise="A",
        take="DB1-S1-D1-A",
        ring="only",
        unit="db1-volt",
        simulated=False,
        overlap=1,
        signal=np.zeros((k, 8), np.float32),
        frames=np.zeros((k, 8), np.float32),
        ends=np.arange(k),
        movement=moved,
        repetition=np.array(repetition, np.int16),
    )
    return replace(track, **facts)


class Learnt(Exception):  # noqa: N818 - it ends a training, and is no error
    """What had been learnt when the network came to be converted."""

    def __init__(self, weights: list[NDArray[np.float32]], calibration: NDArray[np.float32]) -> None:
        super().__init__()
        self.weights, self.calibration = weights, calibration


def learnt(fold: Prepared, recipe: Recipe = QUICK) -> Learnt:
    """Train the fold's network up to its conversion."""

    def to_int8(network: Any, calibration: NDArray[np.float32]) -> bytes:
        raise Learnt(network.get_weights(), calibration)

    try:
        train_network(fold, {}, SHAPE, recipe, 0, to_int8)
    except Learnt as seen:
        return seen
    raise AssertionError("the network was never converted")


def same_weights(one: Learnt, other: Learnt) -> bool:
    return all(np.allclose(a, b, atol=1e-6) for a, b in zip(one.weights, other.weights, strict=True))
