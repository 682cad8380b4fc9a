"""Records a board: what arrives is written as it arrives, and what is wrong with it is said."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from emg_edge.device.boards.board import Board
from emg_edge.device.losstalk import LossTalk
from emg_edge.device.monitor import Monitor
from emg_edge.device.recorder import Recorder, refuse_existing
from emg_edge.errors import BoardError
from emg_edge.recordings.description import describe

PATIENCE_S = 0.2  # how soon a request to stop is seen
SILENT_S = 1.0  # from which on silence is worth a word
FIRST_SAMPLE_S = 10.0  # a board that started and is silent for so long will not deliver


class _Silence:
    """Says when samples stop coming, and when they come again."""

    def __init__(self, name: str, say: Callable[[str], None]) -> None:
        self._name, self._say = name, say
        self._began_s = self._heard_s = time.monotonic()
        self._heard = self._silent = False

    def heard(self) -> None:
        now_s = time.monotonic()
        if self._silent:
            self._say(f"{self._name} delivers again, after {now_s - self._heard_s:.1f} s of silence")
        self._heard_s, self._heard, self._silent = now_s, True, False

    def nothing(self) -> bool:
        """Tell whether it is silence by now. Raises BoardError when nothing has ever come."""
        now_s = time.monotonic()
        if not self._heard and now_s - self._began_s > FIRST_SAMPLE_S:
            raise BoardError(
                f"{self._name} started, and delivered nothing in {FIRST_SAMPLE_S:g} s; check its power, its distance "
                "and its connection, then start again"
            )
        if now_s - self._heard_s > SILENT_S and not self._silent:
            self._silent = True
            self._say(f"{self._name} delivers no samples")
        return self._silent


@dataclass(frozen=True)
class Take:
    """What was recorded."""

    samples: int
    lost: int
    seconds: float


def record(
    board: Board,
    path: Path,
    *,
    wearer: str | None,
    label: int | None,
    duration_s: float,
    stopped: Callable[[], bool],
    say: Callable[[str], None],
    progress: Callable[[float], None],
) -> Take:
    """Record until the duration of signal is reached, the board has finished, or `stopped` says so.

    `label` is the movement that is made all the time; a board that knows better keeps its own, which is said.
    `progress` is told how many more seconds of signal have been written. A silent board is waited for as long as the
    duration lasts.
    Raises EmgEdgeError when the board fails or the file cannot be written; what was written before is there.
    """
    rate_hz = board.source.rate_hz
    most = duration_s * rate_hz
    board.stopped = stopped
    refuse_existing(path)  # before the board is brought to streaming
    with board:
        for note in board.notes:
            say(note)
        per_count = () if board.per_count is None else tuple(board.per_count.tolist())
        who = wearer or board.wearer
        description = describe(board.source, board.name, wearer=who, per_count=per_count, firmware=board.notes)
        monitor, loss = Monitor(board.source, board.rails, live=board.live), LossTalk(board.name)
        began_s, silence, overruled = time.monotonic(), _Silence(board.name, say), False
        with Recorder(path, description) as recorder:
            while not (stopped() or board.finished or recorder.samples >= most):
                if time.monotonic() - began_s > duration_s + SILENT_S and board.live:
                    break
                block = board.read(PATIENCE_S)
                if block is None:
                    if silence.nothing():
                        monitor.interrupted()
                else:
                    silence.heard()
                    left = math.ceil(most - recorder.samples) if math.isfinite(most) else len(block.samples)
                    if label is not None and block.movement is None:
                        block = msgspec.structs.replace(block, movement=np.full(len(block.samples), label, np.int16))
                    elif label is not None and not overruled:
                        say(f"{board.name} knows which movement is made: its labels are written, and --label is not")
                        overruled = True
                    block = block.first(left)
                    recorder.write(block)
                    loss.add(block.lost, board.skipped_bytes)
                    progress(len(block.samples) / rate_hz)
                    for sentence in monitor.take(block):
                        say(sentence)
                for sentence in (*board.news(), *loss.news(time.monotonic())):
                    say(sentence)
            return Take(recorder.samples, recorder.lost, recorder.samples / rate_hz)
