"""The figures of a row: accuracy by person, who is taken for whom, accuracy by time since onset, learning curve."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from emg_edge.train.report.svg import COLOURS, INK, MUTED, RULE, drawing, inline
from emg_edge.train.report.words import decoder_name, number

NARROW = 5.0  # inches of 72 units: at a phone's width one unit is one CSS pixel
LABEL = 30  # characters of a name in a figure; the tables have it whole
NUMBERED = 30  # classes up to which a number fits in a cell of the matrix
STRONG = 0.65  # share from which a cell is so dark that its number is written light
SEEN = 0.005  # smaller shares would be written 0
# Colour, marker and line differ together: none has to be told by colour alone.
LOOKS: dict[str, dict[str, Any]] = {
    "int8": {"color": COLOURS["int8"], "marker": "o", "linestyle": "-"},
    "model": {"color": COLOURS["model"], "marker": "^", "linestyle": "-."},
    "td6_lda": {"color": COLOURS["td6-lda"], "marker": "s", "linestyle": "--"},
}
OTHER_LOOK: dict[str, Any] = {"color": COLOURS["other"], "marker": "D", "linestyle": ":"}


def look(decoder: str) -> dict[str, Any]:
    return LOOKS.get(decoder, OTHER_LOOK)


def people_figure(key: str, title: str, label: str, people: Mapping[str, Mapping[str, float]]) -> str:
    """Dot plot, a line a person, sorted by the first decoder. `people`: decoder -> person -> share."""
    decoders = list(people)
    first = people[decoders[0]]
    order = sorted(first, key=lambda person: first[person])
    with drawing():
        figure = Figure(figsize=(NARROW, 1.1 + 0.22 * len(order)), layout="constrained")
        axes = figure.subplots()
        for y, person in enumerate(order):
            shares = [100 * people[name][person] for name in decoders if person in people[name]]
            axes.plot([min(shares), max(shares)], [y, y], color=RULE, linewidth=1.5, zorder=1)
        for name in decoders:
            known = [(y, person) for y, person in enumerate(order) if person in people[name]]
            shares = [100 * people[name][person] for _, person in known]
            style = {**look(name), "linestyle": "none", "markersize": 5}
            axes.plot(shares, [y for y, _ in known], **style, label=decoder_name(name), zorder=2)
        axes.set_yticks(range(len(order)), [_short(person) for person in order])
        axes.set(xlabel=label, ylim=(-0.7, len(order) - 0.3))
        axes.grid(visible=True, axis="x")
        _bare(axes, "left")
        figure.legend(loc="outside upper left", ncols=len(decoders))
    ranges = "; ".join(
        f"{decoder_name(name)} from {100 * min(shares.values()):.1f} to {100 * max(shares.values()):.1f} %"
        for name, shares in people.items()
    )
    return inline(figure, key, title, f"{len(order)} people, best at the top: {ranges}.")


def confusion_figure(key: str, title: str, names: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Share of each movement's windows (rows) that was decided as each movement (columns)."""
    matrix = np.asarray(counts, float)  # (movement, decided)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    size = 2.2 + (0.36 if len(names) <= NUMBERED else 0.2) * len(names)
    labels = [_short(name) for name in names]
    with drawing():
        figure = Figure(figsize=(size, size), layout="constrained")
        axes = figure.subplots()
        for (row, column), share in np.ndenumerate(shares):
            if share < SEEN:
                continue
            cell = axes.add_artist(
                Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=COLOURS["cell"], alpha=share, linewidth=0)
            )
            cell.set_in_layout(False)  # inside the axes: thousands that need not be measured
            if len(names) <= NUMBERED:
                ink = COLOURS["cell-ink-strong" if share >= STRONG else "cell-ink"]
                text = axes.text(column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=9, color=ink)
                text.set_in_layout(False)
        axes.set(xlim=(-0.5, len(names) - 0.5), ylim=(len(names) - 0.5, -0.5), aspect="equal")
        axes.set_xticks(range(len(names)), labels, rotation=90)
        axes.set_yticks(range(len(names)), labels)
        edges = np.arange(len(names) + 1) - 0.5
        axes.hlines(edges, edges[0], edges[-1], color=RULE, linewidth=0.5)
        axes.vlines(edges, edges[0], edges[-1], color=RULE, linewidth=0.5)
        axes.tick_params(length=0)
        axes.set(xlabel="decided", ylabel="made")
        axes.spines[:].set_visible(False)
    return inline(figure, key, title, f"{len(names)} by {len(names)}: the table by movement says the same in words.")


def onset_figure(key: str, title: str, curves: Mapping[str, Mapping[str, Any]], settled_s: float | None) -> str:
    """Accuracy by time since the onset; `settled_s`: from when on the whole context lies in the movement."""
    with drawing():
        figure = Figure(figsize=(NARROW, 3.2), layout="constrained")
        axes = figure.subplots()
        last = max(float(np.max(curve["time_s"])) for curve in curves.values())
        if settled_s is not None and settled_s < last:
            axes.axvspan(settled_s, last, facecolor=COLOURS["shade"], edgecolor="none", zorder=0)
            axes.text(settled_s, 1.01, " settled", transform=axes.get_xaxis_transform(), fontsize=9, color=MUTED)
        for name, curve in curves.items():
            shares = [_percent(value) for value in curve["accuracy"]]
            axes.plot(curve["time_s"], shares, **{**look(name), "marker": ""}, label=decoder_name(name))
        axes.set(xlabel="time since the movement's onset (s)", ylabel="decided right (%)", ylim=(0, 100))
        axes.margins(x=0)
        axes.grid(visible=True, axis="y")
        axes.legend(loc="lower right")
    return inline(figure, key, title, "; ".join(_course(name, curve) for name, curve in curves.items()) + ".")


def learning_figure(
    key: str, title: str, label: str, repetitions: Sequence[int], curves: Mapping[str, Sequence[Any]]
) -> str:
    """Score by the number of training repetitions."""
    with drawing():
        figure = Figure(figsize=(NARROW, 3.2), layout="constrained")
        axes = figure.subplots()
        for name, values in curves.items():
            shares = [_percent(value) for value in values]
            axes.plot(repetitions, shares, **look(name), markersize=5, label=decoder_name(name))
        axes.set_xticks(repetitions)
        axes.set(xlabel="training repetitions of each movement", ylabel=label)
        axes.grid(visible=True, axis="y")
        axes.legend(loc="lower right")
    told = "; ".join(
        f"{decoder_name(name)}: "
        + ", ".join(
            f"{_percent(value):.1f} % with {count}"
            for count, value in zip(repetitions, values, strict=True)
            if number(value) is not None
        )
        for name, values in curves.items()
    )
    return inline(figure, key, title, told + ".")


def _course(name: str, curve: Mapping[str, Any]) -> str:
    """One curve in words: where it begins, where it ends, and its height."""
    known = [(time, value) for time, value in zip(curve["time_s"], map(number, curve["accuracy"]), strict=True)]
    points = [(time, value) for time, value in known if value is not None]
    if not points:
        return f"{decoder_name(name)}: no value"
    best = max(points, key=lambda point: point[1])
    return (
        f"{decoder_name(name)}: {100 * points[0][1]:.0f} % at {points[0][0]:.2f} s, "
        f"at most {100 * best[1]:.0f} % at {best[0]:.2f} s, {100 * points[-1][1]:.0f} % at {points[-1][0]:.2f} s"
    )


def _percent(value: Any) -> float:
    share = number(value)
    return float("nan") if share is None else 100 * share


def _short(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= LABEL else name[: LABEL - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _bare(axes: Axes, side: str) -> None:
    axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
