"""emg-edge bench."""

from pathlib import Path

import click

from emg_edge.cli.delegate_options import delegate_options
from emg_edge.cli.given import given
from emg_edge.cli.numbers import MOST_THREADS, Finite, Numbers
from emg_edge.cli.simulate import BOARDS
from emg_edge.cli.talk import say
from emg_edge.device.benchmark import LEAST_S, LEAST_SOAK_MINUTES, MOST_RUNS


@click.command("bench")
@click.option("--model", type=click.Path(path_type=Path), help="A .tflite made by quantize [the one that ships].")
@click.option("--board", type=click.Choice(BOARDS), default="myo", show_default=True, help="Whose bytes to decode.")
@click.option(
    "--num-runs", type=click.IntRange(10, MOST_RUNS), default=1000, show_default=True, help="Decisions to measure."
)
@click.option(
    "--warmup-runs", type=click.IntRange(0, MOST_RUNS), default=50, show_default=True, help="Decisions before them."
)
@click.option(
    "--num-threads", type=Numbers(MOST_THREADS), default="1", show_default=True, metavar="1,2,4", help="Each in turn."
)
@click.option("--duration", type=Finite(LEAST_S), default=20.0, show_default=True, help="Seconds in real time.")
@click.option(
    "--soak", type=Finite(LEAST_SOAK_MINUTES), metavar="MINUTES", help="In real time for so long; watch memory."
)
@delegate_options
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write all figures here.")
@click.option("--compare", is_flag=True, help="Hold the given files of earlier benchmarks against each other.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.pass_context
def command(
    ctx: click.Context,
    model: Path | None,
    board: str,
    num_runs: int,
    warmup_runs: int,
    num_threads: tuple[int, ...],
    duration: float,
    soak: float | None,
    delegate: str,
    delegate_library: str | None,
    json_file: Path | None,
    compare: bool,
    files: tuple[Path, ...],
) -> None:
    """Measure the whole loop on this machine: where a decision's time goes, and what a run in real time costs.

    \b
    This machine:      emg-edge bench --json pi5.json
    An hour's run:     emg-edge bench --soak 60
    Two machines:      emg-edge bench --compare pi4.json pi5.json
    """
    from emg_edge.device.benchmark import text  # noqa: PLC0415 - here and below: nothing heavy for --help

    if compare:
        ignored = [option for name, option in given(ctx).items() if name not in ("compare", "files")]
        if ignored:
            raise click.UsageError(
                f"--compare prints a table of what was measured and measures nothing; leave {', '.join(ignored)} out"
            )
        if len(files) < 2:
            raise click.UsageError("--compare takes two files or more: emg-edge bench --compare a.json b.json")
        click.echo(text.compared([(path.stem, text.read(path)) for path in files]))
        return
    if files:
        raise click.UsageError(f"'{files[0]}' goes with --compare; a model is named by --model")
    if soak is not None and "duration" in given(ctx):
        raise click.UsageError("--soak is a duration itself, in minutes; leave --duration out")
    if not num_threads:
        raise click.UsageError("--num-threads takes a number or several: 1,2,4")
    from emg_edge.decoding import modelfile, placement  # noqa: PLC0415
    from emg_edge.device.benchmark import run  # noqa: PLC0415
    from emg_edge.device.stopping import asked_to_stop  # noqa: PLC0415
    from emg_edge.files import check_results, write_json  # noqa: PLC0415
    from emg_edge.models import shipped  # noqa: PLC0415

    path = model or shipped()
    check_results(json_file, None, path, key="stages")
    seconds = duration if soak is None else 60 * soak
    options = run.Options(board, num_runs, warmup_runs, num_threads, seconds, soak=soak is not None)
    with asked_to_stop() as stopped:
        placed = placement.place(modelfile.read(path), path, delegate, delegate_library)
        say(placed.said)
        found = run.bench(placed, options, stopped, say)
    click.echo(text.as_text(found))
    if json_file is not None:
        write_json(json_file, found)
        say(f"wrote {json_file}")
