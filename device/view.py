"""What a person at a terminal sees: one line, drawn again with every decision."""

import shutil
from typing import TextIO

from emg_edge.decoding.decisions import Decision, State
from emg_edge.device.sinks import show
from emg_edge.movements import name_of

BAR = 20  # characters
_FULL, _EMPTY = "\u2588", "\u00b7"
_COLOURS: dict[State, str] = {"active": "\x1b[32m", "rest": "\x1b[2m", "unknown": "\x1b[33m", "stale": "\x1b[31m"}
_PLAIN = "\x1b[0m"
CLEAR_LINE = "\r\x1b[K"


class View:
    """Draws decisions on a terminal."""

    def __init__(self, stream: TextIO, names: tuple[str, ...]) -> None:
        self._stream = stream
        self._width = max(len(name) for name in (*names, "unknown"))
        self._full, self._empty = (_FULL, _EMPTY) if _can_show(stream, _FULL + _EMPTY) else ("#", ".")

    def write(self, decision: Decision) -> None:
        text = self.text(decision)[: shutil.get_terminal_size().columns - 1]
        show(self._stream, f"{CLEAR_LINE}{_COLOURS[decision.state]}{text}{_PLAIN}")

    def text(self, decision: Decision) -> str:
        """Make the line without colours."""
        share = decision.probability or 0.0
        bar = (self._full * round(BAR * share)).ljust(BAR, self._empty)
        parts = [f"{decision.gesture or decision.state:{self._width}} {bar} {share:4.0%}"]
        if decision.latency_ms is not None:
            parts.append(f"{decision.latency_ms:5.1f} ms")
        if decision.truth is not None:
            parts.append(f"truth: {name_of(decision.truth)}")
        if decision.samples_lost:
            parts.append(f"{decision.samples_lost} samples lost")
        return "  ".join(parts)

    def close(self) -> None:
        show(self._stream, "\n")


def _can_show(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
