"""A serial port that is not there: a pseudo-terminal behind a link that keeps its name when the port vanishes."""

import contextlib
import os
import shutil
import tempfile
import tty
from pathlib import Path
from types import TracebackType
from typing import Self

from emg_edge.errors import BoardError

CHUNK = 1 << 12  # bytes read at once; commands are shorter


class PseudoTerminal:
    """`path` is what a client opens. Plugging in and pulling out changes what lies behind it, never its name."""

    def __init__(self, name: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="emg-edge-"))
        self.path = self._folder / name
        self._ends: tuple[int, int] | None = None
        self.overflowed = 0  # bytes that found no room, as nobody read

    @property
    def plugged(self) -> bool:
        return self._ends is not None

    def fileno(self) -> int:
        if self._ends is None:
            raise ValueError("the pseudo-terminal is unplugged")
        return self._ends[0]

    def plug(self) -> None:
        """Make the port appear. Raises BoardError when the system has none left."""
        if self._ends is not None:
            return
        try:
            ours, theirs = os.openpty()
        except OSError as error:
            raise BoardError(f"the system gives no pseudo-terminal ({error.strerror}); close some") from error
        tty.setraw(theirs)  # no echo, no line editing: bytes pass as they are
        os.set_blocking(ours, False)
        self._ends = ours, theirs  # holding their end too keeps the port alive while no client has it open
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(theirs))

    def pull(self) -> None:
        """Make the port vanish: whoever has it open is told that it hung up."""
        if self._ends is None:
            return
        self.path.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = None

    def read(self) -> bytes:
        """What the client wrote, b'' if nothing."""
        with contextlib.suppress(OSError):
            return os.read(self.fileno(), CHUNK)
        return b""

    def write(self, data: bytes) -> None:
        """Hand bytes to the client; what finds no room is lost, as on a real wire."""
        while data:
            try:
                data = data[os.write(self.fileno(), data) :]
            except OSError:
                self.overflowed += len(data)
                return

    def __enter__(self) -> Self:
        try:
            self.plug()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pull()
        shutil.rmtree(self._folder, ignore_errors=True)
