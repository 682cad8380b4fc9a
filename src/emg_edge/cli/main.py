"""The click group. Every command lives in its own module and is imported only when it is called."""

import importlib
import sys
from typing import Any

import click

from emg_edge.errors import EmgEdgeError

# command -> (module, one line of help); the listing must not import the commands
COMMANDS: dict[str, tuple[str, str]] = {
    "data": ("emg_edge.cli.data", "Check NinaPro files, or simulate some."),
    "train": ("emg_edge.cli.train", "Train a decoder on NinaPro recordings."),
    "quantize": ("emg_edge.cli.quantize", "Turn a training run into one int8 .tflite file."),
    "info": ("emg_edge.cli.info", "Show all that is inside a .tflite file of ours."),
    "run": ("emg_edge.cli.run", "Decode a board live."),
    "boards": ("emg_edge.cli.boards", "List the boards and what each needs."),
}


class LazyGroup(click.Group):
    """Lists commands from the table above and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="emg-edge")
def cli() -> None:
    """Train a gesture decoder on public muscle signals (surface EMG) and run it live on your board.

    Try it without hardware: emg-edge run --board synthetic
    """


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; an EmgEdgeError is one sentence on stderr and exit code 1, misuse is 2."""
    try:
        return cli.main(args=arguments, prog_name="emg-edge")
    except EmgEdgeError as error:
        click.echo(f"emg-edge: {error}", err=True)
        sys.exit(1)
