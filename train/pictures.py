"""Pictures of a run: the curves of its fitting, and whom it takes for whom."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from emg_edge.files import write_atomically
from emg_edge.movements import name_of


def save_curves(history: list[dict[str, Any]], path: Path) -> None:
    """Loss, training accuracy and validation balanced accuracy by epoch; the refit follows the search."""
    figure = Figure(figsize=(8, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for stage, style in (("search", "-"), ("refit", "--")):
        rows = [row for row in history if row["stage"] == stage]
        if not rows:
            continue
        epochs = [row["epoch"] + 1 for row in rows]
        left.plot(epochs, [row["loss"] for row in rows], style, color="tab:blue", label=stage)
        right.plot(epochs, [row["accuracy"] for row in rows], style, color="tab:blue", label=f"training ({stage})")
        if stage == "search":
            validation = [row["validation_balanced_accuracy"] for row in rows]
            right.plot(epochs, validation, color="tab:orange", label="validation, balanced")
    left.set(xlabel="epoch", ylabel="loss")
    right.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1))
    left.legend()
    right.legend()
    _save(figure, path)


def save_confusion(matrix: NDArray[np.int64], movements: tuple[int, ...], path: Path, title: str) -> None:
    """Share of each true movement's windows (rows) that was decided as each movement (columns)."""
    names = [name_of(number) for number in movements]
    size = 3 + 0.32 * len(names)
    figure = Figure(figsize=(size + 1, size), layout="constrained")
    axes = figure.subplots()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    picture = axes.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    axes.set_xticks(range(len(names)), names, rotation=90)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="decided", ylabel="made", title=title)
    for (row, column), share in np.ndenumerate(shares):
        if share >= 0.05 and len(names) <= 20:
            colour = "white" if share > 0.5 else "black"
            axes.text(column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=7, color=colour)
    figure.colorbar(picture, ax=axes, label="share of the movement's windows")
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    write_atomically(path, buffer.getvalue())
