"""Files where users have them: in folders, in zips, in zips within zips. Nothing is unpacked, moved or deleted."""

import hashlib
import io
import os
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from emg_edge.damage import ARCHIVE_ERRORS
from emg_edge.errors import RecordingError
from emg_edge.files import Kind, kind_of

MAX_FILE_BYTES = 2 * 1024**3  # ten times NinaPro's largest file
MAX_RATIO = 200  # signals shrink tenfold at best, a zip bomb a thousandfold
RATIO_FROM_BYTES = 64 * 1024**2  # below this, no ratio can hurt
MAX_DEPTH = 2  # a zip of zips, as some mirrors pack them


@dataclass(frozen=True)
class FileRef:
    """A file on disk, or a member of a zip: `members` leads into the zip at `path`, one name a level.

    size  bytes, where the search for files has seen them
    """

    path: Path
    members: tuple[str, ...] = ()
    size: int | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        return PurePosixPath(self.members[-1]).name if self.members else self.path.name

    @property
    def parts(self) -> tuple[str, ...]:
        """Every folder, zip and file name on the way to it, outermost first."""
        return (*self.path.absolute().parts, *(part for member in self.members for part in PurePosixPath(member).parts))

    def __str__(self) -> str:
        return " > ".join((str(self.path), *self.members))

    def read_bytes(self) -> bytes:
        """Read all of it. Raises RecordingError when it is damaged, encrypted, or too large to be a recording."""
        if not self.members:
            with _translated(str(self)):
                if self.path.stat().st_size > MAX_FILE_BYTES:
                    raise too_large(str(self), self.path.stat().st_size)
                return self.path.read_bytes()
        container: Path | io.BytesIO = self.path
        data = b""
        for member in self.members:
            with _translated(str(self)), zipfile.ZipFile(container) as archive:
                data = _member(archive, archive.getinfo(member), str(self))
            container = io.BytesIO(data)
        return data

    def open(self) -> BinaryIO:
        """Open for random access; the caller closes it."""
        if self.members:
            return io.BytesIO(self.read_bytes())
        with _translated(str(self)):
            return self.path.open("rb")

    def digest(self) -> str:
        """Digest of the content, whatever the name and the packing."""
        return hashlib.blake2b(self.read_bytes(), digest_size=20).hexdigest()


@contextmanager
def _translated(where: str) -> Iterator[None]:
    """Turn what reading a file or a zip raises into one sentence that names it."""
    try:
        yield
    except ARCHIVE_ERRORS as error:
        if isinstance(error, RuntimeError) and "encrypted" in str(error):
            raise RecordingError(f"{where} is locked with a password; unpack it yourself first") from error
        if isinstance(error, OSError) and error.strerror:
            raise RecordingError(f"cannot read {where}: {error.strerror.lower()}") from error
        said = " ".join(str(error).split()).strip("'\"") or type(error).__name__
        raise RecordingError(f"{where} is damaged ({said}); download it again") from error


def too_large(where: str, size: int) -> RecordingError:
    """Make the sentence for something that no recording can be."""
    return RecordingError(
        f"{where} would take {size / 1024**3:.1f} GiB, and NinaPro's files stay far below "
        f"{MAX_FILE_BYTES / 1024**3:.0f} GiB; it is no recording, or it is damaged"
    )


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> bytes:
    inflated = info.file_size > RATIO_FROM_BYTES and info.file_size > MAX_RATIO * max(info.compress_size, 1)
    if info.file_size > MAX_FILE_BYTES or inflated:
        raise too_large(where, info.file_size)
    return archive.read(info)


def scan(path: Path, report: Callable[[str], None], suffixes: Collection[str] = (".mat",)) -> list[FileRef]:
    """Every file with one of these suffixes under a folder or in a zip (or the file itself), unpacked ones first.

    The order is stable. What is damaged or cannot be entered is told to `report`, a sentence each. Raises
    RecordingError only when there is no such path, or when it is one file of another kind.
    """
    kind = kind_of(path)
    if kind is Kind.ABSENT:
        raise RecordingError(f"there is no {path}; give a folder, a zip or a file of recordings")
    if kind is Kind.OTHER:  # a pipe waits for ever, a device may have no end
        raise RecordingError(f"{path} is neither a file nor a folder; give a folder, a zip or a file of recordings")
    if kind is Kind.FOLDER:
        files = list(_walk(path, (*suffixes, ".zip"), report))
    elif path.suffix.lower() in (*suffixes, ".zip"):
        files = [FileRef(path, size=path.stat().st_size)]
    elif zipfile.is_zipfile(path):
        return list(_in_zip(FileRef(path), suffixes, report))
    else:
        raise RecordingError(f"{path} is neither a folder, nor a zip, nor a .mat file; expected files of NinaPro")
    found = [file for file in files if file.path.suffix.lower() in suffixes]
    for file in files:
        if file.path.suffix.lower() == ".zip":
            found += _in_zip(file, suffixes, report)
    return found


def _walk(folder: Path, suffixes: Collection[str], report: Callable[[str], None]) -> Iterator[FileRef]:
    def refused(error: OSError) -> None:
        report(f"cannot enter {error.filename}: {(error.strerror or str(error)).lower()}")

    entered: set[str] = set()  # links are followed, but never in a circle
    for place, folders, files in os.walk(folder, onerror=refused, followlinks=True):
        real = os.path.realpath(place)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in sorted(files):
            file = Path(place) / name
            if file.suffix.lower() not in suffixes or _is_hidden(name):
                continue
            if file.is_file():
                yield FileRef(file, size=file.stat().st_size)
            else:
                report(f"{file} is no regular file, or a link that leads nowhere")


def _in_zip(zipped: FileRef, suffixes: Collection[str], report: Callable[[str], None]) -> Iterator[FileRef]:
    try:
        with _translated(str(zipped)):
            container = zipped.open() if zipped.members else zipped.path
            with zipfile.ZipFile(container) as archive:
                sizes = {info.filename: info.file_size for info in archive.infolist() if not info.is_dir()}
    except RecordingError as error:
        report(str(error))
        return
    for name in sorted(sizes):
        if any(_is_hidden(part) for part in PurePosixPath(name).parts):
            continue
        inner = FileRef(zipped.path, (*zipped.members, name), sizes[name])
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in suffixes:
            yield inner
        elif suffix == ".zip" and len(inner.members) < MAX_DEPTH:
            yield from _in_zip(inner, suffixes, report)
        elif suffix == ".zip":
            report(f"{inner} is a zip too deep inside zips; unpack the outer one first")


def _is_hidden(name: str) -> bool:
    """Tell what operating systems add: .DS_Store, ._S1_E1_A1.mat, __MACOSX."""
    return name.startswith(".") or name == "__MACOSX"
