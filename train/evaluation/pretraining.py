"""What was learnt from other people, once, for all whose decoders begin with it; it is kept in the cache."""

import hashlib
import io

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.damage import ARCHIVE_ERRORS
from emg_edge.files import write_atomically
from emg_edge.train.data.cache import cache_folder
from emg_edge.train.data.sequences import learnt_from
from emg_edge.train.fitting.fit import fit
from emg_edge.train.fitting.network import weights_of
from emg_edge.train.fitting.task import Task

_FORMAT = 3  # part of every key: raise it when the network or its fitting changes


def pretrained(task: Task) -> list[NDArray[np.float32]]:
    """Weights of the task's network when it is fitted on the task's data."""
    place = cache_folder() / "pretrained" / f"{_key(task)}.npz"
    try:
        with place.open("rb") as file, np.load(file) as stored:
            return [stored[name] for name in sorted(stored.files)]
    except ARCHIVE_ERRORS:  # absent, or damaged: made anew
        weights = weights_of(fit(task, None, lambda _step: None)[0])
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **{f"weight_{i:03}": weight for i, weight in enumerate(weights)})
    place.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(place, buffer.getvalue())
    return weights


def _key(task: Task) -> str:
    """Of the frames that are learnt from and of the settings."""
    data = learnt_from(task.data, task.on, task.shape.context)
    settings = (_FORMAT, task.classes, task.shape, task.seed, task.spec, task.head)
    digest = hashlib.blake2b(msgspec.json.encode((settings, task.recipe)), digest_size=16)
    for array in (data.frames, data.classes, data.sides, data.group):
        digest.update(array.tobytes())
    return digest.hexdigest()
