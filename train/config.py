"""Settings of a training run; the resolved copy stands in the run folder."""

from typing import Literal

import msgspec

from emg_edge.signal.source import Domain
from emg_edge.signal.spec import FrameChoice
from emg_edge.train.fitting.recipe import Recipe


class TrainConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that decides a result, besides the data's content.

    domain None means: raw when every recording is, else envelope. subjects empty means all. head names the database
    whose head the decoder has, where the recipe has one for each.
    """

    data: str
    databases: tuple[str, ...] = ()
    subjects: tuple[int, ...] = ()
    domain: Domain | None = None
    montage: Literal["ring4", "ring8", "ring8+2", "ring16"] = "ring8"
    context_ms: int = 400
    rest: bool = True
    notch_hz: float = 0.0
    frames: FrameChoice = "amplitude"
    acceleration: bool = False
    head: str | None = None
    each_subject: bool = False
    seed: int = 0
    recipe: Recipe = Recipe()
