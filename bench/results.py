"""The tables of docs/results.md: run the protocols, or take their JSON where it is there, and print Markdown.

    python bench/results.py --ninapro PATH --cote PATH --longterm PATH --folder results [--jobs 2] [--protocol NAME]

What is finished is not run again: delete FOLDER, or a file in it, to do that. It takes about an hour on two cores.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

NINAPRO = (
    "ninapro-db5-a-within",
    "ninapro-db5-a-within-200",
    "ninapro-db5-a-within-1000",
    "ninapro-db5-a-within-ring8",
    "ninapro-db5-a-within-ring8-200",
    "ninapro-db5-a-within-ring8-1000",
    "ninapro-db1-a-within",
    "ninapro-db1-a-within-200",
    "ninapro-db1-a-within-1000",
    "ninapro-db5-a-within-rest",
    "ninapro-db1-a-within-rest",
    "ninapro-db5-a-within-envelope",
    "ninapro-db5-a-within-envelope-200",
    "ninapro-db5-a-loso",
    "ninapro-db5-a-loso-calibrated",
    "merged-a-loso",
)
COTE = ("cote-allard", "cote-allard-one-cycle")
LONGTERM = ("myo-longterm-days",)
METRICS = ("accuracy", "balanced_accuracy", "execution_accuracy", "right_at_5_percent")


@click.command()
@click.option("--ninapro", type=click.Path(path_type=Path, exists=True))
@click.option("--cote", type=click.Path(path_type=Path, exists=True))
@click.option("--longterm", type=click.Path(path_type=Path, exists=True))
@click.option("--folder", type=click.Path(path_type=Path), required=True)
@click.option("--seeds", default=3)
@click.option("--jobs", default=1)
@click.option("--protocol", "chosen", multiple=True, help="Only this one; may be repeated.")
def main(
    ninapro: Path | None,
    cote: Path | None,
    longterm: Path | None,
    folder: Path,
    seeds: int,
    jobs: int,
    chosen: tuple[str, ...],
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    documents = []
    for names, data in ((NINAPRO, ninapro), (COTE, cote), (LONGTERM, longterm)):
        if data is not None:
            wanted = [name for name in names if not chosen or name in chosen]
            documents += [_document(name, data, folder, seeds, jobs) for name in wanted]
    for document in documents:
        print("\n".join(_table(document)), end="\n\n")


def _document(name: str, data: Path, folder: Path, seeds: int, jobs: int) -> dict[str, Any]:
    place = folder / f"{name}.json"
    if not place.exists():
        options = ["--protocol", name, "--data", str(data), "--seeds", str(seeds), "--jobs", str(jobs)]
        written = ["--json", str(place), "--report", str(folder / f"{name}.html")]
        subprocess.run([sys.executable, "-m", "emg_edge", "evaluate", *options, *written], check=True)
    document: dict[str, Any] = json.loads(place.read_bytes())
    return document


def _table(document: dict[str, Any]) -> Iterator[str]:
    protocol, seeds = document["protocol"], document["seeds"]
    yield f"**`{protocol['name']}`**: {len(document['data']['people'])} people, {len(seeds)} seeds"
    yield ""
    yield "| row | metric | int8 | float | TD6 + LDA | int8 - LDA (95 % interval) |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, row in document["rows"].items():
        decoders, against = row["decoders"], row["against_td6_lda"].get("int8", {})
        for metric in METRICS:
            if metric in against:
                figures = [_figure(decoders[decoder][metric]) for decoder in ("int8", "model", "td6_lda")]
                cells = [name, metric.replace("_", " "), *figures, _difference(against[metric])]
                yield f"| {' | '.join(cells)} |"


def _difference(found: dict[str, Any]) -> str:
    difference, interval = f"{100 * found['difference']:+.1f}", found["interval95"]
    if interval is None:  # of one person
        return difference
    return f"{difference} ({' to '.join(f'{100 * end:+.1f}' for end in interval)})"


def _figure(summary: dict[str, Any]) -> str:
    sd = summary["sd"]
    return f"{100 * summary['mean']:.1f}" + (f" ± {100 * sd:.1f}" if sd is not None else "")


if __name__ == "__main__":
    main()
