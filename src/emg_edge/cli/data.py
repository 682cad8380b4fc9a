"""`emg-edge data`: what is there, and how to make some."""

import importlib

import click

# command -> (module, one line of help); the listing must not import the commands
_COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("emg_edge.cli.check", "List what a folder or zip of NinaPro files holds, lacks, and has damaged."),
    "simulate": ("emg_edge.cli.simulate_data", "Write a small data set of a simulated forearm in NinaPro's layout."),
}


class _DataGroup(click.Group):
    """Lists commands from the table above and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        found: click.Command = importlib.import_module(_COMMANDS[cmd_name][0]).command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])


@click.command(cls=_DataGroup, name="data")
def command() -> None:
    """Check NinaPro files, or simulate some."""
