"""emg-edge quantize --target micro: a folder of C."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from emg_edge.extras import install

if TYPE_CHECKING:
    from emg_edge.decoding.modelfile import ModelFile
    from emg_edge.quantize.micro.export import Export


def before(out: Path, *, force: bool) -> None:
    """Refuse a place that is taken before anything that takes minutes."""
    from emg_edge.quantize.micro.export import refuse_place  # noqa: PLC0415 - here and below: nothing heavy for --help

    refuse_place(out, force=force)


def write(
    model: "ModelFile", out: Path, rate_hz: float, channels: int | None, wearer: str | None, *, force: bool
) -> None:
    """Write the folder, and tell what it takes."""
    from emg_edge.quantize.micro.export import export  # noqa: PLC0415
    from emg_edge.signal.montage import layout_of  # noqa: PLC0415
    from emg_edge.signal.source import Source  # noqa: PLC0415

    source = Source("raw", rate_hz, "uV", layout_of(channels or model.description.signal.channels))
    click.echo(table(export(model, source, out, wearer, force=force)))
    click.echo(f"wrote {out}; next: read {out / 'README.md'}", err=True)


def table(made: "Export") -> str:
    """What a microcontroller must have room for."""
    unknown = f"not measured; on x86-64 Linux: {install('micro')}"
    size = made.footprint
    lines = [
        ("model", f"{made.model_bytes} bytes"),
        ("operators", ", ".join(made.operators)),
        ("arena", unknown if made.arena_bytes is None else f"{made.arena_bytes} bytes"),
        (
            "Cortex-M4",
            f"not measured: {made.unmeasured}"
            if size is None
            else f"{size.flash} bytes of flash with the model, {size.memory} of memory, by {size.compiler}; to which "
            "come the arena, the stack and TensorFlow Lite Micro's code",
        ),
        ("board", f"{made.source_channels} channels at {made.source_hz:g} Hz; frames standardised for {made.wearer}"),
    ]
    return "\n".join(f"{name:<11}{text}" for name, text in lines)
