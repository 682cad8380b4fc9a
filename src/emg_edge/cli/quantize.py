"""emg-edge quantize."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emg_edge.cli import quantize_edgetpu, quantize_micro
from emg_edge.cli.bar import bar
from emg_edge.cli.numbers import RATE_HZ
from emg_edge.cli.training_extra import load

if TYPE_CHECKING:
    from emg_edge.decoding.modelfile import Description, ModelFile
    from emg_edge.quantize.parity import Parity

TARGETS = ("device", "edgetpu", "micro")


@click.command("quantize")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The .tflite file to write, or the folder.")
@click.option(
    "--target",
    type=click.Choice(TARGETS),
    help="device: OUT alone, for a CPU. edgetpu: check OUT against the Edge TPU's operators, and compile it to "
    "OUT_edgetpu.tflite where edgetpu_compiler is on PATH. micro: a folder of C for a microcontroller.  [device]",
)
@click.option("--edgetpu", is_flag=True, help="The same as --target edgetpu.")
@click.option(
    "--activations",
    type=click.Choice(["int8", "int16"]),
    default="int8",
    show_default=True,
    help="int16: nearer to float and slower; neither an Edge TPU nor the folder of C takes it.",
)
@click.option("--rate", type=RATE_HZ, help="Of the board, in Hz; for micro.  [1000]")
@click.option("--channels", type=click.IntRange(1, 64), help="Of the board; for micro [as the model has].")
@click.option("--wearer", help="Whose scale goes into the folder; for micro [the mean of the model's people].")
@click.option(
    "--force",
    is_flag=True,
    help="Replace OUT; of a folder, the exported files alone.",
)
@click.option("--below-bound", is_flag=True, help="Write OUT even below the parity bound, marked so.")
def command(
    run: Path,
    out: Path,
    target: str | None,
    edgetpu: bool,
    activations: str,
    rate: float | None,
    channels: int | None,
    wearer: str | None,
    force: bool,
    below_bound: bool,
) -> None:
    """Turn the training run RUN into one int8 .tflite file, or into C for a microcontroller.

    The parity table shows what int8 costs on the run's test windows. The file is refused when, on any TFLite runtime of
    this machine, it loses more than half a point of balanced accuracy, or agrees with the float network on less than
    99 % of them; --below-bound writes it all the same.

    With --target micro or edgetpu, RUN may also be a .tflite file that was made before.
    """
    if edgetpu and target not in (None, "edgetpu"):
        raise click.UsageError(f"--edgetpu means --target edgetpu, not --target {target}; say one of them")
    if activations == "int16" and (edgetpu or target not in (None, "device")):
        raise click.UsageError("int16 activations are for --target device alone")
    from emg_edge.decoding import modelfile  # noqa: PLC0415 - here and below: nothing heavy for --help
    from emg_edge.files import Kind, kind_of  # noqa: PLC0415

    made_before = kind_of(run) is Kind.FILE
    if below_bound and made_before:
        raise click.UsageError(
            f"--below-bound is for a training run; {run} is a file, which was marked when it was made"
        )
    if target == "micro":
        quantize_micro.before(out, force=force)
        model, problems = _model(run, below_bound=below_bound)
        quantize_micro.write(model, out, rate or 1000.0, channels, wearer, force=force)
        _warn(out, model.description, problems)
        return
    if (rate, channels, wearer) != (None, None, None):
        raise click.UsageError("--rate, --channels and --wearer are for --target micro alone")
    for_edgetpu = edgetpu or target == "edgetpu"
    if for_edgetpu:
        quantize_edgetpu.before(run, out, force=force)
    else:
        modelfile.check_place(out, force=force)
    if for_edgetpu and made_before:
        quantize_edgetpu.copy(run, out, force=force)
        quantize_edgetpu.after(out, force=force)
        _warn(out, modelfile.read(out).description, [])
        return
    parity, description = _quantiser(run).quantize(
        run, out, bar, force=force, below_bound=below_bound, activations=activations
    )
    click.echo(table(parity, description))
    click.echo(f"wrote {out} ({out.stat().st_size} bytes); next: emg-edge run --board ... --model {out}", err=True)
    _warn(out, description, parity.problems)
    if for_edgetpu:
        quantize_edgetpu.after(out, force=force)


def _model(run: Path, *, below_bound: bool) -> "tuple[ModelFile, list[str]]":
    """Read a model file, or quantise a training run behind the gate; beside it, the bounds that it misses."""
    from emg_edge.decoding import modelfile  # noqa: PLC0415 - here and below: nothing heavy for --help
    from emg_edge.files import Kind, kind_of  # noqa: PLC0415

    if kind_of(run) is Kind.FILE:
        return modelfile.read(run), []
    parity, model = _quantiser(run).quantised(run, bar, below_bound=below_bound)
    click.echo(table(parity, model.description))
    return model, parity.problems


def _warn(out: Path, description: "Description", problems: Sequence[str]) -> None:
    if not description.quantisation.within_bound:
        why = f" ({'; '.join(problems)})" if problems else ""
        click.echo(f"warning: {out} is below the parity bound{why}, and is marked so", err=True)


def _quantiser(run: Path) -> Any:
    """What quantises, once there is something to quantise: its loading takes seconds."""
    from emg_edge.decoding.runfolder import read_decoder  # noqa: PLC0415 - nothing heavy for --help

    read_decoder(run)
    return load("emg_edge.quantize.run", "loading TensorFlow (a few seconds)")


def table(parity: "Parity", description: "Description") -> str:
    """The parity table, sizes and operators."""
    from emg_edge.decoding import parity as forms  # noqa: PLC0415 - nothing heavy for --help

    used, activations = description.quantisation.operators, description.quantisation.activations
    counted = ", ".join(f"{name} x {used.count(name)}" for name in dict.fromkeys(used))
    return "\n".join(
        [
            f"{parity.windows} test windows",
            *forms.table(parity.rows),
            f"bytes of the network: float TFLite {parity.float_bytes}, {activations} {parity.quantised_bytes}",
            f"operators: {counted}",
        ]
    )
