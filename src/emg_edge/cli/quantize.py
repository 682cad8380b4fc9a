"""emg-edge quantize."""

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
    help="Replace OUT (of a folder, the exported files alone), and write it even below the parity bound, marked so.",
)
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
) -> None:
    """Turn the training run RUN into one int8 .tflite file, or into C for a microcontroller.

    The parity table shows what int8 costs on the run's test windows. The file is refused when, on any TFLite runtime of
    this machine, it loses more than half a point of balanced accuracy, or agrees with the float network on less than
    99 % of them.

    With --target micro or edgetpu, RUN may also be a .tflite file that was made before.
    """
    if edgetpu and target not in (None, "edgetpu"):
        raise click.UsageError(f"--edgetpu means --target edgetpu, not --target {target}; say one of them")
    if activations == "int16" and (edgetpu or target not in (None, "device")):
        raise click.UsageError("int16 activations are for --target device alone")
    if target == "micro":
        quantize_micro.before(out, force=force)
        quantize_micro.write(_model(run, force=force), out, rate or 1000.0, channels, wearer, force=force)
        return
    if (rate, channels, wearer) != (None, None, None):
        raise click.UsageError("--rate, --channels and --wearer are for --target micro alone")
    from emg_edge.decoding import modelfile  # noqa: PLC0415 - here and below: nothing heavy for --help
    from emg_edge.files import Kind, kind_of  # noqa: PLC0415

    for_edgetpu = edgetpu or target == "edgetpu"
    if for_edgetpu:
        quantize_edgetpu.before(run, out, force=force)
    else:
        modelfile.check_place(out, force=force)
    if for_edgetpu and kind_of(run) is Kind.FILE:
        quantize_edgetpu.copy(run, out, force=force)
        quantize_edgetpu.after(out, force=force)
        return
    parity, description = _quantiser(run).quantize(run, out, bar, force=force, activations=activations)
    _tell(parity, description)
    click.echo(f"wrote {out} ({out.stat().st_size} bytes); next: emg-edge run --board ... --model {out}", err=True)
    if for_edgetpu:
        quantize_edgetpu.after(out, force=force)


def _model(run: Path, *, force: bool) -> "ModelFile":
    """Read a model file, or quantise a training run behind the gate."""
    from emg_edge.decoding import modelfile  # noqa: PLC0415 - here and below: nothing heavy for --help
    from emg_edge.files import Kind, kind_of  # noqa: PLC0415

    if kind_of(run) is Kind.FILE:
        return modelfile.read(run)
    parity, model = _quantiser(run).quantised(run, bar, force=force)
    _tell(parity, model.description)
    quantised: ModelFile = model
    return quantised


def _quantiser(run: Path) -> Any:
    """What quantises, once there is something to quantise: its loading takes seconds."""
    from emg_edge.decoding.runfolder import read_decoder  # noqa: PLC0415 - nothing heavy for --help

    read_decoder(run)
    return load("emg_edge.quantize.run", "loading TensorFlow (a few seconds)")


def _tell(parity: "Parity", description: "Description") -> None:
    click.echo(table(parity, description))
    if parity.problems:
        click.echo(f"warning: written although {'; '.join(parity.problems)}; the file is marked so", err=True)


def table(parity: "Parity", description: "Description") -> str:
    """The parity table; agreement, near-ties and probability difference are against the float network."""
    from emg_edge.decoding.parity import NEAR_TIES_ARE  # noqa: PLC0415 - nothing heavy for --help

    wide = max(len(row.name) for row in parity.rows)
    shares = f"{'accuracy':>10}{'balanced':>10}{'agreement':>11}{'near-ties':>11}"
    columns = f"{shares}{'largest probability difference':>32}{'bytes':>9}"
    rows = [" " * wide + columns]
    for row in parity.rows:
        size = "" if row.bytes is None else str(row.bytes)
        rows.append(
            f"{row.name:<{wide}}{100 * row.accuracy:>9.2f}%{100 * row.balanced_accuracy:>9.2f}%"
            f"{100 * row.agreement:>10.2f}%{100 * row.near_ties:>10.2f}%{row.max_probability_error:>32.4f}{size:>9}"
        )
    used = description.quantisation.operators
    counted = ", ".join(f"{name} x {used.count(name)}" for name in dict.fromkeys(used))
    return "\n".join([f"{parity.windows} test windows", *rows, NEAR_TIES_ARE, f"operators: {counted}"])
