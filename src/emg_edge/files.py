"""Files that are either whole or not there: nothing of the user's is half-written or overwritten unasked."""

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from emg_edge.errors import EmgEdgeError

_HEAD = 1 << 16  # bytes of a file that tell what it is


class Kind(Enum):
    """What lies at a path."""

    FILE = "file"
    FOLDER = "folder"
    OTHER = "other"
    ABSENT = "absent"


def kind_of(path: Path) -> Kind:
    """Look, following links. Raises EmgEdgeError where that is not allowed, or the name is impossible."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return Kind.ABSENT
    except (OSError, ValueError) as error:  # ValueError: a null byte
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise EmgEdgeError(f"cannot look at {path}: {reason}; check the name and its permissions") from error
    return Kind.FILE if stat.S_ISREG(mode) else Kind.FOLDER if stat.S_ISDIR(mode) else Kind.OTHER


def refuse_overwrite(path: Path, *, force: bool) -> None:
    """Raise when `path` exists and the user did not say --force."""
    try:
        there = path.exists()
    except OSError as error:  # a name too long, a folder that may not be entered
        raise cannot_write(path, error) from error
    if there and not force:
        raise EmgEdgeError(f"{path} exists already; choose another name or say --force to replace it")


def check_place(path: Path, kind: str, is_ours: Callable[[bytes], bool], read: Iterable[Path] = ()) -> None:
    """Raise EmgEdgeError now, before long work, when its result could not be written to `path` at its end.

    An earlier result may be replaced, and an empty file; nothing else that exists, above all no file that is `read`,
    nor what lies in a folder that is. `is_ours` tells from a file's first 64 kB; `kind` is what the result is
    called, "a summary of a run".
    """
    try:
        if path.exists():
            if any(_holds(one, path) for one in read):
                raise EmgEdgeError(
                    f"{path} is read by this command, and its result would replace it; name another place"
                )
            if not stat.S_ISREG(path.stat().st_mode):
                raise EmgEdgeError(f"{path} is not a plain file: the result would replace it; name another place")
            with path.open("rb") as file:
                head = file.read(_HEAD)
            if head.strip() and not is_ours(head):
                raise EmgEdgeError(f"{path} exists and is not {kind}; name another place")
    except OSError as error:
        raise cannot_write(path, error) from error
    refuse_unwritable(path)


def refuse_unwritable(path: Path) -> None:
    """Raise EmgEdgeError where nothing can be made beside `path`; folders that lead to it are made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        raise cannot_write(path, error) from error


def _holds(one: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(one.resolve()) or (one.exists() and path.samefile(one))  # by another name


def check_results(json_file: Path | None, page: Path | None, *read: Path, key: str) -> None:
    """check_place for the two kinds that commands write: JSON, known by one of its keys, and a page of HTML."""
    if json_file is not None:

        def is_ours(head: bytes) -> bool:
            return head.lstrip().startswith(b"{") and f'"{key}":'.encode() in head

        check_place(json_file, "an earlier result of this command", is_ours, read)
    if json_file is not None and page is not None and json_file.resolve() == page.resolve():
        raise EmgEdgeError(f"{page} cannot be both the JSON and the page; name two files")
    if page is not None:
        check_place(page, "a page of HTML", lambda head: head.lstrip().lower().startswith(b"<!doctype html"), read)


def read_whole(path: Path, most: int) -> bytes:
    """A file's bytes, `most` of them at most. Raises EmgEdgeError for what is no plain file, larger, or unreadable."""
    if kind_of(path) is Kind.OTHER:  # a pipe waits for ever, a device may have no end
        raise EmgEdgeError(f"{path} is neither a file nor a folder; name a file")
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise EmgEdgeError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    if len(data) > most:
        raise EmgEdgeError(f"{path} is larger than {most >> 20} MiB; name another file")
    return data


def write_atomically(path: Path, data: bytes) -> None:
    """Write beside the target, flush to disk, then rename over it; on any failure the target is as it was.

    Raises EmgEdgeError with the reason when the disk is full or the place cannot be written.
    """
    if path.name in ("", ".."):  # ".", "/": the names of folders only
        raise cannot_write(path, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with contextlib.suppress(OSError):  # where it could not be made there is none to remove
            temporary.unlink()


def schema_of(document: bytes) -> int:
    """Return the schema that a JSON document says; its other fields are not looked at. Raises msgspec's errors."""
    return msgspec.json.decode(document, type=_Versioned).schema


class _Versioned(msgspec.Struct):
    schema: int


def write_json(path: Path, document: Any) -> None:
    """Write any document that msgspec can, indented for people."""
    write_atomically(path, msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")


def cannot_write(path: Path, error: OSError) -> EmgEdgeError:
    """Make the sentence for a failed write: the place, the reason, the way out."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return EmgEdgeError(
            f"no space left on the disk of {path}: this file was not written; free some space and try again"
        )
    reason = (error.strerror or str(error)).lower()
    return EmgEdgeError(f"cannot write {path}: {reason}; choose a place you may write to")
