"""The network of a job: trained, converted to int8, and asked."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.interpreter import Network
from emg_edge.train.data.sequences import FrameSet
from emg_edge.train.data.splits import TRAINED, Side
from emg_edge.train.data.windows import choose_windows
from emg_edge.train.evaluation.prepared import Prepared
from emg_edge.train.evaluation.pretraining import pretrained
from emg_edge.train.evaluation.saying import threshold
from emg_edge.train.fitting.committee import deployed, joined, member_tasks
from emg_edge.train.fitting.fit import fit, logits_at
from emg_edge.train.fitting.recipe import FineTuning, Recipe
from emg_edge.train.fitting.shape import Shape
from emg_edge.train.fitting.task import Task

# A Keras network (batch, context, 1, features) and calibration windows (n, context, features) -> an int8 .tflite.
ToInt8 = Callable[[Any, NDArray[np.float32]], bytes]
Scores = dict[int, NDArray[np.float32]]  # of tracks: (instants, classes)


@dataclass(frozen=True)
class Trained:
    """Scores of the float network and of the int8 file at the asked instants, and what it cost."""

    model: Scores
    int8: Scores
    threshold: float
    facts: dict[str, Any]


def train_network(
    fold: Prepared, asked: dict[int, NDArray[np.int64]], shape: Shape, recipe: Recipe, seed: int, to_int8: ToInt8
) -> Trained:
    """Train as the recipe says, on all that the fold trains on; with rest, first without what chooses the threshold."""
    data = fold.data
    frames = data.frames()
    begins = np.concatenate([[0], np.cumsum([len(track.frames) for track in data.tracks])])
    learn = functools.partial(_learnt, fold, frames, shape, recipe, seed)
    at_least = float("nan")
    if fold.protocol.rest:
        held = np.concatenate([fold.held_rest(i) + begins[i] for i in range(len(data.tracks))])
        if len(held):
            unseen = joined(learn((Side.TRAIN,)))
            at_least = threshold(logits_at(unseen, frames.frames, held, shape.context), data.movements)
    members = learn(TRAINED)
    network = joined(members)
    windows = choose_windows(data, frames, seed)
    flatbuffer = to_int8(deployed(members, shape), windows.cut(windows.calibration, shape.context))
    int8 = Network(flatbuffer)
    facts = {"parameters": int(network.count_params()), "int8_bytes": len(flatbuffer)}
    ends = {i: at + begins[i] for i, at in asked.items()}
    return Trained(
        {i: logits_at(network, frames.frames, at, shape.context) for i, at in ends.items()},
        {i: _asked_int8(int8, frames.frames, at, shape.context) for i, at in ends.items()},
        at_least,
        facts,
    )


def _learnt(
    fold: Prepared, frames: FrameSet, shape: Shape, recipe: Recipe, seed: int, on: tuple[Side, ...]
) -> list[Any]:
    """The networks of a committee, which mostly has one."""
    data = fold.data
    tested = next(track.database for track in data.tracks if track.wearer == fold.wearer)
    task = Task(frames, len(data.movements), shape, recipe, seed, data.spec, data.databases.index(tested), on)
    if not fold.row.pretrain:
        return [fit(member, None, _nothing)[0] for member in member_tasks(task)]
    own = np.concatenate([np.full(len(track.frames), track.wearer == fold.wearer) for track in data.tracks])
    tuned = msgspec.structs.replace(recipe, **msgspec.structs.asdict(FineTuning()))
    return [
        fit(
            replace(member, data=_only(frames, own), recipe=tuned),
            None,
            _nothing,
            pretrained(replace(member, data=_only(frames, ~own))),
        )[0]
        for member in member_tasks(task)
    ]


def _only(frames: FrameSet, chosen: NDArray[np.bool_]) -> FrameSet:
    return replace(frames, sides=np.where(chosen, frames.sides, np.int8(Side.NONE)))


def _asked_int8(
    network: Network, frames: NDArray[np.float32], ends: NDArray[np.int64], context: int
) -> NDArray[np.float32]:
    logits = np.empty((len(ends), network.classes), np.float32)
    for row, end in enumerate(ends.tolist()):
        logits[row] = network(frames[end + 1 - context : end + 1])
    return logits


def _nothing(_step: object) -> None:
    """Jobs are told of as a whole."""
