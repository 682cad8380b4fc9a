"""Tracks on disk, memory-mapped, keyed by the content of the recording and the settings that made them.

A folder a track, written beside and renamed, so that it is whole or not there; it may be deleted at any time.
"""

import errno
import hashlib
import os
import shutil
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import platformdirs

from emg_edge.errors import EmgEdgeError
from emg_edge.files import cannot_write
from emg_edge.signal.spec import SignalSpec
from emg_edge.train.data.track import Track

FORMAT = 5  # part of every key: raise it when what is stored, or what the readers and the front end compute, changes
_ARRAYS = ("signal", "frames", "ends", "movement", "repetition", "acceleration")
_PLAIN = tuple(field.name for field in fields(Track) if field.name not in _ARRAYS)
_ABOUT = "track.json"


def cache_folder() -> Path:
    """$EMG_EDGE_CACHE, else the user's cache folder."""
    said = os.environ.get("EMG_EDGE_CACHE")
    return Path(said) if said else Path(platformdirs.user_cache_dir("emg-edge"))


def key_of(content: str, identity: str, spec: SignalSpec, ring: str) -> str:
    """Key of a track; context and hop are left out, as windows are cut later."""
    made_by = msgspec.json.encode([FORMAT, content, identity, ring, msgspec.structs.replace(spec, context=1, hop=1)])
    return hashlib.blake2b(made_by, digest_size=20).hexdigest()


def load(key: str) -> tuple[Track, tuple[str, ...]] | None:
    """The track and what its reader remarked; None when it is not stored whole, and is to be made anew."""
    folder = cache_folder() / key
    try:
        about = msgspec.json.decode((folder / _ABOUT).read_bytes(), type=dict[str, Any])
        notes = tuple(about.pop("notes"))
        about["movement_names"] = {int(number): name for number, name in about["movement_names"].items()}
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r")
            for name in _ARRAYS
            if name != "acceleration" or (folder / f"{name}.npy").exists()
        }
        return Track(**about, **arrays), notes
    except (OSError, ValueError, EOFError, KeyError, TypeError, AttributeError, msgspec.MsgspecError):
        return None


def _move(part: Path, place: Path) -> None:
    try:
        part.rename(place)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):  # else another process was first: its copy is as good
            raise


def store(key: str, track: Track, notes: tuple[str, ...]) -> None:
    """Write a track. Raises EmgEdgeError when the disk is full; a copy that another process wrote first is kept."""
    root = cache_folder()
    try:
        root.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=root))
        try:
            for name in _ARRAYS:
                array = getattr(track, name)
                if array is not None:
                    np.save(part / f"{name}.npy", array)
            about = {name: getattr(track, name) for name in _PLAIN} | {"notes": notes}
            (part / _ABOUT).write_bytes(msgspec.json.encode(about))
            if load(key) is None:  # absent or damaged
                shutil.rmtree(root / key, ignore_errors=True)
                _move(part, root / key)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        problem = cannot_write(root, error)
        raise EmgEdgeError(f"{problem} (this is the cache; EMG_EDGE_CACHE names another folder)") from error
