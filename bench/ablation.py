"""What each part of the recipe is worth: one protocol, the default and one change at a time, over seeds, as Markdown.

    python bench/ablation.py --data PATH --folder results/ablation [--protocol ninapro-db5-a-within] [--jobs 2]

Differences are of int8 accuracy, the mean over people, with its paired 95 % interval over them.
"""

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from emg_edge.train.evaluation.people import compare

CHANGES = (
    "",
    "--recipe noise=0",
    "--recipe gain=0",
    "--recipe channel_gain=0.2",
    "--recipe channel_dropout=0.1",
    "--recipe dropout=0",
    "--recipe label_smoothing=0.1",
    "--recipe average=0.99",
    "--recipe balance=none",
    "--recipe width=48",
    "--recipe epochs=30",
    "--recipe architecture=cnn-gru",
    "--frames sub-bands",
    "--frames raw",
    "--acceleration",
)


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--folder", type=click.Path(path_type=Path), required=True)
@click.option("--protocol", default="ninapro-db5-a-within")
@click.option("--seeds", default=3)
@click.option("--jobs", default=1)
@click.option("--change", "changes", multiple=True, help="Options of evaluate, as one word; default: all.")
def main(data: Path, folder: Path, protocol: str, seeds: int, jobs: int, changes: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    documents = {}
    for change in ("", *changes) if changes else CHANGES:
        documents[change] = _document(change, data, folder, protocol, seeds, jobs)
    standard = documents[""]["int8"]["accuracy"]
    print(f"`{protocol}`, {len(standard['subjects'])} people, {seeds} seeds, int8\n")
    print("| change | accuracy | against the default (95 % interval) | int8 kB |")
    print("| --- | --- | --- | --- |")
    for change, document in documents.items():
        found = document["int8"]["accuracy"]
        against = compare(found["subjects"], standard["subjects"], higher=True)
        low, high = against["interval95"]
        difference = f"{100 * against['difference']:+.2f} ({100 * low:+.2f} to {100 * high:+.2f})" if change else ""
        size = document["rows"][document["headline"]]["cost"]["int8_bytes"] / 1000
        name = f"`{change}`" if change else "the default"
        print(f"| {name} | {100 * found['mean']:.2f} | {difference} | {size:.0f} |")


def _document(change: str, data: Path, folder: Path, protocol: str, seeds: int, jobs: int) -> dict[str, Any]:
    place = folder / f"{protocol}{change.replace('--recipe', '').replace(' ', '-')}.json"
    if not place.exists():
        options = ["--protocol", protocol, "--data", str(data), "--seeds", str(seeds), "--jobs", str(jobs)]
        command = [sys.executable, "-m", "emg_edge", "evaluate", *options, *shlex.split(change), "--json", str(place)]
        subprocess.run(command, check=True)
    document: dict[str, Any] = json.loads(place.read_bytes())
    return document


if __name__ == "__main__":
    main()
