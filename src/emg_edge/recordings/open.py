"""One recording from one file, whatever kind it is: told by its content, by its name only where that says nothing."""

import zipfile
from pathlib import Path

from emg_edge.errors import RecordingError
from emg_edge.files import Kind, kind_of
from emg_edge.recordings.recording import Recording
from emg_edge.signal.source import Unit

_BEGINNING = 64 << 10  # bytes to look at: a header and the first rows
_EXPECTED = (
    "a .mat file of NinaPro, a recording of emg-edge, BrainFlow or the OpenBCI GUI, or a table of numbers (.csv, .tsv)"
)


def open_recording(
    path: Path,
    *,
    database: str | None = None,
    rate_hz: float | None = None,
    unit: Unit | None = None,
    layout: str = "ring8",
    master_board: str = "",
) -> Recording:
    """Read one of NinaPro's .mat files, a recording of ours, of BrainFlow or of the OpenBCI GUI, or a plain table.

    A zip must hold exactly one .mat. `database` decides where a .mat could be of several, `master_board` (BrainFlow's
    name) where a recording could be of several boards, and `rate_hz` where BrainFlow's board was set to another rate
    than its own; a table needs `rate_hz` and `unit`, which it cannot say itself. Raises RecordingError when it cannot
    be read, or when it is several recordings.
    """
    kind = kind_of(path)
    if kind is not Kind.FILE:
        found = "is not there" if kind is Kind.ABSENT else "is no file"
        raise RecordingError(f"{path} {found}; give {_EXPECTED}")
    if path.suffix.lower() in (".mat", ".zip") or zipfile.is_zipfile(path):
        if rate_hz is not None or unit is not None:
            raise RecordingError(f"{path} is of NinaPro, whose rate and unit are known; leave out --rate and --unit")
        return _ninapro(path, database)
    return _text(path, rate_hz, unit, layout, master_board)


def is_labelled(recording: Recording) -> bool:
    """Tell whether the truth of a recording is known at all."""
    if recording.unlabelled is not None:
        return not recording.unlabelled.all()
    return bool(recording.movement.any() or recording.repetition.any())


def _ninapro(path: Path, database: str | None) -> Recording:
    from emg_edge.recordings.takes import find  # noqa: PLC0415 - each kind loads its own reader

    found = find(path, database)
    if len(found.takes) > 1:
        listed = ", ".join(str(take) for take in found.takes[:3])
        raise RecordingError(f"{path} holds {len(found.takes)} recordings ({listed}, ...); give one of them")
    return found.takes[0].read()


def _text(path: Path, rate_hz: float | None, unit: Unit | None, layout: str, master_board: str) -> Recording:
    from emg_edge.recordings import brainflowfile, description, guifile, ownfile, table  # noqa: PLC0415 - as above

    beginning = _beginning(path)
    if beginning is not None and not beginning.strip():
        raise RecordingError(f"{path} is empty; give {_EXPECTED}")
    if (described := description.look_beside(path)) is not None:
        _refuse_rate_and_unit(path, rate_hz, unit, "a recording of emg-edge")
        return ownfile.read_own(path, described)
    if beginning is not None and beginning.startswith(guifile.MAGIC):
        _refuse_rate_and_unit(path, rate_hz, unit, "a recording of the OpenBCI GUI")
        return guifile.read_gui(path, master_board)
    if beginning is not None and (master_board or brainflowfile.looks_like(beginning)):
        _refuse_rate_and_unit(path, None, unit, "a recording of BrainFlow")
        return brainflowfile.read_brainflow(path, beginning, master_board, rate_hz)
    if path.suffix.lower() not in table.SUFFIXES:
        raise RecordingError(f"{path} is of no kind we read; expected {_EXPECTED}")
    if beginning is None:
        raise RecordingError(f"{path} is not a text file; expected rows of numbers")
    if rate_hz is None or unit is None:
        raise RecordingError(
            f"{path} is a table, which does not say its own rate and unit; say both, as --rate 200 --unit uV"
        )
    return table.read_table(path, rate_hz, unit, layout)


def _beginning(path: Path) -> str | None:
    """Read how a file begins, as text; None when it is none."""
    try:
        with path.open("rb") as file:
            data = file.read(_BEGINNING)
    except OSError as error:
        raise RecordingError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    whole = data[: data.rfind(b"\n") + 1] or data  # a letter of several bytes may be cut at the end
    try:
        return None if b"\0" in whole else whole.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _refuse_rate_and_unit(path: Path, rate_hz: float | None, unit: Unit | None, kind: str) -> None:
    words = " and ".join(word for word, said in (("--rate", rate_hz), ("--unit", unit)) if said is not None)
    if words:
        raise RecordingError(f"{path} is {kind}, where this is known; leave out {words}")
