"""Settings of a training run; the resolved copy stands in the run folder."""

from typing import Literal

import msgspec

from emg_edge.signal.source import Domain
from emg_edge.train.data.sequences import Balance


class TrainConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that decides a result, besides the data's content.

    domain None means: raw when every recording is, else envelope. subjects empty means all.
    """

    data: str
    databases: tuple[str, ...] = ()
    subjects: tuple[int, ...] = ()
    domain: Domain | None = None
    montage: Literal["ring4", "ring8", "ring16"] = "ring8"
    context_ms: int = 400
    rest: bool = True
    notch_hz: float = 0.0
    balance: Balance = "sampling"
    each_subject: bool = False
    seed: int = 0
    epochs: int = 60
    patience: int = 30
    refit: bool = True  # train again on training and validation repetitions, for as long as was best
    batch: int = 32
    most_sequences: int = 8000  # an epoch is never longer: progress, validation and checkpoints come often enough
    dropout: float | None = None  # None: by the amount of data, see fit.regularised
    label_smoothing: float | None = None  # likewise
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    noise: float = 0.05  # augmentation, in standard deviations of the frames
    gain: float = 0.1
