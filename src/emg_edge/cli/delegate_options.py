"""Where a network runs: the options that `run` and `bench` share."""

from collections.abc import Callable
from typing import Any

import click

from emg_edge.decoding.delegates import AUTO, CHOICES, CPU


def _not_beside_cpu(ctx: click.Context, _: click.Parameter, value: str | None) -> str | None:
    if value is not None and ctx.params.get("delegate") == CPU:
        raise click.UsageError("--delegate-library goes with --delegate edgetpu or auto: the CPU has no library")
    return value


_OPTIONS = (
    click.option(
        "--delegate",
        type=click.Choice(CHOICES),
        default=AUTO,
        is_eager=True,  # before the library, which looks at it
        help="What runs the network. edgetpu: a Coral Edge TPU, or the run is refused. cpu: never one. auto: the Edge "
        "TPU for a model compiled for it; where that is missing, the CPU with the file it was compiled from.  [auto]",
    ),
    click.option(
        "--delegate-library",
        metavar="PATH",
        callback=_not_beside_cpu,
        help="The delegate's library, if it is not where the system finds it.  [libedgetpu.so.1]",
    ),
)


def delegate_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):  # decorators apply from the last to the first, and help shows the first first
        command = option(command)
    return command
