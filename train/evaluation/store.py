"""Results of jobs in files: packed without pickle, one file a job, whole or not there."""

import hashlib
import io
import json
import re
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from emg_edge.damage import ARCHIVE_ERRORS
from emg_edge.errors import EmgEdgeError
from emg_edge.files import write_atomically
from emg_edge.train.evaluation.decided import Decided, Said

_ABOUT = "about.json"
_SUFFIX = ".result"
# Raise the number when what `pack` writes, or what Decided means, changes: results of the old kind are then made anew.
_HEADER = b"emg-edge result 1\n"
_DIGEST_BYTES = 16
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,199}")  # a file name everywhere; 255 bytes is the usual limit


def pack(decided: list[Decided], facts: dict[str, Any]) -> bytes:
    """Everything in one npz file; the same input gives the same bytes. `facts` holds what JSON can hold."""
    tracks = []
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for i, track in enumerate(decided):
            plain = _write(file, f"{i}", track)
            decoders = {
                name: _write(file, f"{i}.{j}", said) for j, (name, said) in enumerate(plain.pop("decoders").items())
            }
            tracks.append(plain | {"decoders": decoders})
        _write_member(file, _ABOUT, json.dumps({"tracks": tracks, "facts": facts}, default=np.generic.item).encode())
    return archive.getvalue()


def unpack(data: bytes) -> tuple[list[Decided], dict[str, Any]]:
    """What `pack` was given, value for value. Raises EmgEdgeError when it is not what `pack` makes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            about = json.loads(file.read(_ABOUT))
            decided = []
            for i, plain in enumerate(about["tracks"]):
                decoders = {
                    name: Said(**told, **_arrays(file, f"{i}.{j}", Said))
                    for j, (name, told) in enumerate(plain.pop("decoders").items())
                }
                decided.append(Decided(**plain, decoders=decoders, **_arrays(file, f"{i}", Decided)))
            return decided, about["facts"]
    except (*ARCHIVE_ERRORS, TypeError) as error:
        raise EmgEdgeError(
            f"this is not the result of a job ({error}); remove the file, and it is made anew"
        ) from error


class Results:
    """A folder of results by key. A damaged or truncated file counts as absent, so that its job is done anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, key: str) -> bool:
        return self._read(key) is not None

    def put(self, key: str, data: bytes) -> None:
        """Keep it, replacing what stands there. Raises EmgEdgeError when it cannot be written."""
        write_atomically(self._place(key), _HEADER + _digest(data) + data)

    def get(self, key: str) -> bytes:
        """Raises EmgEdgeError when it is absent or damaged."""
        data = self._read(key)
        if data is None:
            raise EmgEdgeError(f"{self._place(key)} is missing or damaged; the same command makes it anew")
        return data

    def _place(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no name for a result: letters, digits and . _ + - only")
        return self.folder / f"{key}{_SUFFIX}"

    def _read(self, key: str) -> bytes | None:
        try:
            stored = self._place(key).read_bytes()
        except OSError:
            return None
        body = stored.removeprefix(_HEADER)
        digest, data = body[:_DIGEST_BYTES], body[_DIGEST_BYTES:]
        return data if stored.startswith(_HEADER) and digest == _digest(data) else None


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).digest()


def _write(file: zipfile.ZipFile, at: str, record: Decided | Said) -> dict[str, Any]:
    """Write its arrays; the fields that are none are given back."""
    plain = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, np.ndarray):
            array = io.BytesIO()
            np.lib.format.write_array(array, value, allow_pickle=False)
            _write_member(file, f"{at}.{field.name}.npy", array.getvalue())
        else:
            plain[field.name] = value
    return plain


def _write_member(file: zipfile.ZipFile, name: str, data: bytes) -> None:
    member = zipfile.ZipInfo(name)  # without the time of day: the same result is the same file
    member.compress_type = zipfile.ZIP_DEFLATED
    file.writestr(member, data)


def _arrays(file: zipfile.ZipFile, at: str, kind: type[Decided] | type[Said]) -> dict[str, Any]:
    there = set(file.namelist())
    names = [field.name for field in fields(kind) if f"{at}.{field.name}.npy" in there]
    return {
        name: np.lib.format.read_array(io.BytesIO(file.read(f"{at}.{name}.npy")), allow_pickle=False) for name in names
    }
