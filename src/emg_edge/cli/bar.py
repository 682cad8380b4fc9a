"""The progress bar of every command: on stderr, and only on a terminal."""

import sys
from collections.abc import Collection, Iterable
from typing import Any


def bar(things: Collection[Any], doing: str) -> Iterable[Any]:
    """A Progress that draws."""
    from tqdm import tqdm  # noqa: PLC0415 - only where a bar is drawn

    shown: Iterable[Any] = tqdm(things, desc=doing, leave=False, disable=not sys.stderr.isatty())
    return shown
