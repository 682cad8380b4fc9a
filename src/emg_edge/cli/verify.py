"""emg-edge verify."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from emg_edge.cli.bar import bar
from emg_edge.cli.numbers import Numbers
from emg_edge.cli.training_extra import load
from emg_edge.errors import EmgEdgeError, RunFolderError

if TYPE_CHECKING:
    from emg_edge.decoding.modelfile import Description
    from emg_edge.verification.verify import Backend


@click.command("verify")
@click.argument("model", type=click.Path(path_type=Path), required=False)
@click.option("--data", type=click.Path(path_type=Path), help="Folder or zip of recordings [simulated people].")
@click.option("--database", multiple=True, help="Only this database; may be repeated [the people whom MODEL knows].")
@click.option("--subjects", type=Numbers(), default="", metavar="1,3,5-7", help="Only these [likewise].")
@click.option("--run", type=click.Path(path_type=Path), help="Also the float network of this training run.")
@click.option("--delegate-library", help="Of a compiled MODEL's accelerator, if it is not where the system finds it.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write all figures here.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with pictures here.")
def command(
    model: Path | None,
    data: Path | None,
    database: tuple[str, ...],
    subjects: tuple[int, ...],
    run: Path | None,
    delegate_library: str | None,
    json_file: Path | None,
    html: Path | None,
) -> None:
    """Show that the model file MODEL (without one, the one that ships) decides alike wherever it runs.

    Every TFLite runtime of this machine, with and without its fast kernels, and the live loop fed in blocks of an odd
    size, decide on the same windows; with --run, the float network that the file was made of, too. Ends with 1 where
    one of them misses the bound, or where people whom the model knows are decoded far worse than its file says.

    A MODEL that was compiled for an Edge TPU is run there, and held against the file that it was compiled from, which
    must lie beside it.
    """
    from emg_edge.decoding import modelfile  # noqa: PLC0415 - here and below: nothing heavy for --help
    from emg_edge.decoding.placement import compiled_and_source  # noqa: PLC0415
    from emg_edge.files import check_results, write_json  # noqa: PLC0415
    from emg_edge.models import shipped  # noqa: PLC0415
    from emg_edge.verification import people, simulated, verify  # noqa: PLC0415
    from emg_edge.verification.report import as_text  # noqa: PLC0415

    if data is None and (database or subjects):
        raise click.UsageError("--database and --subjects choose among the recordings of --data PATH")
    path = model or shipped()
    check_results(json_file, html, path, *filter(None, (data, run)), key="runtimes")
    page = None if html is None else load("emg_edge.train.report.verification")
    opened, accelerated = compiled_and_source(modelfile.read(path), path, delegate_library)
    if accelerated is None and delegate_library is not None:
        raise click.UsageError(f"--delegate-library is for a model that was compiled, and {path} runs on the CPU alone")
    if data is not None:
        recordings = people.recordings(
            opened.description, data, database, subjects, lambda said: click.echo(said, err=True)
        )
    elif opened.description.training.simulated:
        recordings = simulated.people(opened)
    else:
        raise click.UsageError("this model was trained on real people: say where their recordings are, --data PATH")
    references = () if run is None else _float_networks(run, opened.description, path)
    found = verify.verify(opened, path.name, recordings, bar, references, accelerated)
    click.echo(as_text(found))
    if json_file is not None:
        write_json(json_file, found)
        click.echo(f"wrote {json_file}", err=True)
    if page is not None:
        page.write_page(found, html)
        click.echo(f"wrote {html}", err=True)
    if found.problems:
        raise EmgEdgeError(f"{path} does not pass: {'; '.join(found.problems)}")


def _float_networks(run: Path, told: "Description", path: Path) -> "tuple[Backend, ...]":
    """The float network of a training run, in Keras and as TFLite."""
    from emg_edge.decoding.runfolder import read_decoder  # noqa: PLC0415
    from emg_edge.verification.verify import Backend  # noqa: PLC0415

    decoder, _ = read_decoder(run)
    if (decoder.signal, decoder.movements) != (told.signal, told.movements):
        raise RunFolderError(
            f"{run} is not the run that {path} was made of: its front end, its context or its movements are others; "
            "name the one that was quantised"
        )

    networks = load("emg_edge.quantize.floats", "loading TensorFlow (a few seconds)").float_networks(run, decoder)
    return tuple(Backend(name, logits) for name, logits in networks.items())
