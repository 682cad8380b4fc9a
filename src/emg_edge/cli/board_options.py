"""The options that say which board, and how to reach it: shared by all commands that open one."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from emg_edge.cli.given import given
from emg_edge.cli.numbers import RATE_HZ, Finite, Numbers

if TYPE_CHECKING:
    from emg_edge.device.boards.board import BoardOptions

FASTEST = 1e6  # beyond it, say max
SLOWEST = 0.1  # slower than this, one sample of a 100 Hz recording after the other would look like a silent board

_DONGLES = ("myo", "ganglion")
_BLUETOOTH = ("myo-bluetooth", "ganglion-bluetooth")
_CYTONS = ("cyton", "cyton-daisy")
_HOME_MADE = ("framed", "csv")
_SERIAL = (*_CYTONS, *_DONGLES, *_HOME_MADE)

# Options that mean something to some of our boards only; on another they would be ignored, which is refused.
_ONLY_FOR: dict[str, tuple[str, ...]] = {
    "speed": ("synthetic", "replay"),
    **dict.fromkeys(("seed", "subject", "movement", "via"), ("synthetic",)),
    "file": ("replay", "brainflow"),
    "database": ("replay",),
    "rate": ("replay", "csv"),
    "unit": ("replay",),
    "master_board": ("replay", "brainflow"),
    "label": ("replay", "brainflow", *_SERIAL, *_BLUETOOTH),
    "channels": ("brainflow", *_SERIAL, *_BLUETOOTH),
    "serial_port": ("brainflow", *_SERIAL),
    "mac_address": ("brainflow", *_DONGLES, *_BLUETOOTH),
    **dict.fromkeys(("gain", "preset"), _CYTONS),
    "baud": _HOME_MADE,
    "uv_per_count": _HOME_MADE,
    "counter": ("csv",),
    **dict.fromkeys(("ip_address", "ip_port", "timeout", "other_info", "serial_number"), ("brainflow",)),
}
KNOWN = {name for names in _ONLY_FOR.values() for name in names}

F = TypeVar("F", bound=Callable[..., Any])


def _speed(ctx: click.Context, param: click.Parameter, value: str) -> float:
    if value == "max":
        return math.inf
    try:
        speed = float(value)
    except ValueError:
        speed = math.nan
    if not SLOWEST <= speed <= FASTEST:
        raise click.BadParameter(f"'{value}' is neither max nor from {SLOWEST:g} to {FASTEST:g}", ctx, param)
    return speed


def _board(ctx: click.Context, _param: click.Parameter, value: str) -> str:
    if not value:
        raise click.UsageError("say which board: --board synthetic needs no hardware, emg-edge boards lists all", ctx)
    return value


def duration(ctx: click.Context, param: click.Parameter, value: float | None) -> float:
    """Check a number of seconds; none given is for ever."""
    if value is None:
        return math.inf
    if not 0 < value < math.inf:
        raise click.BadParameter(f"{value:g} s is no duration; give more than 0", ctx, param)
    return value


_OPTIONS = (
    click.option(
        "--board", callback=_board, default="", metavar="NAME", help="synthetic, cyton, myo, ... (see: emg-edge boards)"
    ),
    click.option("--serial-port", default="", metavar="PORT", help="as /dev/ttyUSB0 [auto: the one with its USB id]"),
    click.option("--mac-address", default="", metavar="ADDRESS", help="of a Myo or Ganglion, where there are several"),
    click.option("--channels", type=Numbers(), default="", metavar="1-8", help="which of the board's, in this order"),
    click.option("--gain", type=int, default=24, help="of the Cyton's amplifiers: 1, 2, 4, 6, 8, 12, 24 [24]"),
    click.option(
        "--preset",
        type=click.Choice(["emg", "default"]),
        default="emg",
        help="of the Cyton's channels: each between its own two electrodes, or as OpenBCI has them [emg]",
    ),
    click.option("--file", default="", metavar="FILE", help="the recording that replay plays"),
    click.option("--speed", callback=_speed, default="1", metavar="FLOAT|max", help="of replay, synthetic [1: real]"),
    click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, help="of the simulated wearer [0]"),
    click.option("--subject", type=click.IntRange(1), default=1, help="which simulated wearer [1]"),
    click.option("--movement", multiple=True, metavar="NAME|NUMBER", help="make only these (synthetic; repeatable)"),
    click.option("--via", default="", metavar="BOARD", help="send synthetic through this board's wire, as cyton"),
    click.option("--database", metavar="NAME", help="where a file could be of several, as DB2"),
    click.option("--rate", type=RATE_HZ, metavar="HZ", help="of a table, or of printed lines"),
    click.option("--unit", type=click.Choice(["uV", "V", "myo-count"]), help="of a table that replay plays"),
    click.option("--baud", type=click.IntRange(300, 4_000_000), metavar="RATE", help="of a home-made board's line"),
    click.option(
        "--uv-per-count",
        type=Finite(0, min_open=True),
        metavar="UV",
        help="what a home-made board's count is worth",
    ),
    click.option("--counter", type=click.IntRange(1), metavar="COLUMN", help="of printed lines, that counts samples"),
    click.option("--master-board", default="", metavar="NAME", help="BrainFlow's name of the board in a recording"),
    click.option("--ip-address", default="", metavar="ADDRESS", help="of a BrainFlow board"),
    click.option("--ip-port", type=int, default=0, metavar="PORT", help="of a BrainFlow board"),
    click.option("--timeout", type=int, default=0, metavar="SECONDS", help="until BrainFlow gives a board up"),
    click.option("--other-info", default="", metavar="TEXT", help="for BrainFlow"),
    click.option("--serial-number", default="", metavar="TEXT", help="for BrainFlow"),
)


def board_options(command: F) -> F:
    """Add them to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def collect(given: dict[str, Any]) -> "BoardOptions":
    """Take the board's options out of all that was given; what is left belongs to the command."""
    from emg_edge.device.boards.board import BoardOptions  # noqa: PLC0415 - nothing heavy for --help

    same = (
        *("serial_port", "mac_address", "ip_address", "ip_port", "timeout", "file", "master_board", "other_info"),
        *("serial_number", "channels", "speed", "seed", "subject", "database", "unit", "gain", "preset"),
        *("uv_per_count", "via"),
    )
    return BoardOptions(
        **{word: given.pop(word) for word in same},
        rate_hz=given.pop("rate"),
        baud=given.pop("baud") or 0,
        counter=given.pop("counter") or 0,
    )


def refuse_ignored(ctx: click.Context, board: str) -> None:
    """Raise UsageError for an option that this board would ignore."""
    kind = board.partition(":")[0].lower()
    said = given(ctx)
    for option, boards in _ONLY_FOR.items():
        if option in said and kind in KNOWN and kind not in boards:
            raise click.UsageError(f"{said[option]} is for the board {_listed(boards)}, and this is '{kind}'", ctx)


def _listed(boards: tuple[str, ...]) -> str:
    *first, last = boards
    return f"{', '.join(first)} or {last}" if first else last
