"""What a person reads in a log: a line each time that the decision, or the truth, becomes another."""

from typing import TextIO

from emg_edge.decoding.decisions import Decision
from emg_edge.device.sinks import show
from emg_edge.movements import name_of


class Changes:
    """Writes decisions beside the truth to a stream that is no terminal."""

    def __init__(self, stream: TextIO, names: tuple[str, ...]) -> None:
        self._stream = stream
        self._width = max(len(name) for name in (*names, "unknown"))
        self._began_s: float | None = None
        self._last: tuple[str, int | None] | None = None

    def write(self, decision: Decision) -> None:
        if self._began_s is None:
            self._began_s = decision.time_s
        said = decision.gesture or decision.state
        if (said, decision.truth) == self._last:
            return
        self._last = (said, decision.truth)
        share = "" if decision.probability is None else f"{decision.probability:4.0%}"
        line = f"{decision.time_s - self._began_s:6.2f} s  decided {said:{self._width}} {share:4}"
        if decision.truth is not None:
            right = "right" if decision.truth == decision.number else "wrong"
            line += f"  made {name_of(decision.truth):{self._width}} {right}"
        show(self._stream, line.rstrip() + "\n")

    def close(self) -> None:
        """Every line was written at once."""
