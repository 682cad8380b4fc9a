"""The command line's entry."""

import errno
import os
import sys
from typing import Any

import click

from emg_edge.cli.lazy import LazyGroup
from emg_edge.errors import EmgEdgeError

# command -> (module, one line of help)
COMMANDS: dict[str, tuple[str, str]] = {
    "data": ("emg_edge.cli.data", "Check recordings, or simulate some."),
    "train": ("emg_edge.cli.train", "Train a decoder on recordings."),
    "evaluate": ("emg_edge.cli.evaluate", "Evaluate decoders under a frozen, leak-free protocol."),
    "quantize": ("emg_edge.cli.quantize", "Turn a training run into one int8 .tflite file."),
    "verify": ("emg_edge.cli.verify", "Show that a .tflite file decides alike wherever it runs."),
    "info": ("emg_edge.cli.info", "Show all that is inside a .tflite file of ours."),
    "run": ("emg_edge.cli.run", "Decode a board live."),
    "bench": ("emg_edge.cli.bench", "Measure the whole loop on this machine."),
    "record": ("emg_edge.cli.record", "Record a board, crash-safe."),
    "simulate": ("emg_edge.cli.simulate", "Simulate a board on a pseudo-terminal, for any client."),
    "boards": ("emg_edge.cli.boards", "List the boards and what each needs."),
}


@click.command(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="emg-edge")
def cli() -> None:
    """Train a gesture decoder on public muscle signals (surface EMG) and run it live on your board.

    Try it without hardware: emg-edge run --board synthetic
    """


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; an EmgEdgeError is one sentence on stderr and exit code 1, misuse is 2."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us; a file opened later must not become it
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
    try:
        return cli.main(args=arguments, prog_name="emg-edge")
    except EmgEdgeError as error:
        click.echo(f"emg-edge: {error}", err=True)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what could not be written is not tried again at exit
        click.echo(f"emg-edge: cannot write the output: {os.strerror(error.errno).lower()}", err=True)
    sys.exit(1)
