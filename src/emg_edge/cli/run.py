"""`emg-edge run`: decode a board live."""

import sys
from pathlib import Path
from typing import Any

import click

from emg_edge.cli.board_options import board_options, collect, duration, refuse_ignored
from emg_edge.cli.delegate_options import delegate_options
from emg_edge.cli.numbers import MOST_THREADS, Finite
from emg_edge.cli.talk import say


@click.command()
@board_options
@click.option("--model", type=click.Path(path_type=Path), help="a .tflite made by quantize [the one that ships]")
@click.option("--duration", type=float, callback=duration, metavar="SECONDS", help="of signal, then end [no end]")
@click.option("--summary", type=click.Path(path_type=Path), metavar="FILE", help="write the run's figures as JSON")
@click.option("--json", "lines", is_flag=True, help="JSON lines on stdout even on a terminal")
@click.option("--view", is_flag=True, help="the live view even when stdout is no terminal (then on stderr)")
@click.option("--ring", metavar="upper|lower", help="which ring of eight, where the source holds two [the upper]")
@click.option("--turn", type=click.IntRange(-15, 15), default=0, help="the model's electrode 1 is the board's 1 + this")
@click.option("--mirrored", is_flag=True, help="the board's ring is numbered the other way round")
@click.option("--notch", type=click.Choice(["50", "60"]), help="filter out this mains hum and its harmonics (Hz)")
@click.option(
    "--min-probability",
    type=Finite(0, 1),
    default=0.0,
    help="below it the state is unknown [0]",
)
@click.option("--wearer", metavar="NAME", help="whose scale to use, as DB5-S1, or mean [the board's, else mean]")
@click.option("--threads", type=click.IntRange(1, MOST_THREADS), default=1, help="of the network [1]")
@delegate_options
@click.pass_context
def command(ctx: click.Context, /, board: str, summary: Path | None, lines: bool, view: bool, **given: Any) -> None:
    """Decode a board live.

    Writes one JSON line a decision to stdout, or shows them where stdout is a terminal; all talk goes to stderr.
    Ctrl-C ends the run, with its figures.
    """
    refuse_ignored(ctx, board)
    import gc  # noqa: PLC0415 - here and below: nothing heavy before the options are found good

    from emg_edge.decoding import modelfile  # noqa: PLC0415
    from emg_edge.decoding.placement import place  # noqa: PLC0415
    from emg_edge.device import session as sessions  # noqa: PLC0415
    from emg_edge.device import summary as summaries  # noqa: PLC0415
    from emg_edge.device.stopping import asked_to_stop  # noqa: PLC0415
    from emg_edge.models import shipped  # noqa: PLC0415
    from emg_edge.signal.montage import Turn  # noqa: PLC0415

    if summary is not None:
        read = [Path(name) for name in (given["model"], given["file"]) if name]
        summaries.check_writable(summary, *read)
    options = sessions.RunOptions(
        board=board,
        board_options=collect(given),
        movements=given["movement"],
        ring=given["ring"],
        turn=Turn(given["turn"], given["mirrored"]),
        notch_hz=float(given["notch"] or 0),
        wearer=given["wearer"],
        min_probability=given["min_probability"],
        threads=given["threads"],
        duration_s=given["duration"],
    )
    path: Path = given["model"] or shipped()
    placed = place(modelfile.read(path), path, given["delegate"], given["delegate_library"])
    with asked_to_stop() as stopped:
        session = sessions.Session(placed.model, placed.path.name, options, say, placed)
        if given["model"] is None:
            say("using the model that ships with emg-edge, a decoder for the simulated forearm (--model changes it)")
        sinks = _sinks(lines, view, placed.model.description.names, live=session.live)
        gc.collect()
        gc.freeze()  # what is loaded by now stays: no collection during the run goes through it
        try:
            session.run(sinks, stopped)
        finally:  # a board that failed has figures too
            for sink in sinks:
                sink.close()
            figures = session.summary()
            if figures.samples or sys.exc_info()[0] is None:  # a board that never started has a reason, and no figures
                say(summaries.as_text(figures))
            if summary is not None:
                summaries.write(summary, figures)
    # Ctrl-C and SIGTERM end here too, with exit code 0: to be ended is what a live run is for.


def _sinks(lines: bool, view: bool, names: tuple[str, ...], *, live: bool) -> list[Any]:
    from emg_edge.device.changes import Changes  # noqa: PLC0415
    from emg_edge.device.sinks import JsonLines  # noqa: PLC0415
    from emg_edge.device.view import View  # noqa: PLC0415

    terminal = sys.stdout.isatty()
    sinks: list[Any] = []
    if lines or not terminal:
        stream = sys.stdout.buffer
        sinks.append(JsonLines(getattr(stream, "raw", stream), live=live))  # unbuffered where there is such a thing
    if view or (terminal and not lines):
        stream = sys.stderr if sinks else sys.stdout
        sinks.append((View if stream.isatty() else Changes)(stream, names))
    return sinks
