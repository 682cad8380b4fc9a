"""The page of `emg-edge verify`: one HTML file that needs nothing else."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from emg_edge.decoding.parity import ERROR_QUANTILES, NEAR_TIES_ARE, Row
from emg_edge.files import write_atomically
from emg_edge.train.report.plots import NARROW
from emg_edge.train.report.svg import COLOURS, drawing, inline
from emg_edge.train.report.templates import environment
from emg_edge.verification.report import Verification, left_out

_QUANTILES = ["all" if share == 1 else f"{100 * share:g} %" for share in ERROR_QUANTILES]  # of the windows
_LOOKS = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)), (0, (3, 1, 1, 1)))
_SHADES = ("int8", "model", "td6-lda", "other")
_LEAST = 1e-5  # probability errors below are drawn there: the axis is logarithmic


def write_page(found: Verification, path: Path) -> None:
    """Write the page, whole or not at all. Raises EmgEdgeError where it cannot."""
    write_atomically(path, render(found).encode())


def render(found: Verification) -> str:
    """The page as text."""
    pages = environment()
    pages.filters["share"] = lambda value: f"{100 * value:.2f}"
    rows = found.runtimes
    return pages.get_template("verification.html").render(
        found=found,
        left_out=left_out(found),
        near_ties_are=NEAR_TIES_ARE,
        pictures=[_recall(rows[0], rows[-1]), _errors(rows)],
    )


def _recall(first: Row, last: Row) -> tuple[str, str]:
    """Bars a movement: of the reference, and of the live loop."""
    names = [one.name for one in first.movements]
    with drawing():
        figure = Figure(figsize=(NARROW, 1.2 + 0.3 * len(names)), layout="constrained")
        axes = figure.subplots()
        places = np.arange(len(names))
        for row, shift, colour in ((first, 0.2, "td6-lda"), (last, -0.2, "int8")):
            shares = [100 * one.recall for one in row.movements]
            axes.barh(places + shift, shares, 0.36, color=COLOURS[colour], label=row.runtime)
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.set(xlabel="windows of the movement that are recognised (%)", xlim=(0, 100))
        axes.grid(visible=True, axis="x")
        figure.legend(loc="outside upper left")
    lowest = min(first.movements, key=lambda one: one.recall)
    told = f"Lowest: {lowest.name}, {100 * lowest.recall:.1f} % of {lowest.windows} windows."
    return "Each movement", inline(figure, "recall", "Each movement", told)


def _errors(rows: Sequence[Row]) -> tuple[str, str]:
    """How far the probability of what was decided is from the reference's, a line a runtime."""
    with drawing():
        figure = Figure(figsize=(NARROW, 3.2), layout="constrained")
        axes = figure.subplots()
        for number, row in enumerate(rows[1:]):
            axes.plot(
                _QUANTILES,
                np.maximum(row.probability_errors, _LEAST),
                color=COLOURS[_SHADES[number % len(_SHADES)]],
                linestyle=_LOOKS[number % len(_LOOKS)],
                label=row.runtime,
            )
        axes.set(yscale="log", ylim=(_LEAST, 1), xlabel="of the windows", ylabel="at most so far off")
        axes.yaxis.set_major_formatter(lambda error, _: f"{error:g}")
        axes.grid(visible=True, axis="y")
        figure.legend(loc="outside upper left")
    largest = max((row.max_probability_error for row in rows), default=0.0)
    return "Probabilities", inline(figure, "errors", "Probabilities", f"The largest difference is {largest:.4f}.")
