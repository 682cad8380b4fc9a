"""Writes what a board delivers, as it arrives, so that nothing of it is lost when something goes wrong."""

import contextlib
import errno
import os
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import EmgEdgeError, RecordingError
from emg_edge.files import cannot_write, write_atomically
from emg_edge.recordings.boardcolumns import BOARDS
from emg_edge.recordings.description import UNKNOWN, Description, beside, encode
from emg_edge.sampleblock import SampleBlock

SYNC_S = 1.0  # how much a power cut may cost; a crash or kill -9 costs the block in hand
_AXES = 3


class Recorder:
    """Writes one recording: rows in `path`, its description in FILE.json beside it. A context manager.

    The rows are those of a board of BrainFlow, separated by tabs: the sample's number, which jumps over lost samples;
    the channels, in the source's unit, exact as float32; acceleration; Unix time; and the label, -1 where the movement
    is not known. Other columns are 0. Entering raises EmgEdgeError when one of the two files exists already or cannot
    be made. `samples` and `lost` count what was written.
    """

    def __init__(self, path: Path, description: Description) -> None:
        self.path = path
        self.samples = self.lost = 0
        self._description = description
        self._template = _template(description)
        self._file = -1
        self._bytes = 0
        self._last_s = 0.0  # Unix time of the newest sample
        self._failed: EmgEdgeError | None = None
        self._unsynced, self._closing = threading.Event(), threading.Event()

    def __enter__(self) -> Self:
        described = beside(self.path)
        refuse_existing(self.path)
        self._file = self._create()
        try:
            write_atomically(described, encode(self._description))
        except BaseException:
            os.close(self._file)
            self.path.unlink()
            raise
        # Fixed here, so that the times of the samples keep their distances when the computer's clock is set.
        self._unix_s = time.time() - time.monotonic()
        # A disk may take long to say that something is on it: it must not keep the board waiting.
        self._syncing = threading.Thread(target=self._sync, name="recorder", daemon=True)
        self._syncing.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._syncing.join()
        os.close(self._file)
        if error is None and self._failed is not None:
            raise self._failed

    def write(self, block: SampleBlock) -> None:
        """Append a block. Raises EmgEdgeError when the disk takes no more: the blocks before it are there, and whole.

        A block that is not what was described (its channels, a sample that is no number) raises RecordingError, and
        nothing of it is written.
        """
        if self._failed is not None:
            raise self._failed
        rows = self._rows(block)
        if rows:
            self._append(rows)
            self._unsynced.set()
        self.samples += len(block.samples)
        self.lost += block.lost

    def _rows(self, block: SampleBlock) -> bytes:
        n, channels = block.samples.shape
        if channels != self._description.channels or not np.isfinite(block.samples).all():
            raise RecordingError(
                f"{self.path}: a block of {n} samples in {channels} channels, some of which may be no numbers, came "
                f"where {self._description.channels} channels of finite numbers were described; it was not written"
            )
        values = np.zeros((n, 1 + channels + _AXES + 2))  # as the template takes them
        first = self.samples + self.lost + block.lost
        values[:, 0] = np.arange(first, first + n)
        values[:, 1 : 1 + channels] = block.samples
        if block.acceleration is not None:
            values[:, 1 + channels : 1 + channels + _AXES] = np.nan_to_num(block.acceleration)  # 0: none yet
        values[:, -2] = self._times(block)
        values[:, -1] = UNKNOWN if block.movement is None else block.movement
        text: str = self._template * n % tuple(values.ravel().tolist())
        return text.encode()

    def _times(self, block: SampleBlock) -> NDArray[np.float64]:
        """Give each sample the time at which it was made, as far as the block's arrival tells; it never goes back."""
        n = len(block.samples)
        age_s = np.arange(n - 1, -1, -1) / self._description.source.rate_hz
        times_s: NDArray[np.float64] = np.maximum(self._unix_s + block.arrived_s - age_s, self._last_s)
        if n:
            self._last_s = float(times_s[-1])
        return times_s

    def _append(self, rows: bytes) -> None:
        left = memoryview(rows)
        try:
            while left:  # a disk that fills up takes a part first
                left = left[os.write(self._file, left) :]
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._bytes)  # no half row
            self._failed = self._ended(error)
            raise self._failed from error
        self._bytes += len(rows)

    def _sync(self) -> None:
        """Once a second, see to it that what was written is on the disk; a last time at the end."""
        while True:
            closing = self._closing.wait(SYNC_S)
            if self._unsynced.is_set():
                self._unsynced.clear()
                try:
                    os.fsync(self._file)
                except OSError as error:
                    self._failed = self._failed or self._ended(error)
                    return
            if closing:
                return

    def _ended(self, error: OSError) -> EmgEdgeError:
        way_out = "free some space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "choose another place"
        return EmgEdgeError(
            f"{self.path} cannot be written any more ({(error.strerror or str(error)).lower()}): the {self.samples} "
            f"samples before are there; {way_out} and begin another recording"
        )

    def _create(self) -> int:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(self.path, error) from error
        try:
            return os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o666)
        except FileExistsError as error:
            raise _exists(self.path) from error
        except OSError as error:
            raise cannot_write(self.path, error) from error


def refuse_existing(path: Path) -> None:
    """Raise EmgEdgeError when a recording, or its description, is there already."""
    for place in (path, beside(path)):
        if os.path.lexists(place):
            raise _exists(place)


def _exists(place: Path) -> EmgEdgeError:
    return EmgEdgeError(f"{place} exists already, and a recording is never overwritten; choose another name")


def _template(description: Description) -> str:
    """Make a row's text, with places for: number, channels, acceleration, time, label."""
    board = BOARDS[description.columns]
    cells = ["0"] * board.width
    cells[0] = "%d"
    cells[1 : 1 + description.channels] = ["%.9g"] * description.channels  # nine digits tell any two float32 apart
    for column in board.acceleration:
        cells[column] = "%.9g"
    cells[board.time] = "%.6f"
    cells[board.marker] = "%d"
    return "\t".join(cells) + "\n"
