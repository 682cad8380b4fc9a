"""emg-edge quantize."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from emg_edge.cli.bar import bar
from emg_edge.cli.training_extra import load

if TYPE_CHECKING:
    from emg_edge.decoding.modelfile import Description, ModelFile
    from emg_edge.quantize.micro.export import Export
    from emg_edge.quantize.parity import Parity


@click.command("quantize")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The .tflite file to write, or the folder.")
@click.option(
    "--target",
    type=click.Choice(["device", "micro"]),
    default="device",
    show_default=True,
    help="device: one .tflite file; micro: a folder of C for a microcontroller.",
)
@click.option("--rate", type=float, default=1000.0, show_default=True, help="Of the board, in Hz; for micro.")
@click.option("--channels", type=int, help="Of the board; for micro [as the model has].")
@click.option("--wearer", help="Whose scale goes into the folder; for micro [the mean of the model's people].")
@click.option("--force", is_flag=True, help="Replace OUT, and write it even below the parity bound, marked so.")
def command(
    run: Path, out: Path, target: str, rate: float, channels: int | None, wearer: str | None, force: bool
) -> None:
    """Turn the training run RUN into one int8 .tflite file, or into C for a microcontroller.

    The parity table shows what int8 costs on the run's test windows. The file is refused when, on any
    TFLite runtime of this machine, it loses more than half a point of balanced accuracy, or agrees with the float
    network on less than 99 % of them.

    With --target micro, RUN may also be a .tflite file that was made before.
    """
    if target == "micro":
        _micro(run, out, rate, channels, wearer, force=force)
        return
    module = load("emg_edge.quantize.run", "loading TensorFlow (a few seconds)")
    parity, description = module.quantize(run, out, bar, force=force)
    _tell(parity, description)
    click.echo(f"wrote {out} ({out.stat().st_size} bytes); next: emg-edge run --board ... --model {out}", err=True)


def _micro(run: Path, out: Path, rate: float, channels: int | None, wearer: str | None, *, force: bool) -> None:
    from emg_edge.decoding import modelfile  # noqa: PLC0415 - here and below: nothing heavy for --help
    from emg_edge.quantize.micro.export import export  # noqa: PLC0415
    from emg_edge.signal.montage import layout_of  # noqa: PLC0415
    from emg_edge.signal.source import Source  # noqa: PLC0415

    model: ModelFile
    if run.is_file():
        model = modelfile.read(run)
    else:
        module = load("emg_edge.quantize.run", "loading TensorFlow (a few seconds)")
        parity, model = module.quantised(run, bar, force=force)
        _tell(parity, model.description)
    source = Source("raw", rate, "uV", layout_of(channels or model.description.signal.channels))
    made = export(model, source, out, wearer, force=force)
    click.echo(micro_table(made))
    click.echo(f"wrote {out}; next: read {out / 'README.md'}", err=True)


def _tell(parity: "Parity", description: "Description") -> None:
    click.echo(table(parity, description))
    if parity.problems:
        click.echo(f"warning: written although {'; '.join(parity.problems)}; the file is marked so", err=True)


def micro_table(made: "Export") -> str:
    """What a microcontroller must have room for."""
    unknown = "not measured: pip install 'emg-edge[micro]' (x86-64 Linux)"
    no_compiler = "not measured: no arm-none-eabi-gcc on PATH (Debian's gcc-arm-none-eabi, libnewlib-arm-none-eabi)"
    size = made.footprint
    lines = [
        ("model", f"{made.model_bytes} bytes"),
        ("operators", ", ".join(made.operators)),
        ("arena", unknown if made.arena_bytes is None else f"{made.arena_bytes} bytes"),
        (
            "Cortex-M4",
            no_compiler
            if size is None
            else f"{size.flash} bytes of flash with the model, {size.memory} of memory, by {size.compiler}; to which "
            "come the arena, the stack and TensorFlow Lite Micro's code",
        ),
        ("board", f"{made.source_channels} channels at {made.source_hz:g} Hz; frames standardised for {made.wearer}"),
    ]
    return "\n".join(f"{name:<11}{text}" for name, text in lines)


def table(parity: "Parity", description: "Description") -> str:
    """The parity table; agreement and probability error are against the float network."""
    wide = max(len(row.name) for row in parity.rows)
    columns = f"{'accuracy':>10}{'balanced':>10}{'agreement':>11}{'largest probability difference':>32}{'bytes':>9}"
    rows = [" " * wide + columns]
    for row in parity.rows:
        size = "" if row.bytes is None else str(row.bytes)
        rows.append(
            f"{row.name:<{wide}}{100 * row.accuracy:>9.2f}%{100 * row.balanced_accuracy:>9.2f}%"
            f"{100 * row.agreement:>10.2f}%{row.max_probability_error:>32.4f}{size:>9}"
        )
    used = description.quantisation.operators
    counted = ", ".join(f"{name} x {used.count(name)}" for name in dict.fromkeys(used))
    return "\n".join([f"{parity.windows} test windows", *rows, f"operators: {counted}"])
