"""Pictures of a run: the curves of its fitting, and whom it takes for whom."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from emg_edge.files import write_atomically


def save_curves(history: list[dict[str, Any]], path: Path) -> None:
    """Loss and training accuracy by epoch."""
    figure = Figure(figsize=(8, 4), layout="constrained")
    epochs = [row["epoch"] + 1 for row in history]
    for axes, key, most in zip(figure.subplots(1, 2), ("loss", "accuracy"), (None, 1), strict=True):
        axes.plot(epochs, [row[key] for row in history])
        axes.set(xlabel="epoch", ylabel=f"training {key}", ylim=(0, most))
    _save(figure, path)


def save_confusion(matrix: NDArray[np.int64], names: tuple[str, ...], path: Path, title: str) -> None:
    """Share of each true movement's windows (rows) that was decided as each movement (columns)."""
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
