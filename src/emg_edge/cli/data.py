"""`emg-edge data`: what is there, and how to make some."""

import click

from emg_edge.cli.lazy import LazyGroup

_COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("emg_edge.cli.check", "List what a folder or zip of recordings holds, lacks, and has damaged."),
    "simulate": ("emg_edge.cli.simulate_data", "Write a small data set of a simulated forearm in NinaPro's layout."),
}


@click.command(cls=LazyGroup, table=_COMMANDS, name="data")
def command() -> None:
    """Check recordings, or simulate some in NinaPro's layout."""
