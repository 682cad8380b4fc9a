"""The progress of every command, on stderr: a bar on a terminal, elsewhere a line now and then."""

import sys
import time
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import click

_SECONDS_BETWEEN = (
    30.0  # lines, where nobody can watch a bar: a log shows that work goes on, and short work says nothing
)


def bar(things: Collection[Any], doing: str) -> Iterable[Any]:
    """A Progress that draws, or tells."""
    if not sys.stderr.isatty():
        return _told(things, doing)
    from tqdm import tqdm  # noqa: PLC0415 - only where a bar is drawn

    shown: Iterable[Any] = tqdm(things, desc=doing, leave=False)
    return shown


def _told(things: Collection[Any], doing: str) -> Iterator[Any]:
    last_s = time.monotonic()
    for done, thing in enumerate(things):
        if time.monotonic() - last_s >= _SECONDS_BETWEEN:
            last_s = time.monotonic()
            click.echo(f"{doing}: {done} of {len(things)}", err=True)
        yield thing
