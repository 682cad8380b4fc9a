"""emg-edge verify."""

from pathlib import Path

import click

from emg_edge.cli.bar import bar
from emg_edge.cli.numbers import Numbers
from emg_edge.errors import EmgEdgeError


@click.command("verify")
@click.argument("model", type=click.Path(path_type=Path), required=False)
@click.option("--data", type=click.Path(path_type=Path), help="Folder or zip of recordings [simulated people].")
@click.option("--database", multiple=True, help="Only this database; may be repeated.")
@click.option("--subjects", type=Numbers(), default="", metavar="1,3,5-7", help="Only these.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write all figures here.")
def command(
    model: Path | None, data: Path | None, database: tuple[str, ...], subjects: tuple[int, ...], json_file: Path | None
) -> None:
    """Show that the model file MODEL (without one, the one that ships) decides alike wherever it runs.

    Every TFLite runtime of this machine, with and without its fast kernels, and the live loop fed in blocks of an odd
    size, decide on the same windows. Ends with 1 where one of them misses the bound.
    """
    from emg_edge.decoding import modelfile  # noqa: PLC0415 - here and below: nothing heavy for --help
    from emg_edge.files import write_json  # noqa: PLC0415
    from emg_edge.models import shipped  # noqa: PLC0415
    from emg_edge.recordings import takes  # noqa: PLC0415
    from emg_edge.verification import simulated, verify  # noqa: PLC0415

    path = model or shipped()
    opened = modelfile.read(path)
    if data is not None:
        recordings = takes.recordings(data, database or None, subjects or None, lambda said: click.echo(said, err=True))
    elif opened.description.training.simulated:
        recordings = simulated.people(opened)
    else:
        raise click.UsageError("this model was trained on real people: say where their recordings are, --data PATH")
    found = verify.verify(opened, path.name, recordings, bar)
    click.echo(verify.as_text(found))
    if json_file is not None:
        write_json(json_file, found)
        click.echo(f"wrote {json_file}", err=True)
    if found.problems:
        raise EmgEdgeError(f"{path} does not decide alike everywhere: {'; '.join(found.problems)}")
