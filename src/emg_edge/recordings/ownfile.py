"""Our own recordings, as `emg-edge record` writes them: rows that BrainFlow plays, described by FILE.json."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import RecordingError
from emg_edge.movements import REST
from emg_edge.recordings import quality
from emg_edge.recordings.archive import FileRef
from emg_edge.recordings.boardcolumns import BOARDS
from emg_edge.recordings.boardrecording import as_lost, delivered, numbers, remark_loss
from emg_edge.recordings.description import UNKNOWN, Description
from emg_edge.recordings.labels import executions, repetitions
from emg_edge.recordings.recording import Recording
from emg_edge.recordings.rows import RowFormat, Rows, read_rows

LARGEST_NUMBER = 2**53  # a column of numbers is exact as far as this; at 10 kHz they last 28 000 years
_LARGEST_LABEL = int(np.iinfo(np.int16).max)


def read_own(path: Path, description: Description, made_before: Mapping[int, int] | None = None) -> Recording:
    """Read a recording of ours: samples and movements as they were written, and what was lost between them.

    Repetitions are counted: the k-th time that a movement is made is its repetition k, after as many as `made_before`
    says. Raises RecordingError naming the line where a row, a sample's number or a label is not what we write.
    """
    columns = BOARDS[description.columns]
    where = str(path)
    form = RowFormat(
        "\t",
        columns.width,
        (*range(1, description.channels + 1), *columns.acceleration),
        (0, columns.time, columns.marker),
    )
    with FileRef(path).open() as stream:
        rows = read_rows(stream, where, form)
    lost = _lost(rows, where)
    label = _labels(rows, where)
    source = description.source
    samples = np.ascontiguousarray(rows.signal[:, : description.channels])
    notes = list(rows.notes)
    notes += remark_loss(lost, source.rate_hz)
    notes += quality.dead_channels(samples, source.rate_hz, where, rectified=source.domain == "envelope")
    unlabelled = label == UNKNOWN
    if unlabelled.any():
        notes.append(
            "its movements are not known" + ("" if unlabelled.all() else f" for {unlabelled.mean():.0%} of it")
        )
    return Recording(
        samples,
        np.where(unlabelled, np.int16(REST), label),
        repetitions(label, executions(label, made_before)),
        source,
        "own",
        1,
        acceleration=delivered(rows.signal[:, description.channels :]),
        simulated=(description.wearer or "").startswith("SIM-"),
        notes=tuple(notes),
        lost=lost,
        unlabelled=unlabelled,
        worn_by=description.wearer or "",
    )


def _lost(rows: Rows, where: str) -> NDArray[np.int32]:
    number = numbers(rows.exact[:, 0], rows.line, where, LARGEST_NUMBER)
    steps = np.diff(number, prepend=-1)
    if (steps < 1).any():
        row = int((steps < 1).argmax())
        raise RecordingError(
            f"{where}, line {rows.line[row]}: the sample's number goes back from {number[row - 1]} to {number[row]}; "
            "in recordings of ours it only ever grows: rows were reordered or doubled"
        )
    return as_lost(steps - 1, rows.line, where)


def _labels(rows: Rows, where: str) -> NDArray[np.int16]:
    said = rows.exact[:, 2]
    bad = (said != np.rint(said)) | (said < UNKNOWN) | (said > _LARGEST_LABEL)
    if bad.any():
        row = int(bad.argmax())
        raise RecordingError(
            f"{where}, line {rows.line[row]}: the label is {said[row]:g}; expected the number of a movement, 0 for "
            f"rest, or {UNKNOWN} where it is not known"
        )
    return said.astype(np.int16)
