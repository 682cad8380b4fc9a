"""Whose folder `--out` is: a new run's, the same run's to go on with, or somebody else's, which is left alone."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from emg_edge.decoding import runfolder
from emg_edge.errors import RunFolderError
from emg_edge.files import Kind, cannot_write, kind_of, write_json
from emg_edge.train.config import TrainConfig
from emg_edge.train.data.track import Track
from emg_edge.train.fitting.checkpoint import CHECKPOINT

_RESULTS = (runfolder.DECODER, runfolder.METRICS, runfolder.NETWORK, runfolder.WINDOWS, CHECKPOINT)


@contextlib.contextmanager
def sole_user(out: Path) -> Iterator[None]:
    """Hold the folder itself against other trainings. Raises RunFolderError when one is at work there."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        folder = os.open(out, os.O_RDONLY)
    except OSError as error:
        raise cannot_write(out, error) from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise RunFolderError(f"another training is at work in {out}; wait for it, or choose another --out") from None
    finally:
        os.close(folder)


def refuse_foreign(out: Path) -> None:
    """Raise RunFolderError when `out` is something other than a run folder, before any long work."""
    kind = kind_of(out)
    if kind is Kind.ABSENT or kind_of(out / runfolder.CONFIG) is Kind.FILE:
        return
    if kind is not Kind.FOLDER or any(out.iterdir()):
        raise RunFolderError(f"{out} exists and is not a training run; choose an empty or a new folder for --out")


def claim(out: Path, config: TrainConfig, tracks: tuple[Track, ...], *, force: bool) -> None:
    """Make `out` this run's folder, or find that it is.

    The recordings are known by their content, not by where they lie. Raises RunFolderError, naming what differs, when
    `out` is another run's and `force` is off; with it the results there are removed.
    """
    refuse_foreign(out)
    place = out / runfolder.CONFIG
    mine = msgspec.to_builtins(config) | {"content": _content(tracks)}
    if kind_of(place) is Kind.FILE and not force:
        standing = msgspec.to_builtins(TrainConfig(data="")) | stored(place)
        differing = [key for key in mine if key != "data" and _plain(standing.get(key)) != _plain(mine[key])]
        if differing:
            raise RunFolderError(
                f"{out} is a run with other settings ({', '.join(differing)} differ); choose another --out, or say "
                "--force to train it anew"
            )
        return
    for folder in (out, *(out / runfolder.SUBJECTS).glob("*")):
        for name in _RESULTS:
            (folder / name).unlink(missing_ok=True)
    write_json(place, mine)


def stored(place: Path) -> dict[str, Any]:
    """A JSON document of a run folder. Raises RunFolderError when it is damaged."""
    try:
        return msgspec.json.decode(place.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RunFolderError(f"{place} is damaged: {error}; --force starts afresh") from error


def _content(tracks: tuple[Track, ...]) -> str:
    content = hashlib.blake2b(digest_size=16)
    for track in tracks:
        content.update(f"{track.scale_name} {track.take} {len(track.frames)}".encode())
        content.update(np.ascontiguousarray(track.movement).tobytes())
    return content.hexdigest()


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))  # as it comes back from a file: tuples are lists
