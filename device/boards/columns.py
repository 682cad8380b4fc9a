"""Which channels of a board to read, in which order, and as what layout they count."""

from dataclasses import dataclass

from emg_edge.errors import BoardError
from emg_edge.signal.montage import layout_of


@dataclass(frozen=True)
class Columns:
    """Channels to deliver, counted from 0, None for all as they come; and the layout that they make up."""

    chosen: tuple[int, ...] | None
    layout: str


def choose(name: str, there: int, asked: tuple[int, ...]) -> Columns:
    """Take the channels that the user named (counted from 1), else all. Raises BoardError for one it does not have."""
    if asked and max(asked) > there:
        raise BoardError(f"--channels names channel {max(asked)}, and {name} has {there}: name some from 1 to {there}")
    chosen = tuple(channel - 1 for channel in asked) if asked else None
    return Columns(chosen, layout_of(len(asked) or there))
