"""Training: seconds an epoch, ours against PyTorch's on the same work and the same cores.

    python bench/training.py [--torch PYTHON | --make-venv] [--work merged|own|all] [--epochs 6] [--runs 5] [--json FILE]

Same synthetic frames, sequences in the same order, first weights, batch, augmentation, loss, AdamW, cosine schedule,
float32 and threads. Ours is `fit` as `emg-edge train` calls it; PyTorch's is bench/training_pytorch.py, nn.Conv1d in
eager mode, which is the figure to hold ours against, and compiled where a C++ compiler is found. Before timing,
both take a few steps without augmentation and drop-out, and must have as many parameters and agree on the losses.
Sides alternate, each run in a process of its own. A run's figure is the median of its epochs after the first, which
holds tracing and warming up and is given by itself; the ratio is of neighbouring runs, so that a busy machine, which
slows both, matters less.

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

import numpy as np
import training_work
from numpy.typing import NDArray
from training_work import HELD, SEED, WORKS, Work

from emg_edge.train.data.sequences import OUTPUTS, FrameSet, Sequences
from emg_edge.train.data.splits import Side
from emg_edge.train.fitting.recipe import Recipe

HERE = Path(__file__).parent
VENV = HERE.parent / "build" / "torch"
CLIP = 2.5  # signal.spec.CLIP_SD
GAMMA = 5.0  # where fitting.network starts batch norm's scale
CHECKED_STEPS = 3
# The first loss differs by rounding alone; later ones also by where AdamW adds its epsilon.
FIRST_LOSS, LATER_LOSS = 1e-4, 2e-3

Row = dict[str, Any]


def prepared(path: Path, work: Work, epochs: int, recipe: Recipe) -> None:
    """Write all that both sides need, the same for the same work."""
    random = np.random.default_rng(SEED)
    arrays = training_work.synthetic(work, random, OUTPUTS)
    sides = np.where(arrays["counted"], Side.TRAIN, Side.TEST).astype(np.int8)
    data = FrameSet(arrays["frames"], arrays["classes"], sides, np.zeros(len(sides), np.int64))
    context = 1 + 2 * sum(work.dilations)
    sequences = Sequences(data, (Side.TRAIN,), context, recipe.balance, SEED)
    batches = -(-work.sequences // recipe.batch)
    arrays["loss_weight"] = sequences.loss_weight
    arrays["starts"] = np.stack(
        [
            np.resize(sequences.epoch(epoch, work.sequences), (batches, recipe.batch)) for epoch in range(epochs)
        ]  # as fit fills the last batch up
    )
    for i, weight in enumerate(training_work.first_weights(work, GAMMA, random)):
        arrays[f"weight_{i:02}"] = weight
    settings = {name: getattr(recipe, name) for name in ("learning_rate", "weight_decay", "gain", "noise")}
    settings |= {"outputs": OUTPUTS, "length": sequences.length, "clip": CLIP, "balance": recipe.balance}
    training_work.write(path, work, settings, arrays)


class Sides:
    """Runs either side on a work in a process of its own, on so many threads."""

    def __init__(self, torch: Path | None, threads: int) -> None:
        self._torch, self._threads = torch, threads
        count = str(threads)
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
        self._environment = os.environ | dict.fromkeys(names, count) | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        # What is not there is not tried: compiling needs a C++ compiler.
        compiled = ["compiled"] if any(map(shutil.which, ("c++", "g++", "clang++"))) else []
        self.names = ["ours", *(["eager", *compiled] if torch else [])]

    def run(self, name: str, path: Path) -> Row:
        if name == "ours":
            command = [sys.executable, str(HERE / "training_ours.py"), str(path)]
        else:
            script = str(HERE / "training_pytorch.py")
            command = [str(self._torch), script, str(path), str(self._threads), name]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{name}: {(done.stderr.strip().splitlines() or ['ended without a word'])[-1]}")
        row: Row = json.loads(done.stdout.splitlines()[-1])
        return row


def same_work(sides: Sides, work: Work, folder: Path) -> Row:
    """A few steps of one batch each, without chance: what both sides say of them. Exits when they differ."""
    recipe = Recipe(gain=0.0, noise=0.0)
    plain = dataclasses.replace(work, dropout=0.0, sequences=recipe.batch)
    path = folder / "check.npz"
    prepared(path, plain, CHECKED_STEPS, recipe)
    ours, theirs = (sides.run(name, path) for name in ("ours", "eager"))
    if ours["parameters"] != theirs["parameters"]:
        sys.exit(f"ours has {ours['parameters']} parameters and PyTorch's {theirs['parameters']}: not the same network")
    losses = [[epoch["loss"] for epoch in side["epochs"]] for side in (ours, theirs)]
    apart = np.abs(np.subtract(*losses))
    if apart[0] > FIRST_LOSS or apart.max() > LATER_LOSS:
        sys.exit(f"losses of the first steps differ: ours {losses[0]}, PyTorch's {losses[1]}")
    return {"parameters": ours["parameters"], "losses_ours": losses[0], "losses_pytorch": losses[1]}


def measured(sides: Sides, path: Path, runs: int) -> dict[str, list[Row]]:
    """Let sides alternate, and each begin in turn."""
    rows: dict[str, list[Row]] = {name: [] for name in sides.names}
    for i in range(runs):
        for name in sides.names[i % len(sides.names) :] + sides.names[: i % len(sides.names)]:
            rows[name].append(sides.run(name, path))
            print(f"run {i + 1} of {runs}, {name}: {seconds(rows[name][-1]):.3f} s an epoch", file=sys.stderr)
    return rows


def seconds(row: Row) -> float:
    """Of an epoch, after the first."""
    return statistics.median(epoch["seconds"] for epoch in row["epochs"][1:])


def summary(rows: dict[str, list[Row]]) -> dict[str, Row]:
    """Median and range over runs; `ours_over_theirs` below 1 means that ours is faster."""
    ours = [seconds(row) for row in rows["ours"]]
    document = {}
    for name, of_name in rows.items():
        each = [seconds(row) for row in of_name]
        figures = {
            "version": of_name[0]["version"],
            "epoch_s": spread(each),
            "first_epoch_s": spread([row["epochs"][0]["seconds"] for row in of_name]),
            "last_loss": spread([row["epochs"][-1]["loss"] for row in of_name]),
        }
        if name != "ours":
            figures["ours_over_theirs"] = spread([a / b for a, b in zip(ours, each, strict=True)])
        document[name] = figures
    return document


def spread(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def table(name: str, work: Work, document: Row) -> str:
    frames = work.sequences * OUTPUTS
    lines = [
        f"{name}: {work.features} features, width {work.width}, dilations {work.dilations}, {work.classes} classes, "
        f"{work.sequences} sequences ({frames} windows) an epoch",
        f"{'':<18}{'epoch, s':>26}{'first epoch, s':>18}{'last loss':>12}{'ours / theirs':>24}",
    ]
    titles = {"ours": "ours", "eager": "PyTorch, eager", "compiled": "PyTorch, compiled"}
    for side, figures in document["sides"].items():
        ratio = shown(figures["ours_over_theirs"]) if "ours_over_theirs" in figures else ""
        lines.append(
            f"{titles[side]:<18}{shown(figures['epoch_s']):>26}{figures['first_epoch_s']['median']:>18.2f}"
            f"{figures['last_loss']['median']:>12.4f}{ratio:>24}"
        )
    return "\n".join(lines)


def shown(figure: dict[str, float]) -> str:
    return f"{figure['median']:.3f} ({figure['least']:.3f} .. {figure['most']:.3f})"


def interpreter(asked: argparse.Namespace) -> Path | None:
    """Find an interpreter that has PyTorch, or make one; None where neither was asked for nor found."""
    if asked.torch:
        found = shutil.which(asked.torch)
        if not found or subprocess.run([found, "-c", "import torch"], capture_output=True, check=False).returncode:
            sys.exit(f"{asked.torch} cannot import torch; give --torch a Python that can, or use --make-venv")
        return Path(found)
    if importlib.util.find_spec("torch"):
        return Path(sys.executable)
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if asked.make_venv:
        if not python.exists():
            print(f"making {VENV} with PyTorch, a download of some gigabytes", file=sys.stderr)
            subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "torch", "numpy"], check=True)
        return python
    return None


def cpu() -> str:
    """Name the processor, as far as the system tells."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


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
    torch = interpreter(asked)
    sides = Sides(torch, asked.threads)
    if asked.no_compiled and "compiled" in sides.names:
        sides.names.remove("compiled")
    document: Row = {"machine": {"cpu": cpu(), "cores": os.cpu_count(), "threads": asked.threads}, "works": {}}
    for name in WORKS if asked.work == "all" else (asked.work,):
        work = dataclasses.replace(WORKS[name], sequences=asked.sequences or WORKS[name].sequences)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "work.npz"
            found: Row = {"check": same_work(sides, work, Path(folder)) if torch else None}
            prepared(path, work, asked.epochs, Recipe())
            found |= {"sides": summary(measured(sides, path, asked.runs)), "work": dataclasses.asdict(work)}
        document["works"][name] = found
        print(table(name, work, found))
        if found["check"]:
            apart = max(map(abs, np.subtract(found["check"]["losses_ours"], found["check"]["losses_pytorch"])))
            print(f"{found['check']['parameters']} parameters on both sides; first losses differ by {apart:.1e}")
        print()
    versions = sorted({side["version"] for found in document["works"].values() for side in found["sides"].values()})
    print(f"{cpu()}, {os.cpu_count()} cores, {asked.threads} threads; median (least .. most) of {asked.runs} runs; ", end="")
    print("; ".join(versions))
    if torch is None:
        print("PyTorch's time is missing: name an interpreter that has it with --torch, or make one with --make-venv")
    if asked.json:
        asked.json.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
