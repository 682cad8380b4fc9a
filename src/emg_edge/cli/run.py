"""`emg-edge run`: decode a board live."""

import contextlib
import math
import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from emg_edge.cli.numbers import Numbers

FASTEST = 1e6  # beyond it, say max
SLOWEST = 0.1  # slower than this, one sample of a 100 Hz recording after the other would look like a silent board

# Options that mean something to some of our boards only; on another they would be ignored, which is refused.
_ONLY_FOR: dict[str, tuple[str, ...]] = {
    "speed": ("synthetic", "replay"),
    "seed": ("synthetic",),
    "subject": ("synthetic",),
    "movement": ("synthetic",),
    "file": ("replay", "brainflow"),
    "database": ("replay",),
    "rate": ("replay",),
    "unit": ("replay",),
    **dict.fromkeys(("channels", "master_board", "serial_port", "mac_address", "ip_address"), ("brainflow",)),
    **dict.fromkeys(("ip_port", "timeout", "other_info", "serial_number"), ("brainflow",)),
}


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


def _number(ctx: click.Context, param: click.Parameter, value: float) -> float:
    if math.isnan(value):  # a range lets it through
        raise click.BadParameter("nan is no number", ctx, param)
    return value


def _positive(ctx: click.Context, param: click.Parameter, value: float | None) -> float:
    if value is None:
        return math.inf
    if not 0 < value < math.inf:
        raise click.BadParameter(f"{value:g} s is no duration; give more than 0", ctx, param)
    return value


@click.command()
@click.option("--board", required=True, metavar="NAME", help="synthetic, replay, brainflow:NAME (see: emg-edge boards)")
@click.option("--model", type=click.Path(path_type=Path), help="a .tflite made by quantize [the one that ships]")
@click.option("--file", default="", metavar="FILE", help="the recording that replay plays")
@click.option("--ring", metavar="upper|lower", help="which ring of eight, where a recording holds two [the upper]")
@click.option("--speed", callback=_speed, default="1", metavar="FLOAT|max", help="of replay and synthetic [1: real]")
@click.option("--duration", type=float, callback=_positive, metavar="SECONDS", help="of signal, then end [no end]")
@click.option("--summary", type=click.Path(path_type=Path), metavar="FILE", help="write the run's figures as JSON")
@click.option("--json", "lines", is_flag=True, help="JSON lines on stdout even on a terminal")
@click.option("--view", is_flag=True, help="the live view even when stdout is no terminal (then on stderr)")
@click.option(
    "--min-probability",
    type=click.FloatRange(0, 1),
    callback=_number,
    default=0.0,
    help="below it the state is unknown [0]",
)
@click.option("--wearer", metavar="NAME", help="whose scale to use, as DB5-S1, or mean [the board's, else mean]")
@click.option("--threads", type=click.IntRange(1, 64), default=1, help="of the network [1]")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, help="of the simulated wearer [0]")
@click.option("--subject", type=click.IntRange(1), default=1, help="which simulated wearer [1]")
@click.option("--movement", multiple=True, metavar="NAME|NUMBER", help="make only these (synthetic; may be repeated)")
@click.option("--database", metavar="NAME", help="where a file could be of several, as DB2")
@click.option("--rate", type=click.FloatRange(1, 100_000), metavar="HZ", help="of a table that replay plays")
@click.option("--unit", type=click.Choice(["uV", "V", "myo-count"]), help="of a table that replay plays")
@click.option("--channels", type=Numbers(), default="", metavar="1-8", help="of a BrainFlow board that has more")
@click.option("--serial-port", default="", metavar="PORT")
@click.option("--mac-address", default="", metavar="ADDRESS")
@click.option("--ip-address", default="", metavar="ADDRESS")
@click.option("--ip-port", type=int, default=0, metavar="PORT")
@click.option(
    "--timeout", type=int, default=0, metavar="SECONDS", help="until a board is given up that does not answer"
)
@click.option("--master-board", default="", metavar="NAME", help="what a BrainFlow playback file was recorded from")
@click.option("--other-info", default="", metavar="TEXT")
@click.option("--serial-number", default="", metavar="TEXT")
@click.pass_context
def command(ctx: click.Context, /, board: str, summary: Path | None, lines: bool, view: bool, **given: Any) -> None:
    """Decode a board live.

    Writes one JSON line a decision to stdout, or shows them where stdout is a terminal; all talk goes to stderr.
    Ctrl-C ends the run, with its figures.
    """
    _refuse_ignored(ctx, board)
    import gc  # noqa: PLC0415 - here and below: nothing heavy before the options are found good

    from emg_edge.decoding import modelfile  # noqa: PLC0415
    from emg_edge.device import session as sessions  # noqa: PLC0415
    from emg_edge.device import summary as summaries  # noqa: PLC0415
    from emg_edge.device.boards.board import BoardOptions  # noqa: PLC0415
    from emg_edge.device.stopping import asked_to_stop  # noqa: PLC0415
    from emg_edge.models import shipped  # noqa: PLC0415

    if summary is not None:
        read = [Path(name) for name in (given["model"], given["file"]) if name]
        summaries.check_writable(summary, *read)
    board_options = BoardOptions(
        **{
            word: given[word]
            for word in (
                *("serial_port", "mac_address", "ip_address", "ip_port", "timeout", "file", "master_board"),
                *("other_info", "serial_number", "channels", "speed", "seed", "subject", "database", "unit"),
            )
        },
        rate_hz=given["rate"],
    )
    options = sessions.RunOptions(
        board=board,
        board_options=board_options,
        movements=given["movement"],
        ring=given["ring"],
        wearer=given["wearer"],
        min_probability=given["min_probability"],
        threads=given["threads"],
        duration_s=given["duration"],
    )
    path: Path = given["model"] or shipped()
    if given["model"] is None:
        _say("using the model that ships with emg-edge, a decoder for the simulated forearm (--model changes it)")
    model = modelfile.read(path)
    with asked_to_stop() as stopped:
        session = sessions.Session(model, path.name, options, _say)
        sinks = _sinks(lines, view, model.description.names)
        gc.collect()
        gc.freeze()  # what is loaded by now stays: no collection during the run goes through it
        try:
            session.run(sinks, stopped)
        finally:  # a board that failed has figures too
            for sink in sinks:
                sink.close()
            figures = session.summary()
            _say(summaries.as_text(figures))
            if summary is not None:
                summaries.write(summary, figures)
    # Ctrl-C and SIGTERM end here too, with exit code 0: to be ended is what a live run is for.


def _sinks(lines: bool, view: bool, names: tuple[str, ...]) -> list[Any]:
    from emg_edge.device.changes import Changes  # noqa: PLC0415
    from emg_edge.device.sinks import JsonLines  # noqa: PLC0415
    from emg_edge.device.view import View  # noqa: PLC0415

    terminal = sys.stdout.isatty()
    sinks: list[Any] = []
    if lines or not terminal:
        stream = sys.stdout.buffer
        sinks.append(JsonLines(getattr(stream, "raw", stream)))  # unbuffered where there is such a thing
    if view or (terminal and not lines):
        stream = sys.stderr if sinks else sys.stdout
        sinks.append((View if stream.isatty() else Changes)(stream, names))
    return sinks


def _refuse_ignored(ctx: click.Context, board: str) -> None:
    kind = board.partition(":")[0].lower()
    ours = {name for names in _ONLY_FOR.values() for name in names}
    for option, boards in _ONLY_FOR.items():
        said = ctx.get_parameter_source(option) is ParameterSource.COMMANDLINE
        if said and kind in ours and kind not in boards:
            raise click.UsageError(
                f"--{option.replace('_', '-')} is for the board {' or '.join(boards)}, and this is '{kind}'", ctx
            )


def _say(text: str) -> None:
    from emg_edge.device.view import CLEAR_LINE  # noqa: PLC0415

    start = CLEAR_LINE if sys.stderr.isatty() else ""  # the view may have drawn on this line
    with contextlib.suppress(OSError):  # a full or closed stderr is no reason to stop decoding
        click.echo(f"{start}{text}", err=True)
