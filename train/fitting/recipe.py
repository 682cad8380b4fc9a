"""The recipe: all that decides how a network learns, besides the data and the front end."""

from collections.abc import Iterable
from typing import Literal, get_args

import msgspec

from emg_edge.errors import SpecError
from emg_edge.plain import plain
from emg_edge.train.data.sequences import Balance

Architecture = Literal["cnn", "cnn-gru"]
HeadChoice = Literal["shared", "database"]
_WORDS = {"architecture": get_args(Architecture), "heads": get_args(HeadChoice), "balance": get_args(Balance)}


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Augmentation keeps to physics: in the log domain a gain is an offset.

    architecture    cnn: convolutions alone; cnn-gru: fewer of them, and a GRU over what is left of the context
    heads           database: one for each, over its own movements, above what all share; the decoder has one of them
    members         networks that are trained apart and decide together, by the mean of their logits
    width           channels of every convolution; None is the domain's
    units           numbers in the GRU's state
    epochs          passes over the training windows, of at most `most_sequences` sequences each, so that progress and
                    checkpoints come often enough
    least_steps     batches to learn from at least: where there is little data, there are more epochs
    weight_decay, dropout, label_smoothing   None is by the amount of data, see task.regularised
    noise           standard deviation of white noise added to each frame, in standard deviations of the frames
    gain            of an offset common to a sequence's channels; channel_gain, of one for each channel; where frames
                    are raw samples, of the logarithm of a factor
    channel_dropout probability that a sequence's channel lies flat, as when an electrode is off
    rotation        largest turn of a ring, in electrodes, by interpolation: for decoders of other people only
    average         momentum of a running mean of the weights over the steps, which is what is kept; 0 keeps the last
    """

    architecture: Architecture = "cnn"
    heads: HeadChoice = "shared"
    members: int = 1
    width: int | None = None
    units: int = 48
    epochs: int = 60
    least_steps: int = 0
    most_sequences: int = 8000
    batch: int = 32
    balance: Balance = "sampling"
    learning_rate: float = 3e-3
    weight_decay: float | None = None
    dropout: float | None = None
    label_smoothing: float | None = None
    noise: float = 0.05
    gain: float = 0.1
    channel_gain: float = 0.0
    channel_dropout: float = 0.0
    rotation: float = 0.0
    average: float = 0.0


# For decoders of people whom training never saw: the more it learns of the others, the less it knows of these. Six
# epochs did as well as ten, and thirty cost two points (DB5, leave one person out); a committee won more than a point.
STRANGERS = Recipe(members=4, width=48, epochs=6)


def changed(settings: Iterable[str], base: Recipe = Recipe()) -> Recipe:  # noqa: B008 - it is frozen
    """Apply settings written KEY=VALUE to a recipe. Raises SpecError for what is no setting, or no such value."""
    for setting in settings:
        key, written, value = setting.partition("=")
        if not written or key not in Recipe.__struct_fields__:
            known = ", ".join(Recipe.__struct_fields__)
            raise SpecError(f"the recipe cannot be changed by '{setting}': expected KEY=VALUE, where KEY is of {known}")
        try:
            base = msgspec.convert(msgspec.structs.asdict(base) | {key: value}, Recipe, strict=False)
        except msgspec.ValidationError as error:
            choices = f"; choose one of {', '.join(_WORDS[key])}" if key in _WORDS else ""
            raise SpecError(f"the recipe cannot be changed so: {plain(error)}{choices}") from error
    return base


class FineTuning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What differs when a network that others trained goes on with one person's data.

    One repetition of seven gestures makes two batches an epoch, and 40 epochs of them were too few (Cote-Allard, one
    cycle, one seed: 95.7 after 80 steps, 96.4 after 240, 96.5 after 600).
    """

    epochs: int = 40
    least_steps: int = 600
    learning_rate: float = 1e-3
