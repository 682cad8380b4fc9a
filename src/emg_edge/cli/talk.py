"""What a command tells its user while it goes on: on stderr, so that stdout holds data alone."""

import contextlib
import sys

import click


def say(text: str) -> None:
    """Write a sentence, over a live view if there is one."""
    from emg_edge.device.view import CLEAR_LINE  # noqa: PLC0415 - nothing of the device for --help

    start = CLEAR_LINE if sys.stderr.isatty() else ""  # the view may have drawn on this line
    with contextlib.suppress(OSError):  # a full or closed stderr is no reason to stop decoding
        click.echo(f"{start}{text}", err=True)
