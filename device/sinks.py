"""Where decisions go."""

import select
from typing import IO, Protocol, TextIO

import msgspec

from emg_edge.decoding.decisions import Decision
from emg_edge.errors import EmgEdgeError


class Sink(Protocol):
    """Takes decisions as they are made. Raises OutputClosed when nobody reads any more."""

    def write(self, decision: Decision) -> None: ...
    def close(self) -> None: ...


class OutputClosed(Exception):  # noqa: N818 - not an error: `emg-edge run | head` ends this way
    """Whoever read the decisions has gone."""


class JsonLines:
    """One JSON document a line, handed over at once.

    A live board does not wait: with `live`, a reader that is too slow misses decisions (`skipped` of them, which show
    as gaps in `seq`) instead of making samples pile up and decisions come late. Otherwise it is waited for.
    """

    def __init__(self, stream: IO[bytes], *, live: bool = False) -> None:
        """`stream` is best unbuffered: what a full disk refused is not tried again when the program ends."""
        self._stream, self._live = stream, live
        self._encoder = msgspec.json.Encoder()
        self.skipped = 0

    def write(self, decision: Decision) -> None:
        if self._live and not _takes_a_line(self._stream):
            self.skipped += 1
            return
        left = memoryview(self._encoder.encode(decision) + b"\n")
        try:
            while left:  # an unbuffered stream may take a part
                left = left[self._stream.write(left) or 0 :]
            self._stream.flush()
        except BrokenPipeError as error:
            raise OutputClosed from error
        except OSError as error:
            raise EmgEdgeError(
                f"decision {decision.seq} cannot be written to the standard output: "
                f"{(error.strerror or str(error)).lower()}; the lines before it are there"
            ) from error

    def close(self) -> None:
        """Leave the stream open: it belongs to the caller."""


def _takes_a_line(stream: IO[bytes]) -> bool:
    """Whether a write would not wait: a pipe counts as ready while it has room for PIPE_BUF bytes, a dozen lines."""
    try:
        return bool(select.select([], [stream.fileno()], [], 0)[1])
    except (OSError, ValueError):  # what has no descriptor is memory
        return True


def show(stream: TextIO, text: str) -> None:
    """Write for eyes: a reader that has gone ends the run, any other trouble (a full disk) does not."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError as error:
        raise OutputClosed from error
    except OSError:
        return
