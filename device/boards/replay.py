"""A recording that plays as if it were a board, with its labels as the truth and its losses as losses."""

from bisect import bisect_right
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from emg_edge.device.boards.board import Board, BoardOptions, block_length
from emg_edge.device.boards.pace import Pace
from emg_edge.errors import BoardError
from emg_edge.recordings.open import is_labelled, open_recording
from emg_edge.recordings.recording import Recording
from emg_edge.sampleblock import SampleBlock


class ReplayBoard(Board):
    """Plays a recording once, in blocks of `block` samples; fewer where samples are missing after them.

    A loss takes the time that it took when it was recorded: silence, and then a block that says how much is missing.
    """

    name = "replay"
    live = False

    def __init__(self, recording: Recording, speed: float = 1.0, block: int | None = None) -> None:
        self._recording = recording
        self.source = recording.source
        self.wearer = recording.wearer
        self.notes = recording.notes
        n = len(recording.samples)
        self._lost = np.zeros(n, np.int64) if recording.lost is None else recording.lost.astype(np.int64)
        self._due = np.cumsum(self._lost + 1)  # samples that were made when each was
        known = np.full(n, is_labelled(recording)) if recording.unlabelled is None else ~recording.unlabelled
        self._known: NDArray[np.bool_] = known  # whether a sample's movement is
        begins = (self._lost > 0) | np.diff(known, prepend=known[:1])
        self._edges: list[int] = np.flatnonzero(begins).tolist()  # samples with which a block must begin
        self._block = block or block_length(self.source.rate_hz, speed)
        self._pace = Pace(self.source.rate_hz * speed)
        self._position = 0

    @classmethod
    def open(cls, options: BoardOptions) -> Self:
        if not options.file:
            raise BoardError("the board replay needs a recording to play; say --file FILE")
        recording = open_recording(
            Path(options.file),
            database=options.database,
            rate_hz=options.rate_hz,
            unit=options.unit,
            master_board=options.master_board,
        )
        return cls(recording, options.speed)

    @property
    def finished(self) -> bool:
        return self._position >= len(self._recording.samples)

    def start(self) -> None:
        self._position = 0
        self._pace.restart()

    def read(self, timeout_s: float) -> SampleBlock | None:
        start = self._position
        stop = min(start + self._block, len(self._recording.samples))
        if start >= stop:
            return None
        edge = bisect_right(self._edges, start)
        if edge < len(self._edges):
            stop = min(stop, self._edges[edge])
        arrived_s = self._pace.wait(int(self._due[stop - 1]), timeout_s)
        if arrived_s is None:
            return None
        self._position = stop
        return self._cut(start, stop, arrived_s)

    def stop(self) -> None:
        """Nothing is held open."""

    def _cut(self, start: int, stop: int, arrived_s: float) -> SampleBlock:
        recording, part = self._recording, slice(start, stop)
        return SampleBlock(
            recording.samples[part],
            arrived_s,
            lost=int(self._lost[start]),
            movement=recording.movement[part] if self._known[start] else None,
            acceleration=None if recording.acceleration is None else recording.acceleration[part],
        )
