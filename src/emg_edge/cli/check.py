"""`emg-edge data check`."""

import json
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emg_edge.cli.bar import bar

if TYPE_CHECKING:
    from emg_edge.recordings.inventory import Holding, Inventory

_NINAPRO = re.compile(r"DB\d+", re.IGNORECASE)
DATABASES = [f"DB{number}" for number in range(1, 9)]  # the catalogue has the rest; --help need not load it
PROBLEMS_SHOWN = 20  # on a terminal; --json has them all
NAMES_WIDTH = 120  # of the lines with people's names
_HEADINGS = (
    "database",
    "subjects",
    "exercises",
    "signal",
    "channels",
    "sessions",
    "repetitions",
    "movements",
    "minutes",
    "rest",
)


def _checked(context: click.Context, parameter: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what is certainly no database; other data sets have names of their own."""
    for name in names:
        if _NINAPRO.fullmatch(name) and name.upper() not in DATABASES:
            raise click.BadParameter(f"NinaPro has no {name}; known are {', '.join(DATABASES)}.", context, parameter)
    return names


@click.command(name="check")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Write JSON to standard output instead of a table.")
@click.option(
    "--database",
    multiple=True,
    callback=_checked,
    metavar="NAME",
    help="Only this one, DB1 to DB8 of NinaPro or the name of another data set (may be given several times); it also "
    "decides where a file of NinaPro could be of several.",
)
def command(path: Path, as_json: bool, database: tuple[str, ...]) -> None:
    """List what a folder, zip or file holds of NinaPro, of other data sets and of your own recordings.

    What is missing and what is damaged is listed too. PATH is read as it is: nothing is unpacked, moved or deleted.
    Problems beside good files are listed, and the exit code is 0; it is 1 when nothing can be read.
    """
    from emg_edge.recordings.inventory import inventory  # noqa: PLC0415 - loads numpy

    found = inventory(path, database or None, bar)
    for name, files in found.left_out.items():
        click.echo(f"{files} files of {name} were left out: not asked for", err=True)
    if as_json:
        click.echo(json.dumps(_as_json(found), indent=2))
    else:
        click.echo(_as_text(found))


def _as_json(found: "Inventory") -> dict[str, Any]:
    return {"databases": {held.database: _holding(held) for held in found.databases}, "problems": list(found.problems)}


def _holding(held: "Holding") -> dict[str, Any]:
    return {
        "subjects": list(held.subjects),
        "rate_hz": _plain(held.rates_hz[0]),
        "channels": max(held.channels),
        "exercises": list(held.exercises),
        "minutes": round(held.minutes, 2),
        "exercise_letters": list(held.exercise_letters),
        "domain": held.domain,
        "layouts": list(held.layouts),
        "repetitions": list(held.repetitions),
        "movements": list(held.movements),
        "recordings": held.recordings,
        "samples": held.samples,
        "rest_share": round(held.rest_share, 4),
        "subjects_published": held.subjects_published,
        "wearers": list(held.wearers),
        "sessions": list(held.sessions),
    }


def _as_text(found: "Inventory") -> str:
    from emg_edge.recordings.inventory import ranges  # noqa: PLC0415 - loads numpy

    rows = [_HEADINGS]
    for held in found.databases:
        exercises = " ".join(
            f"{number}={letter}" for number, letter in zip(held.exercises, held.exercise_letters, strict=True)
        )
        rows.append(
            (
                held.database,
                f"{_count(held)}: {ranges(held.subjects)}",
                exercises or "-",
                f"{held.domain} {', '.join(str(_plain(rate)) for rate in held.rates_hz)} Hz",
                ranges(held.channels),
                ranges(held.sessions),
                ranges(held.repetitions),
                ranges(held.movements),
                f"{held.minutes:.1f}",
                f"{held.rest_share:.0%}",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    for held in found.databases:
        if _has_names(held):
            said = f"{held.database}: {', '.join(held.wearers)}"
            lines += textwrap.wrap(said, NAMES_WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    if not found.problems:
        return "\n".join([*lines, "", "no problems"])
    more = len(found.problems) - PROBLEMS_SHOWN
    lines += ["", f"{len(found.problems)} problem{'s' if len(found.problems) > 1 else ''}:"]
    lines += [f"- {problem}" for problem in found.problems[:PROBLEMS_SHOWN]]
    return "\n".join([*lines, f"- and {more} more (--json lists them all)"] if more > 0 else lines)


def _count(held: "Holding") -> str:
    people = len(held.subjects)
    return str(people) if held.subjects_published is None else f"{people} of {held.subjects_published}"


def _has_names(held: "Holding") -> bool:
    """Whether its people are known by other names than their numbers."""
    return held.subjects_published is None


def _plain(number: float) -> int | float:
    return int(number) if number == int(number) else number
