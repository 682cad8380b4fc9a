"""Where decisions go."""

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
    """One JSON document a line, handed over at once."""

    def __init__(self, stream: IO[bytes]) -> None:
        """`stream` is best unbuffered: what a full disk refused is not tried again when the program ends."""
        self._stream = stream
        self._encoder = msgspec.json.Encoder()

    def write(self, decision: Decision) -> None:
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


def show(stream: TextIO, text: str) -> None:
    """Write for eyes: a reader that has gone ends the run, any other trouble (a full disk) does not."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError as error:
        raise OutputClosed from error
    except OSError:
        return
