"""Write a model as a folder of C, with what it takes on a microcontroller."""

import shutil
import tempfile
from importlib.resources import files
from pathlib import Path

import msgspec

from emg_edge.decoding.contradictions import refuse_contradictions
from emg_edge.decoding.micro import arena_bytes
from emg_edge.decoding.modelfile import Description, ModelFile, refuse_compiled
from emg_edge.errors import EmgEdgeError, MissingDependency
from emg_edge.files import cannot_write, refuse_overwrite, refuse_unwritable, write_json
from emg_edge.quantize.micro import constants
from emg_edge.quantize.micro.footprint import Footprint, footprint
from emg_edge.quantize.micro.plan import Plan, plan
from emg_edge.quantize.micro.readme import readme
from emg_edge.quantize.micro.tensors import Tensors, tensors
from emg_edge.signal.source import Source

_MODEL = "emg_model.h"  # by which a folder of ours is known


class Export(msgspec.Struct, frozen=True):
    """What was written; report.json in the folder.

    within_bound  whether int8 keeps to the parity bound; a model that does not was written by --below-bound
    arena_bytes   found by the microcontroller interpreter, or None where that is not installed
    footprint     of everything but the interpreter's own code, or None where it could not be measured
    unmeasured    why not
    """

    movements: tuple[str, ...]
    wearer: str
    unit: str
    source_hz: float
    source_channels: int
    model_bytes: int
    model_sha256: str
    within_bound: bool
    operators: tuple[str, ...]
    arena_bytes: int | None
    footprint: Footprint | None
    unmeasured: str = ""


def export(model: ModelFile, source: Source, out: Path, wearer: str | None = None, *, force: bool = False) -> Export:
    """Write the folder `out`, whole or not at all. `source` is the board, in microvolts.

    Raises SpecError where the board cannot be brought to the model, ModelFileError for a network that no
    microcontroller runs or that contradicts its description, EmgEdgeError where the folder cannot be written; with
    `force` the files of one that was exported before are replaced, and the user's own stay.
    """
    refuse_place(out, force=force)
    refuse_compiled(model, "the model")
    refuse_contradictions(model, "the model")
    told = model.description
    planned = plan(told, source, wearer)
    read = tensors(model.flatbuffer)
    try:
        arena = arena_bytes(model.flatbuffer)
    except MissingDependency:
        arena = None
    sources = {
        _MODEL: constants.header(planned, read, told, arena or read.arena_guess, len(model.flatbuffer)),
        "emg_model.c": constants.source(planned, told),
        "emg_model_data.c": constants.data(model.flatbuffer),
    }
    out = out.resolve()  # of a link, the folder that it leads to; and whoever stands in it stays there
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as held:
            folder = Path(held) / out.name
            shutil.copytree(str(files(__package__) / "c"), folder)
            for name, text in sources.items():
                (folder / name).write_text(text, encoding="utf-8")
            made = _report(told, planned, read, arena, folder)
            write_json(folder / "report.json", made)
            (folder / "README.md").write_text(readme(made, told), encoding="utf-8")
            if out.exists():
                _replace(out, folder, Path(held) / "before")
            else:
                folder.rename(out)
    except OSError as error:
        raise cannot_write(out, error) from error
    return made


def refuse_place(out: Path, *, force: bool) -> None:
    """Raise EmgEdgeError where the folder cannot go: something is there and may not be replaced, or nothing can be.

    Folders that lead to it are made.
    """
    refuse_overwrite(out, force=force)
    if out.exists() and not (out / _MODEL).is_file():
        raise EmgEdgeError(
            f"{out} is not a folder that was exported before, so it is not replaced; choose another name"
        )
    refuse_unwritable(out.resolve())


def _replace(out: Path, folder: Path, before: Path) -> None:
    """Put each file of the new folder in its place; whatever comes between, all of `out` is the old again.

    Nothing else in `out`, the user's own, is touched. Raises EmgEdgeError where a folder has a file's name.
    """
    names = sorted(one.name for one in folder.iterdir())
    for name in names:
        if (out / name).is_dir():
            raise EmgEdgeError(f"{out / name} is a folder, and a file of that name goes there; move it away")
    before.mkdir()
    try:
        for name in names:
            if (out / name).exists():
                (out / name).rename(before / name)
            (folder / name).rename(out / name)
    except BaseException:  # Ctrl-C among them
        for name in names:
            if (before / name).exists():
                (before / name).replace(out / name)
            elif not (folder / name).exists():  # it went to where nothing was
                (out / name).unlink()
        raise


def _report(told: Description, planned: Plan, read: Tensors, arena: int | None, folder: Path) -> Export:
    measured, unmeasured = None, ""
    try:
        measured = footprint(folder)
    except MissingDependency as error:
        unmeasured = str(error)
    return Export(
        movements=told.names,
        wearer=planned.wearer,
        unit=planned.unit,
        source_hz=planned.source.rate_hz,
        source_channels=planned.source.channels,
        model_bytes=told.model_bytes,
        model_sha256=told.model_sha256,
        within_bound=told.quantisation.within_bound,
        operators=read.operators,
        arena_bytes=arena,
        footprint=measured,
        unmeasured=unmeasured,
    )
