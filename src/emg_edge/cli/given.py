"""Which options the user said, so that one that would be ignored is refused."""

import click
from click.core import ParameterSource


def given(ctx: click.Context) -> dict[str, str]:
    """Parameter -> how it is written, of those on the command line."""
    return {
        one.name: one.opts[0]
        for one in ctx.command.params
        if one.name and ctx.get_parameter_source(one.name) is ParameterSource.COMMANDLINE
    }
