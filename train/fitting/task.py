"""What one network is to learn, and how."""

from dataclasses import dataclass

import msgspec

from emg_edge.signal.spec import SignalSpec
from emg_edge.train.data.sequences import FrameSet
from emg_edge.train.data.splits import TRAINED, Side
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.fitting.shape import Shape

# From this many training windows on, drop-out and much weight decay only cost; below it, a person's own data, label
# smoothing does.
MANY_WINDOWS = 100_000
_OF_FEW = {"dropout": 0.2, "label_smoothing": 0.0, "weight_decay": 0.1}
_OF_MANY = {"dropout": 0.0, "label_smoothing": 0.15, "weight_decay": 0.01}


@dataclass(frozen=True)
class Task:
    """What is to be learnt, and how.

    spec  of the frames: which of their numbers are electrodes, and what they are limited to
    head  index of the database whose head is kept, where the recipe has one for each
    on    the sides whose windows are learnt from
    """

    data: FrameSet
    classes: int
    shape: Shape
    recipe: Recipe
    seed: int
    spec: SignalSpec
    head: int = 0
    on: tuple[Side, ...] = TRAINED


def regularised(recipe: Recipe, windows: int) -> Recipe:
    """Fill in what depends on the amount of data: drop-out and weight decay for little, label smoothing for much.

    Either keeps logits in a narrow range, which int8 resolves better (docs/decisions/0028-weight-decay-and-int8.md).
    """
    fitting = _OF_MANY if windows >= MANY_WINDOWS else _OF_FEW
    return msgspec.structs.replace(
        recipe, **{name: value for name, value in fitting.items() if getattr(recipe, name) is None}
    )
