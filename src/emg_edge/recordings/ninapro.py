"""One file of NinaPro as a Recording, its quirks mended and each mending remarked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import RecordingError
from emg_edge.recordings import filename, labels, matfile, quality
from emg_edge.recordings.archive import FileRef
from emg_edge.recordings.catalogue import Database
from emg_edge.recordings.identify import Facts
from emg_edge.recordings.recording import Recording

MAX_TRIM = 0.1  # share of the longest array; beyond it, the arrays are not of one take
MAX_LABEL = 1000  # labels and repetitions of NinaPro stay below 100
_AXES = 3
# Relabelled afterwards to the real movement; the plain ones follow the cue, about a second early.
_LABELS = (("restimulus", "stimulus"), ("rerepetition", "repetition"))

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Head:
    """A file before its samples are read: its variables, and the facts that tell its database."""

    file: FileRef
    listed: dict[str, matfile.Variable]
    facts: Facts
    subject_said: int | None
    exercise_said: int | None


def look(file: FileRef) -> Head:
    """Look at names, shapes and the few scalars. Raises RecordingError when it is no file of NinaPro."""
    name = filename.parse(file.name)
    if name is None:
        raise RecordingError(
            f"{file}: the name tells neither subject nor exercise; expected one like S1_A1_E1.mat, S1_E1_A1.mat or "
            "S1_D1_T1.mat"
        )
    listed = matfile.contents(file)
    emg = listed.get("emg")
    if emg is None or len(emg.shape) != 2 or not emg.numeric:
        found = ", ".join(sorted(listed)) or "nothing"
        raise RecordingError(
            f"{file} holds no two-dimensional 'emg' of real numbers, as NinaPro's files do; it holds {found[:200]}"
        )
    scalars = matfile.load(
        file, listed, [key for key in ("frequency", "subject", "exercise") if _is_scalar(listed, key)]
    )
    said = {key: float(value.flat[0]) for key, value in scalars.items()}
    facts = Facts(
        str(file), name, emg.shape[1], said.get("frequency"), frozenset(listed), filename.database_said(file.parts)
    )
    return Head(file, listed, facts, _whole(said.get("subject")), _whole(said.get("exercise")))


def read(head: Head, database: Database, *, acceleration: bool = True) -> Recording:
    """Read the samples and labels of a file. `acceleration` says whether to keep an IMU's, where there is one.

    Raises RecordingError when something is missing or damaged that cannot be mended.
    """
    file, name, simulated = head.file, head.facts.name, "simulated" in head.listed
    (movement_key, movement_note), (repetition_key, repetition_note) = (_label_key(head, *pair) for pair in _LABELS)
    keys = ["emg", movement_key, repetition_key, *(["acc"] if acceleration and _has_acceleration(head) else [])]
    loaded = matfile.load(file, head.listed, keys)
    arrays, trimmed = _trim({key: _columns(array, key, file) for key, array in loaded.items()}, file)
    samples, dead = _samples(arrays["emg"], database, file)
    raw = _labels(arrays[movement_key], movement_key, file)
    own = _labels(arrays[repetition_key], repetition_key, file)
    numbered = labels.number_movements(raw, database, name.exercise)
    repetition = labels.repetitions(raw, own, numbered.strange)
    axes = arrays.get("acc")
    motion = None if axes is None else np.ascontiguousarray(axes, dtype=np.float32)
    hollow = motion is not None and not np.isfinite(motion).all()
    notes = (
        *_name_against_fields(head, database),
        movement_note,
        repetition_note,
        trimmed,
        *dead,
        numbered.remark,
        _strange_note(numbered, raw),
        "" if simulated else _unrepeated_note(numbered.movement, repetition, database),
        "the acceleration holds values that are not finite numbers and was left out" if hollow else "",
    )
    return Recording(
        samples=samples,
        movement=numbered.movement,
        repetition=repetition,
        source=database.source(head.facts.channels),
        database=database.name,
        subject=name.subject,
        exercise="" if name.exercise is None else database.exercises[name.exercise],
        session=name.session,
        acceleration=None if hollow else motion,
        simulated=simulated,
        notes=tuple(note for note in notes if note),
    )


def _label_key(head: Head, key: str, plain: str) -> tuple[str, str]:
    if key in head.listed:
        return key, ""
    if plain in head.listed:
        return plain, f"'{key}' is absent: '{plain}' was taken, which follows the cue and not the movement"
    found = ", ".join(sorted(head.listed))
    raise RecordingError(
        f"{head.file} has neither '{key}' nor '{plain}', so nobody knows its movements; it has {found}"
    )


def _has_acceleration(head: Head) -> bool:
    acc = head.listed.get("acc")
    return acc is not None and acc.numeric and len(acc.shape) == 2 and acc.shape[1] % _AXES == 0


def _columns(array: NDArray[Any], key: str, file: FileRef) -> NDArray[Any]:
    """Put samples along the first axis: (n, channels), or (n,) for labels, which may lie down or stand up."""
    if key in ("emg", "acc"):
        return array
    if array.ndim > 2 or (array.ndim == 2 and 1 not in array.shape):
        raise RecordingError(f"{file}: '{key}' has the shape {array.shape}; expected one label a sample")
    return array.ravel()


def _trim(arrays: dict[str, NDArray[Any]], file: FileRef) -> tuple[Arrays, str]:
    lengths = {key: len(array) for key, array in arrays.items()}
    shortest, longest = min(lengths.values()), max(lengths.values())
    said = ", ".join(f"{key} {length}" for key, length in lengths.items())
    if shortest == 0:
        raise RecordingError(f"{file} holds no samples ({said})")
    if shortest == longest:
        return arrays, ""
    if shortest < (1 - MAX_TRIM) * longest:
        raise RecordingError(
            f"{file}: its arrays differ too much in length to be of one take ({said}); download it again"
        )
    return {key: array[:shortest] for key, array in arrays.items()}, f"trimmed to the shortest array ({said})"


def _samples(emg: NDArray[Any], database: Database, file: FileRef) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    if empty := database.empty.get(emg.shape[1]):
        ghosts = emg[:, empty]
        if np.any(np.nan_to_num(ghosts) != np.nan_to_num(ghosts[0])):
            columns = " and ".join(str(column + 1) for column in empty)
            raise RecordingError(f"{file}: columns {columns} hold a signal, and in {database.name} they are empty")
        emg = np.delete(emg, empty, axis=1)
    rectified = database.domain == "envelope"
    # Before the columns, which lie one after the other in the file, are interleaved: four times as fast.
    dead = quality.dead_channels(emg, database.rate_hz, str(file), rectified=rectified)
    if rectified and emg.min() < 0:
        raise RecordingError(
            f"{file} holds negative samples, and {database.name} is a rectified envelope; "
            "if it is of another database, give --database"
        )
    return np.ascontiguousarray(emg, dtype=np.float32), dead


def _labels(values: NDArray[Any], key: str, file: FileRef) -> labels.Labels:
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise RecordingError(f"{file}: '{key}' holds values that are not finite numbers; expected whole numbers")
    low, high = values.min(), values.max()
    if low < -MAX_LABEL or high > MAX_LABEL:
        raise RecordingError(f"{file}: '{key}' goes from {low:g} to {high:g}, and no label of NinaPro does")
    whole = values.astype(np.int16)
    if values.dtype.kind == "f" and (whole != values).any():
        raise RecordingError(f"{file}: '{key}' holds fractions; expected whole numbers")
    return whole


def _name_against_fields(head: Head, database: Database) -> tuple[str, ...]:
    name = head.facts.name
    notes = []
    if head.subject_said not in (None, name.subject):
        notes.append(f"the field 'subject' says {head.subject_said}: the file name was believed")
    # DB5's field is known to be wrong in every file, so nothing is told by it.
    if name.exercise is not None and database.name != "DB5" and head.exercise_said not in (None, name.exercise):
        notes.append(f"the field 'exercise' says {head.exercise_said}: the file name was believed")
    if head.facts.said not in (None, database.name):
        notes.append(f"its folder or zip says {head.facts.said}, and it looks like {database.name}, which was believed")
    return tuple(notes)


def _strange_note(numbered: labels.Numbered, raw: labels.Labels) -> str:
    if not numbered.strange:
        return ""
    count = int(np.isin(raw, numbered.strange).sum())
    named = ", ".join(map(str, numbered.strange[:10]))
    return f"labels outside this exercise ({named}): their {count} samples belong to no split"


def _unrepeated_note(movement: labels.Labels, repetition: labels.Labels, database: Database) -> str:
    lost = int(((movement != 0) & ((repetition < 1) | (repetition > database.repetitions))).sum())
    return f"{lost} samples of movements have no repetition in 1-{database.repetitions}" if lost else ""


def _is_scalar(listed: dict[str, matfile.Variable], key: str) -> bool:
    return key in listed and listed[key].numeric and all(length == 1 for length in listed[key].shape)


def _whole(value: float | None) -> int | None:
    return int(value) if value is not None and np.isfinite(value) else None
