"""Training: seconds an epoch, ours against PyTorch's on the same work and the same cores.

    python bench/training.py [--torch PYTHON | --make-venv] [--work merged|own|all] [--epochs 6] [--runs 5]

Same synthetic frames, sequences in the same order, first weights, batch, augmentation, weighted loss, AdamW, cosine
schedule, float32 and threads. Ours is `fit` as `emg-edge train` calls it. PyTorch's is bench/training_pytorch.py: in
eager mode, which is the figure to hold ours against, and compiled, where there is a C++ compiler. Before timing, both
take a few steps without augmentation and drop-out, and must have as many parameters and agree on the losses.

Sides alternate, each run in a process of its own. A run's figure is the median of its epochs after the first, which
holds tracing and warming up and is given by itself; ratios are of runs side by side, and below 1 where ours is faster.
CPU seconds are those of all threads: on a busy machine compare these, with --threads 1, since waiting is not counted
but PyTorch's idle threads spin.

PyTorch is no dependency of ours: it is used where this interpreter has it, or from --torch's, or from an environment
that --make-venv makes.
"""

import argparse
import dataclasses
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import training_work
from training_work import SEED, WORKS, Work

from emg_edge.train.data.sequences import OUTPUTS, FrameSet, Sequences, learnt_from
from emg_edge.train.data.splits import Side
from emg_edge.train.fitting.recipe import Recipe

HERE = Path(__file__).parent
VENV = HERE.parent / "build" / "torch"
CHECKED_STEPS = 3
# The first loss differs by rounding alone; later ones also by where AdamW adds its epsilon.
FIRST_LOSS, LATER_LOSS = 1e-4, 2e-3
# What a recipe may ask for and PyTorch's side does not do.
ONLY_OURS = ("channel_gain", "channel_dropout", "rotation", "average")
TITLES = {"ours": "ours", "eager": "PyTorch, eager", "compiled": "PyTorch, compiled"}

Row = dict[str, Any]


def prepare(path: Path, work: Work, epochs: int, recipe: Recipe) -> None:
    """Write all that both sides need, the same for the same work."""
    if more := [name for name in ONLY_OURS if getattr(recipe, name)]:
        sys.exit(f"the recipe now has {', '.join(more)}, which bench/training_pytorch.py does not do: add it there")
    recipe = msgspec.structs.replace(
        recipe,
        dropout=work.dropout,
        label_smoothing=work.label_smoothing,
        weight_decay=work.weight_decay,
        epochs=epochs,
        most_sequences=work.sequences,
    )
    random = np.random.default_rng(SEED)
    arrays = training_work.synthetic(work, random, OUTPUTS)
    sides = np.where(arrays["counted"], Side.TRAIN, Side.TEST).astype(np.int8)
    data = FrameSet(arrays["frames"], arrays["classes"], sides, np.zeros(len(sides), np.int64))
    data = learnt_from(data, (Side.TRAIN,), work.context)
    arrays = {"frames": data.frames, "classes": data.classes, "counted": data.sides == Side.TRAIN}
    sequences = Sequences(data, (Side.TRAIN,), work.context, recipe.balance, SEED)
    drawn = [sequences.epoch(epoch, work.sequences) for epoch in range(epochs)]
    whole = (-(-work.sequences // recipe.batch), recipe.batch)
    arrays["starts"] = np.stack([np.resize(starts, whole) for starts in drawn])  # the last batch filled up, as fit does
    arrays["loss_weight"] = sequences.loss_weight
    for i, weight in enumerate(training_work.first_weights(work, random)):
        arrays[f"weight_{i:02}"] = weight
    settings = {"outputs": OUTPUTS, "length": sequences.length, "recipe": msgspec.to_builtins(recipe)}
    training_work.write(path, work, settings, arrays)


class Sides:
    """Runs either side in a process of its own, on so many threads. `names` are those that can run here."""

    def __init__(self, torch: Path | None, threads: int, *, compiled: bool) -> None:
        self._torch, self._threads = torch, str(threads)
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
        self._environment = os.environ | dict.fromkeys(names, self._threads) | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        compiler = any(map(shutil.which, ("c++", "g++", "clang++")))
        self.names = ["ours", *(["eager"] if torch else []), *(["compiled"] if torch and compiler and compiled else [])]

    def run(self, name: str, path: Path) -> Row:
        if name == "ours":
            command = [sys.executable, str(HERE / "training_ours.py"), str(path)]
        else:
            command = [str(self._torch), str(HERE / "training_pytorch.py"), str(path), self._threads, name]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{TITLES[name]}: {(done.stderr.strip().splitlines() or ['ended without a word'])[-1]}")
        row: Row = json.loads(done.stdout.splitlines()[-1])
        return row


def same_work(sides: Sides, work: Work, folder: Path) -> Row:
    """A few steps of one batch each, with nothing left to chance: what both sides say. Exits when they differ."""
    recipe = Recipe(gain=0.0, noise=0.0)
    path = folder / "check.npz"
    prepare(path, dataclasses.replace(work, dropout=0.0, sequences=recipe.batch), CHECKED_STEPS, recipe)
    ours, theirs = (sides.run(name, path) for name in ("ours", "eager"))
    if ours["parameters"] != theirs["parameters"]:
        sys.exit(f"ours has {ours['parameters']} parameters and PyTorch's {theirs['parameters']}: not the same network")
    losses = [[epoch["loss"] for epoch in side["epochs"]] for side in (ours, theirs)]
    apart = np.abs(np.subtract(*losses))
    if apart[0] > FIRST_LOSS or apart.max() > LATER_LOSS:
        sys.exit(f"losses of the first steps differ: ours {losses[0]}, PyTorch's {losses[1]}")
    return {"parameters": ours["parameters"], "ours": losses[0], "pytorch": losses[1], "apart": apart.tolist()}


def measured(sides: Sides, path: Path, runs: int) -> dict[str, list[Row]]:
    """Let sides alternate, and each begin in turn."""
    rows: dict[str, list[Row]] = {name: [] for name in sides.names}
    for i in range(runs):
        first = i % len(sides.names)
        for name in sides.names[first:] + sides.names[:first]:
            rows[name].append(sides.run(name, path))
            told = f"{an_epoch(rows[name][-1], 'seconds'):.3f} s an epoch"
            print(f"run {i + 1} of {runs}, {TITLES[name]}: {told}", file=sys.stderr)
    return rows


def an_epoch(row: Row, figure: str) -> float:
    """Of a run's epochs after the first."""
    return statistics.median(epoch[figure] for epoch in row["epochs"][1:])


def summary(rows: dict[str, list[Row]]) -> dict[str, Row]:
    """Over runs; the ratios are ours over this side's."""
    return {
        name: {
            "version": of_side[0]["version"],
            "epoch_s": spread([an_epoch(row, "seconds") for row in of_side]),
            "epoch_cpu_s": spread([an_epoch(row, "cpu_seconds") for row in of_side]),
            "first_epoch_s": spread([row["epochs"][0]["seconds"] for row in of_side]),
            "last_loss": spread([row["epochs"][-1]["loss"] for row in of_side]),
            "ratio": ratio(rows["ours"], of_side, "seconds"),
            "cpu_ratio": ratio(rows["ours"], of_side, "cpu_seconds"),
        }
        for name, of_side in rows.items()
    }


def ratio(ours: list[Row], theirs: list[Row], figure: str) -> dict[str, float]:
    return spread([an_epoch(a, figure) / an_epoch(b, figure) for a, b in zip(ours, theirs, strict=True)])


def spread(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def table(name: str, work: Work, document: Row) -> str:
    head = ("epoch, s", "epoch, CPU s", "ratio", "CPU ratio")
    lines = [
        f"{name}: {work.features} features, width {work.width}, dilations {', '.join(map(str, work.dilations))}, "
        f"{work.classes} classes, {work.sequences} sequences ({work.sequences * OUTPUTS} windows) an epoch",
        f"{'':<18}" + "".join(f"{title:>23}" for title in head) + f"{'first epoch, s':>16}{'last loss':>11}",
    ]
    for side, figures in document["sides"].items():
        columns = "".join(f"{shown(figures[key]):>23}" for key in ("epoch_s", "epoch_cpu_s", "ratio", "cpu_ratio"))
        first, loss = figures["first_epoch_s"]["median"], figures["last_loss"]["median"]
        lines.append(f"{TITLES[side]:<18}{columns}{first:>16.2f}{loss:>11.4f}")
    if check := document["check"]:
        lines.append(
            f"{check['parameters']} parameters on both sides; without chance their first loss differs by "
            f"{check['apart'][0]:.0e}, and by {max(check['apart']):.0e} at most in {CHECKED_STEPS} steps"
        )
    return "\n".join(lines)


def shown(figure: dict[str, float]) -> str:
    return f"{figure['median']:.2f} ({figure['least']:.2f}..{figure['most']:.2f})"


def interpreter(asked: str | None, *, make: bool) -> Path | None:
    """Find an interpreter that has PyTorch, or make one; None where neither was asked for nor found."""
    if asked:
        found = shutil.which(asked)
        if not found or subprocess.run([found, "-c", "import torch"], capture_output=True, check=False).returncode:
            sys.exit(f"{asked} cannot import torch; give --torch a Python that can, or use --make-venv")
        return Path(found)
    if importlib.util.find_spec("torch"):
        return Path(sys.executable)
    if not make:
        return None
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"making {VENV} with PyTorch: a download of some gigabytes", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "torch", "numpy"], check=True)
    return python


def machine(threads: int) -> Row:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    cpu = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown processor")
    return {"cpu": cpu, "cores": os.cpu_count(), "threads": threads}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch", metavar="PYTHON", help="an interpreter that has PyTorch and numpy")
    parser.add_argument("--make-venv", action="store_true", help="install PyTorch in build/torch, and use that")
    parser.add_argument("--work", choices=[*WORKS, "all"], default="all")
    parser.add_argument("--epochs", type=int, default=6, help="a run, the first of which is given by itself")
    parser.add_argument("--runs", type=int, default=5, help="of each side")
    parser.add_argument("--sequences", type=int, help="an epoch, instead of the work's own number")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--no-compiled", action="store_true", help="leave compiled PyTorch out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    asked = parser.parse_args()
    if min(asked.epochs - 1, asked.runs, asked.threads) < 1:
        parser.error("two epochs, one run and one thread are the least")
    torch = interpreter(asked.torch, make=asked.make_venv)
    sides = Sides(torch, asked.threads, compiled=not asked.no_compiled)
    document: Row = {"machine": machine(asked.threads), "runs": asked.runs, "works": {}}
    for name in WORKS if asked.work == "all" else (asked.work,):
        work = dataclasses.replace(WORKS[name], sequences=asked.sequences or WORKS[name].sequences)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "work.npz"
            check = same_work(sides, work, Path(folder)) if torch else None
            prepare(path, work, asked.epochs, Recipe())
            figures = summary(measured(sides, path, asked.runs))
        document["works"][name] = {"work": dataclasses.asdict(work), "check": check, "sides": figures}
        print(table(name, work, document["works"][name]), end="\n\n")
    versions = dict.fromkeys(side["version"] for side in figures.values())
    print("{cpu}, {cores} cores, {threads} threads; ".format(**document["machine"]) + "; ".join(versions))
    print(f"median (least..most) of {asked.runs} runs; ratios are ours over that side's")
    if torch is None:
        print("PyTorch's time is missing: name an interpreter that has it with --torch, or make one with --make-venv")
    if asked.json:
        asked.json.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
