"""`emg-edge data simulate`."""

from pathlib import Path

import click

DATABASES = [f"DB{number}" for number in range(1, 8)]  # DB8 has no gestures


@click.command(name="simulate")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--database",
    type=click.Choice(DATABASES, case_sensitive=False),
    default="DB5",
    show_default=True,
    metavar="DB1..DB7",
    help="Whose layout: channels, rate, unit, labels and file names.",
)
@click.option(
    "--subjects", type=click.IntRange(min=1), default=2, show_default=True, help="How many people, from 1 on."
)
@click.option(
    "--exercise",
    "exercises",
    type=click.IntRange(min=1),
    multiple=True,
    default=(1,),
    show_default=True,
    help="Number as in the file names (may be given several times); DB6 has none.",
)
@click.option("--repetitions", type=click.IntRange(min=1), help="Of each movement.  [default: the database's own]")
@click.option("--sessions", type=click.IntRange(min=1), default=1, show_default=True, help="Of DB6, two a day.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Decides firing, noise, effort.")
@click.option("--hold", "hold_s", type=float, metavar="SECONDS", help="Mean duration of a movement.  [default: 3.7]")
@click.option("--rest", "rest_s", type=float, metavar="SECONDS", help="Mean duration of rest.  [default: 5]")
@click.option("--force", is_flag=True, help="Replace files that are there already.")
def command(
    out: Path,
    *,
    database: str,
    subjects: int,
    exercises: tuple[int, ...],
    repetitions: int | None,
    sessions: int,
    seed: int,
    hold_s: float | None,
    rest_s: float | None,
    force: bool,
) -> None:
    """Simulate people wearing electrodes, and write NinaPro files of them into the folder OUT.

    Subject n is the person whom `emg-edge run --board synthetic --subject n` shows live. The paths of the files
    are written to standard output.
    """
    from tqdm import tqdm  # noqa: PLC0415 - not needed for --help

    from emg_edge.train.simulated.files import HOLD_S, REST_S, Plan, simulate  # noqa: PLC0415 - loads numpy

    plan = Plan(
        database=database,
        subjects=subjects,
        exercises=exercises,
        repetitions=repetitions,
        sessions=sessions,
        seed=seed,
        hold_s=HOLD_S if hold_s is None else hold_s,
        rest_s=REST_S if rest_s is None else rest_s,
    )
    seconds = round(sum(take.seconds for take in plan.takes()))
    with tqdm(total=seconds, desc="simulating", unit="s", unit_scale=True, leave=False, disable=None) as bar:
        paths = simulate(plan, out, force=force, progress=bar.update)
    for path in paths:
        click.echo(path)
    files = "1 file" if len(paths) == 1 else f"{len(paths)} files"
    click.echo(f"{files} of {database}, about {seconds / 60:.1f} simulated minutes, under {out}", err=True)
