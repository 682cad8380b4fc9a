"""Labels: one numbering of movements, and repetitions that rest has too. No loop over samples."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.movements import FIRST_OF_EXERCISE, REST, SIZE_OF_EXERCISE
from emg_edge.recordings.catalogue import DB6_FIRST, DB6_LABELS, Database

Labels = NDArray[np.int16]


@dataclass(frozen=True)
class Numbered:
    """Movements of a file, (n,) int16, with the raw labels that belong to none, and a remark where one is due."""

    movement: Labels
    strange: tuple[int, ...]
    remark: str = ""


def number_movements(raw: Labels, database: Database, exercise: int | None) -> Numbered:
    """Bring a file's own labels, (n,), into the numbering of emg_edge.movements.

    Labels restart at 1 in each file, or run on across a subject's files (18-40 in DB2's second): the numbering in
    which more of them make sense is taken. DB6's raw labels become 61 + label; which movements of exercise C its
    grasps are is not verified. Labels that fit nowhere are listed as strange and stand as rest in `movement`;
    exclude them from repetitions with `repetitions(..., strange=...)`.
    """
    values = np.unique(raw[raw != REST])
    if exercise is None:
        return _with_offset(raw, values, np.isin(values, DB6_LABELS), DB6_FIRST)
    letter = database.exercises[exercise]
    first, size = FIRST_OF_EXERCISE[letter], SIZE_OF_EXERCISE[letter]
    # Across files, the first file of the database begins with 1.
    across_first = first - FIRST_OF_EXERCISE[min(database.exercises.values())] + 1
    restart = (values >= 1) & (values <= size)
    across = (values >= across_first) & (values < across_first + size)
    if across_first > 1 and across.any() and across.sum() >= restart.sum():
        numbered = _with_offset(raw, values, across, first - across_first)
        if not restart.all():
            return numbered
        remark = (
            f"labels {values[0]}-{values[-1]} could count from 1 in this file or on from the files before; "
            "the latter was taken"
        )
        return Numbered(numbered.movement, numbered.strange, remark)
    return _with_offset(raw, values, restart, first - 1)


def _with_offset(raw: Labels, values: Labels, known: NDArray[np.bool_], offset: int) -> Numbered:
    strange = values[~known]
    is_movement = (raw != REST) & ~np.isin(raw, strange) if strange.size else raw != REST
    movement = np.where(is_movement, raw + np.int16(offset), np.int16(REST))
    return Numbered(movement, tuple(map(int, strange)))


def repetitions(raw: Labels, own: Labels, strange: tuple[int, ...] = ()) -> Labels:
    """Repetition of each sample, (n,) int16, from a file's own labels `raw` and repetitions `own`.

    A movement keeps its own. A rest stretch gets that of the movement it precedes, so that an onset and the rest
    before it are never split; rest after the last movement, and strange labels, get 0.
    """
    starts = np.flatnonzero(np.diff(raw, prepend=raw[:1] + np.int16(1)))
    lengths = np.diff(starts, append=len(raw))
    following = np.append(own[starts[1:]], np.int16(0))
    at_rest = np.repeat(following, lengths)
    repetition = np.where(raw == REST, at_rest, own)
    if strange:
        repetition[np.isin(raw, strange)] = 0
    return repetition


def executions(label: Labels, made_before: Mapping[int, int] | None = None) -> Labels:
    """Count how often a movement has been made so far, (n,); 0 at rest and where it is not known (labels below 0).

    `made_before` says how often a movement was made before these samples.
    """
    starts = np.flatnonzero(np.diff(label, prepend=label[:1] - np.int16(1)))
    made = label[starts]
    nth = np.zeros(len(starts), np.int64)
    order = np.argsort(made, kind="stable")
    first = np.flatnonzero(np.diff(made[order], prepend=made[order][:1] - np.int16(1)))
    nth[order] = np.arange(len(made)) - np.repeat(first, np.diff(first, append=len(made))) + 1
    for movement, count in (made_before or {}).items():
        nth[made == movement] += count
    nth[made <= REST] = 0
    most = np.iinfo(np.int16).max
    return np.repeat(np.minimum(nth, most).astype(np.int16), np.diff(starts, append=len(label)))
