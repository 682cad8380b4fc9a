"""How long work tells that it goes on, without knowing where it is shown."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

# Wraps a collection of what is still to do, so that a caller can draw a bar: (things, what is done with them).
Progress = Callable[[Collection[Any], str], Iterable[Any]]


def in_order(things: Collection[Any], doing: str) -> Iterable[Any]:
    """Show no progress."""
    del doing
    return things
