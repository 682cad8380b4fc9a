"""emg-edge quantize --target edgetpu: the check against the Edge TPU's operators, and its compiler."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from emg_edge.decoding.modelfile import EdgeTpu
    from emg_edge.quantize.edgetpu.check import Check


def before(run: Path, out: Path, *, force: bool) -> None:
    """Refuse places that are taken, of OUT and of the compiled file, before any work; OUT may be a model RUN itself."""
    from emg_edge.decoding import modelfile  # noqa: PLC0415 - here and below: nothing heavy for --help
    from emg_edge.quantize.edgetpu.build import compiled_path  # noqa: PLC0415

    if not _same(run, out):
        modelfile.check_place(out, force=force)
    modelfile.check_place(compiled_path(out), force=force)


def copy(made: Path, out: Path, *, force: bool) -> None:
    """Put a model file that was made before where OUT is to be; it may be OUT itself."""
    from emg_edge.decoding import modelfile  # noqa: PLC0415
    from emg_edge.decoding.contradictions import refuse_contradictions  # noqa: PLC0415

    model = modelfile.read(made)
    modelfile.refuse_compiled(model, str(made))
    refuse_contradictions(model, str(made))
    if not _same(made, out):
        modelfile.write(out, model.flatbuffer, model.description, force=force)


def _same(run: Path, out: Path) -> bool:
    from emg_edge.files import Kind, kind_of  # noqa: PLC0415

    return kind_of(run) is kind_of(out) is Kind.FILE and out.samefile(run)


def after(out: Path, *, force: bool) -> None:
    """Check OUT, and compile it; both reports go to stdout. Raises CompilerError; OUT stays as it is."""
    from emg_edge.decoding import modelfile  # noqa: PLC0415
    from emg_edge.errors import CompilerError  # noqa: PLC0415
    from emg_edge.quantize.edgetpu.build import build  # noqa: PLC0415
    from emg_edge.quantize.edgetpu.check import check  # noqa: PLC0415
    from emg_edge.quantize.edgetpu.compiler import HOW_TO_GET_IT  # noqa: PLC0415

    click.echo(checked(check(modelfile.read(out).flatbuffer)))
    try:
        built = build(out, force=force)
    except CompilerError as error:
        raise CompilerError(f"{error}; {out} is whole, and runs on a CPU") from error
    if built is None:
        click.echo(f"not compiled: {HOW_TO_GET_IT}; {out} is whole, and runs on a CPU", err=True)
        return
    click.echo(compiled(built.edgetpu))
    click.echo(
        f"wrote {built.path} ({built.path.stat().st_size} bytes); next, with an Edge TPU: emg-edge run --board ... "
        f"--model {built.path}",
        err=True,
    )


def checked(check: "Check") -> str:
    """What the list of operators says, an operator that would fall to the CPU on a line of its own."""
    lines = [f"Edge TPU, by Coral's list: {check.mapped} of {len(check.operators)} operators can be mapped"]
    lines += [f"  on the CPU: {one.index} {one.operator} -> {one.tensor}: {one.reason}" for one in check.on_cpu]
    lines += [f"  perhaps: {caution}" for caution in check.cautions]
    share = f"{100 * check.on_chip_share:.1f} % of the 8 MB on the chip"
    lines.append(f"  parameters {check.parameter_bytes / 1024:.1f} KiB, {share}")
    return "\n".join(lines)


def compiled(edgetpu: "EdgeTpu") -> str:
    """What the compiler said."""
    left = sum(edgetpu.on_cpu.values())
    lines = [f"{edgetpu.compiler}: {edgetpu.mapped} operators mapped to the Edge TPU, {left} left on the CPU"]
    lines += [f"  on the CPU: {count} x {told}" for told, count in edgetpu.on_cpu.items()]
    if edgetpu.on_chip_bytes is not None:
        beside = "" if not edgetpu.off_chip_bytes else f", {edgetpu.off_chip_bytes / 1024:.1f} KiB fetched each time"
        lines.append(f"  parameters on the chip {edgetpu.on_chip_bytes / 1024:.1f} KiB{beside}")
    return "\n".join(lines)
