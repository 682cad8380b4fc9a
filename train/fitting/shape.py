"""The shape of a network: how far it looks back, how wide it is, and what it is made of."""

from dataclasses import dataclass
from typing import TypeVar

from emg_edge.errors import SpecError
from emg_edge.signal.source import Domain
from emg_edge.signal.spec import FrameChoice
from emg_edge.train.fitting.recipe import Recipe

# Channels of every layer, by context in ms: width lowers int8's noise, and gains little where a file has some 100 kB,
# which is the most that one at the default context shall have (docs/decisions/0026-how-wide-a-network-is.md).
WIDTHS: dict[Domain, dict[int, int]] = {
    "raw": {200: 128, 400: 112, 600: 128, 1000: 128},
    "envelope": {200: 144, 400: 144, 600: 144, 1000: 144},
}
SAMPLES_WIDTH = 48  # of layers over raw samples: twice as many layers, each over five times as many steps

# Context in ms -> dilations, then the frames that their output is averaged over; a frame every 25 ms (raw) or 50 ms
# (envelope). Over a second the mean generalises better than more layers: docs/decisions/0020-the-mean-of-a-second.md.
CONVOLUTIONAL: dict[Domain, dict[int, tuple[tuple[int, ...], int]]] = {
    "raw": {200: ((1, 2), 1), 400: ((1, 2, 4), 1), 600: ((1, 2, 4, 4), 1), 1000: ((1, 2), 33)},
    "envelope": {200: ((1,), 1), 400: ((1, 2), 1), 600: ((1, 2, 2), 1), 1000: ((1, 2, 4, 2), 1)},
}
# The same where a frame is one sample, every 5 ms: an odd number of them, so one less than the context in ms / 5.
SAMPLES: dict[int, tuple[int, ...]] = {
    200: (1, 2, 4, 8, 4),
    400: (1, 2, 4, 8, 16, 8),
    600: (1, 2, 4, 8, 16, 16, 12),
    1000: (1, 2, 4, 8, 16, 32, 36),
}
# Dilations, then the steps of the GRU; each context is that of CONVOLUTIONAL. 200 ms of envelope are too few frames.
RECURRENT: dict[Domain, dict[int, tuple[tuple[int, ...], int]]] = {
    "raw": {200: ((1,), 5), 400: ((1, 2), 9), 600: ((1, 2), 17), 1000: ((1, 2, 4), 25)},
    "envelope": {400: ((1,), 5), 600: ((1,), 9), 1000: ((1, 2), 13)},
}


@dataclass(frozen=True)
class Shape:
    """What makes one network differ from another, besides its features and classes.

    dilations     of the convolutions of width 3, in frames
    width         channels of each
    pooled        frames that their output is averaged over, to stand beside the newest frame's; 1 where it is not
    steps, units  of the GRU after them: frames that it runs over, 0 where there is none, and numbers in its state
    acceleration  how many of a frame's features, the last ones, go through a dense layer of their own
    """

    dilations: tuple[int, ...]
    width: int
    steps: int = 0
    units: int = 0
    acceleration: int = 0
    pooled: int = 1

    @property
    def context(self) -> int:
        """Frames that one output is made of."""
        return 2 * sum(self.dilations) + self.pooled + max(0, self.steps - 1)


_DEFAULT = Recipe()
T = TypeVar("T")


def shape_for(
    domain: Domain,
    context_ms: int,
    recipe: Recipe = _DEFAULT,
    frames: FrameChoice = "amplitude",
    acceleration: int = 0,
) -> Shape:
    """Shape of a network for a context. Raises SpecError, naming what is offered, or what does not go together."""
    width = recipe.width or (SAMPLES_WIDTH if frames == "raw" else _of(WIDTHS[domain], context_ms))
    if recipe.architecture == "cnn":
        if frames == "raw":
            return Shape(_of(SAMPLES, context_ms), width, acceleration=acceleration)
        dilations, pooled = _of(CONVOLUTIONAL[domain], context_ms)
        return Shape(dilations, width, acceleration=acceleration, pooled=pooled)
    if frames == "raw":
        raise SpecError(
            "a GRU over raw samples would have far too many steps; choose other frames, or architecture=cnn"
        )
    dilations, steps = _of(RECURRENT[domain], context_ms)
    return Shape(dilations, width, steps, recipe.units, acceleration)


def _of(offered: dict[int, T], context_ms: int) -> T:
    try:
        return offered[context_ms]
    except KeyError:
        known = ", ".join(str(c) for c in offered)
        raise SpecError(f"a context of {context_ms} ms is not offered; choose one of {known} ms") from None
