"""emg-edge quantize."""

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emg_edge.cli.bar import bar
from emg_edge.cli.training_extra import load

if TYPE_CHECKING:
    from emg_edge.decoding.modelfile import Description
    from emg_edge.quantize.parity import Parity

# target -> what it adds to the file that every target begins with: a module with
# `before(out, force=)`, which refuses what can be refused before any work, and `after(out, force=)`, which does it.
TARGETS: dict[str, str | None] = {
    "device": None,
    "edgetpu": "emg_edge.cli.quantize_edgetpu",
}


@click.command("quantize")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The .tflite file to write.")
@click.option(
    "--target",
    type=click.Choice(list(TARGETS)),
    help="device: OUT alone, for a CPU. edgetpu: check OUT against the Edge TPU's operators, and compile it to "
    "OUT_edgetpu.tflite where edgetpu_compiler is on PATH.  [device]",
)
@click.option("--edgetpu", is_flag=True, help="The same as --target edgetpu.")
@click.option("--force", is_flag=True, help="Replace OUT, and write it even below the parity bound, marked so.")
def command(run: Path, out: Path, target: str | None, edgetpu: bool, force: bool) -> None:
    """Turn the training run RUN into one int8 .tflite file.

    The parity table shows what int8 costs on the run's test windows. The file is refused when it loses more than a
    point of accuracy, or agrees with the float network on less than 99 % of them.
    """
    if edgetpu and target not in (None, "edgetpu"):
        raise click.UsageError(f"--edgetpu means --target edgetpu, not --target {target}; say one of them")
    name = TARGETS["edgetpu" if edgetpu else target or "device"]
    more: Any = None if name is None else importlib.import_module(name)
    if more is not None:
        more.before(out, force=force)
    module = load("emg_edge.quantize.run", "loading TensorFlow (a few seconds)")
    parity, description = module.quantize(run, out, bar, force=force)
    click.echo(table(parity, description))
    if parity.problems:
        click.echo(f"warning: written although {'; '.join(parity.problems)}; the file is marked so", err=True)
    click.echo(f"wrote {out} ({out.stat().st_size} bytes); next: emg-edge run --board ... --model {out}", err=True)
    if more is not None:
        more.after(out, force=force)


def table(parity: "Parity", description: "Description") -> str:
    """The parity table; agreement and probability error are against the float network."""
    rows = [
        f"{'':<14}{'accuracy':>10}{'balanced':>10}{'agreement':>11}{'largest probability difference':>32}{'bytes':>9}"
    ]
    for row in parity.rows:
        size = "" if row.bytes is None else str(row.bytes)
        rows.append(
            f"{row.name:<14}{100 * row.accuracy:>9.2f}%{100 * row.balanced_accuracy:>9.2f}%"
            f"{100 * row.agreement:>10.2f}%{row.max_probability_error:>32.4f}{size:>9}"
        )
    used = description.quantisation.operators
    counted = ", ".join(f"{name} x {used.count(name)}" for name in dict.fromkeys(used))
    return "\n".join([f"{parity.windows} test windows", *rows, f"operators: {counted}"])
