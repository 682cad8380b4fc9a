"""What of a decoder both `train` and `evaluate` let the user choose."""

from collections.abc import Callable
from typing import Any

import click

_OPTIONS = (
    click.option(
        "--frames",
        type=click.Choice(["amplitude", "sub-bands", "raw"]),
        default="amplitude",
        show_default=True,
        help="What the network sees of the signal.",
    ),
    click.option("--acceleration", is_flag=True, help="The network sees the arm's accelerometer, too."),
    click.option(
        "--recipe",
        multiple=True,
        metavar="KEY=VALUE",
        help="Change the recipe: noise=0.1; may be repeated, and a wrong key lists all.",
    ),
)


def decoder_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):  # decorators apply from the last to the first, and help shows the first first
        command = option(command)
    return command
