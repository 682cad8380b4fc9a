"""Plain tables of numbers, as makers record them: a column a channel, a row a sample."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import RecordingError
from emg_edge.recordings import quality
from emg_edge.recordings.archive import FileRef
from emg_edge.recordings.labels import repetitions
from emg_edge.recordings.numbertable import read_numbers
from emg_edge.recordings.recording import Recording
from emg_edge.signal.montage import LAYOUTS
from emg_edge.signal.source import Source, Unit

SUFFIXES = (".csv", ".tsv", ".txt")
RATE_TOLERANCE = 0.05  # relative; a host's clock stamps samples unevenly
_ROLES = {"movement": "movement", "label": "movement", "repetition": "repetition", "time": "time", "timestamp": "time"}
_LARGEST_LABEL = 1000  # as in NinaPro's files


def read_table(path: Path, rate_hz: float, unit: Unit, layout: str = "ring8") -> Recording:
    """Read a CSV or TSV: a column a channel, in the layout's order; lines that begin with # or % are comments.

    Where a header row names them, the columns `movement` (or `label`), `repetition` and `time` (seconds) are taken
    for that; without `movement` the truth is unknown: movement and repetition are 0 everywhere. The signal is raw.
    Raises RecordingError naming the line when a row is short, is not numeric, or holds NaN.
    """
    if not rate_hz > 0:
        raise RecordingError(f"{path}: a rate of {rate_hz:g} Hz is none; give the rate at which it was recorded")
    source = Source("raw", float(rate_hz), unit, layout)
    table = read_numbers(FileRef(path))
    values = table.values
    roles = {_ROLES[name]: column for column, name in enumerate(table.header) if name in _ROLES}
    channels = [column for column in range(values.shape[1]) if column not in roles.values()]
    if len(channels) != LAYOUTS[layout]:
        raise RecordingError(
            f"{path} has {len(channels)} columns of signal, and the layout '{layout}' has {LAYOUTS[layout]}; "
            "columns of anything else need a header row that names them movement, repetition or time"
        )
    samples = np.ascontiguousarray(values[:, channels], dtype=np.float32)
    notes = list(quality.dead_channels(samples, rate_hz, str(path), rectified=False))
    movement = _labels(values, roles.get("movement"), path, "movement")
    repetition = _labels(values, roles.get("repetition"), path, "repetition")
    if "time" in roles:
        notes += _clock(values[:, roles["time"]], rate_hz)
    if "movement" not in roles:
        notes.append("no column 'movement': the truth is unknown")
    elif "repetition" not in roles:
        notes.append("no column 'repetition': its samples belong to no split")
    else:
        repetition = repetitions(movement, repetition)
    return Recording(samples, movement, repetition, source, "own", 1, notes=tuple(notes))


def _labels(values: NDArray[np.float64], column: int | None, path: Path, name: str) -> NDArray[np.int16]:
    if column is None:
        return np.zeros(len(values), np.int16)
    said = values[:, column]
    if (said != np.round(said)).any() or said.min() < 0 or said.max() > _LARGEST_LABEL:
        raise RecordingError(
            f"{path}: the column '{name}' holds other things than whole numbers from 0 to {_LARGEST_LABEL}"
        )
    return said.astype(np.int16)


def _clock(time_s: NDArray[np.float64], rate_hz: float) -> list[str]:
    span = float(time_s[-1] - time_s[0])
    if len(time_s) < 2 or span <= 0:
        return ["the column 'time' does not go forward and was not used"]
    measured = (len(time_s) - 1) / span
    if abs(measured - rate_hz) <= RATE_TOLERANCE * rate_hz:
        return []
    return [f"the column 'time' says {measured:.1f} Hz, and {rate_hz:g} Hz was given, which was believed"]
