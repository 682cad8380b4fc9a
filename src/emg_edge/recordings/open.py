"""One recording from one file, whatever kind it is."""

import zipfile
from pathlib import Path

from emg_edge.errors import RecordingError
from emg_edge.files import Kind, kind_of
from emg_edge.recordings.recording import Recording
from emg_edge.signal.source import Unit


def open_recording(
    path: Path,
    *,
    database: str | None = None,
    rate_hz: float | None = None,
    unit: Unit | None = None,
    layout: str = "ring8",
) -> Recording:
    """Read a NinaPro .mat, a zip that holds exactly one, or a plain table of numbers.

    `database` decides where a .mat could be of several; a table needs `rate_hz` and `unit`, which it cannot say
    itself. Raises RecordingError when it cannot be read, or when it is several recordings.
    """
    kind = kind_of(path)
    if kind is not Kind.FILE:
        found = "is not there" if kind is Kind.ABSENT else "is no file"
        raise RecordingError(f"{path} {found}; give a .mat file of NinaPro or a table of numbers (.csv, .tsv)")
    if path.suffix.lower() in (".mat", ".zip") or zipfile.is_zipfile(path):
        if rate_hz is not None or unit is not None:
            raise RecordingError(f"{path} is of NinaPro, whose rate and unit are known; leave out --rate and --unit")
        return _ninapro(path, database)
    from emg_edge.recordings.table import SUFFIXES, read_table  # noqa: PLC0415 - each kind loads its own reader

    if path.suffix.lower() not in SUFFIXES:
        raise RecordingError(f"{path} is of no kind we read; expected .mat, .zip, {', '.join(SUFFIXES)}")
    if rate_hz is None or unit is None:
        raise RecordingError(
            f"{path} is a table, which does not say its own rate and unit; say both, as --rate 200 --unit uV"
        )
    return read_table(path, rate_hz, unit, layout)


def is_labelled(recording: Recording) -> bool:
    """Tell whether the truth of a recording is known at all."""
    return bool(recording.movement.any() or recording.repetition.any())


def _ninapro(path: Path, database: str | None) -> Recording:
    from emg_edge.recordings.takes import find  # noqa: PLC0415 - as above

    found = find(path, database)
    if len(found.takes) > 1:
        listed = ", ".join(str(take) for take in found.takes[:3])
        raise RecordingError(f"{path} holds {len(found.takes)} recordings ({listed}, ...); give one of them")
    return found.takes[0].read()
