"""emg-edge evaluate."""

import shlex
import sys
from pathlib import Path
from typing import Any

import click

from emg_edge.cli.bar import bar
from emg_edge.cli.decoder_options import decoder_options
from emg_edge.cli.numbers import Numbers
from emg_edge.cli.training_extra import load
from emg_edge.errors import EmgEdgeError


@click.command("evaluate")
@click.option("--list", "listed", is_flag=True, help="Name the protocols and exit.")
@click.option("--protocol", "name", help="Which frozen protocol to follow; --list names them.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder or zip of recordings.")
@click.option("--subjects", type=Numbers(), default="", metavar="1,3,5-7", help="Test only these.")
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="Trainings of each decoder.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write all figures here.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write a page of HTML here.")
@click.option("--baselines-only", is_flag=True, help="TD6 + LDA alone: seconds instead of minutes.")
@click.option("--td4", is_flag=True, help="TD4 + LDA, too.")
@click.option("--learning-curve", is_flag=True, help="Also train on fewer repetitions (within session).")
@decoder_options
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes on this machine.")
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler that runs the jobs: tcp://HOST:8786.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Of the jobs' results [your cache].")
def command(listed: bool, name: str | None, data: Path | None, **options: Any) -> None:
    """Evaluate decoders under a frozen, leak-free protocol, beside TD6 + LDA; interrupted, the same command goes on.

    \b
    Which there are:  emg-edge evaluate --list
    One of them:      emg-edge evaluate --protocol ninapro-db5-a-within --data ninapro --report report.html
    """
    protocols = load("emg_edge.train.evaluation.protocol")
    if listed:
        click.echo("\n".join(_line(one) for one in protocols.protocols()))
        return
    if name is None or data is None:
        raise click.UsageError("say which protocol (--protocol NAME) and where the recordings are (--data PATH)")
    protocol = protocols.protocol(name)
    from emg_edge.files import check_results  # noqa: PLC0415 - nothing heavy for --help

    check_results(options["json_file"], options["report"], data, key="protocol")
    document = _evaluated(protocol, data, **options)
    document["command"] = shlex.join(["emg-edge", *sys.argv[1:]])
    tables = load("emg_edge.train.evaluation.document")
    areas = document["rows"][document["headline"]]["areas_for_improvement"]
    click.echo("\n".join([*tables.table(document), *(f"- {sentence}" for sentence in areas)]))
    _write(document, options["json_file"], options["report"])


def _evaluated(
    protocol: Any,
    data: Path,
    *,
    subjects: tuple[int, ...],
    seeds: int,
    frames: str,
    acceleration: bool,
    recipe: tuple[str, ...],
    baselines_only: bool,
    td4: bool,
    learning_curve: bool,
    jobs: int,
    scheduler: str | None,
    out: Path | None,
    **_written: Any,
) -> dict[str, Any]:
    load("emg_edge.train.data.merge").look(data, (), ())  # what can be refused is refused before Keras's seconds
    evaluation = load("emg_edge.train.evaluation.evaluate", "loading TensorFlow (a few seconds)")
    recipes, strangers = load("emg_edge.train.fitting.recipe"), protocol.evaluation == "CrossSubject"
    variant = evaluation.Variant(
        recipe=recipes.changed(recipe, recipes.STRANGERS if strangers else recipes.Recipe()),
        frames=frames,
        acceleration=acceleration,
        network=not baselines_only,
        baselines=("td6_lda", "td4_lda") if td4 else ("td6_lda",),
    )
    try:
        found: dict[str, Any] = evaluation.evaluate(
            protocol,
            data,
            load("emg_edge.quantize.convert").convert,
            subjects=subjects,
            seeds=1 if baselines_only else seeds,
            variant=variant,
            learning_curve=learning_curve,
            where=evaluation.Where(jobs, scheduler, out),
            progress=bar,
            say=_say,
        )
    except KeyboardInterrupt:
        raise EmgEdgeError("interrupted; the same command goes on with the jobs that are not done") from None
    return found


def _line(protocol: Any) -> str:
    also = f" (also {', '.join(protocol.also)})" if protocol.also else ""
    return f"{protocol.name:<34}{protocol.title}{also}"


def _write(document: dict[str, Any], json_file: Path | None, report: Path | None) -> None:
    if json_file is not None:
        load("emg_edge.files").write_json(json_file, document)
        _say(f"wrote {json_file}")
    if report is not None:
        load("emg_edge.train.report.page").write_report(document, report)
        _say(f"wrote {report}: open it in a browser")


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
