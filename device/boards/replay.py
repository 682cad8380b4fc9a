"""A recording that plays as if it were a board, with its labels as the truth."""

from pathlib import Path
from typing import Self

from emg_edge.device.boards.board import Board, BoardOptions, block_length
from emg_edge.device.boards.pace import Pace
from emg_edge.errors import BoardError
from emg_edge.recordings.open import is_labelled, open_recording
from emg_edge.recordings.recording import Recording
from emg_edge.sampleblock import SampleBlock


class ReplayBoard(Board):
    """Plays a recording once, in blocks of `block` samples."""

    name = "replay"

    def __init__(self, recording: Recording, speed: float = 1.0, block: int | None = None) -> None:
        self._recording = recording
        self.source = recording.source
        self.wearer = recording.wearer
        self.notes = recording.notes
        self._movement = recording.movement if is_labelled(recording) else None
        self._block = block or block_length(self.source.rate_hz, speed)
        self._pace = Pace(self.source.rate_hz * speed)
        self._position = 0

    @classmethod
    def open(cls, options: BoardOptions) -> Self:
        if not options.file:
            raise BoardError("the board replay needs a recording to play; say --file FILE")
        recording = open_recording(
            Path(options.file), database=options.database, rate_hz=options.rate_hz, unit=options.unit
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
        arrived_s = self._pace.wait(stop, timeout_s)
        if arrived_s is None:
            return None
        self._position = stop
        movement = None if self._movement is None else self._movement[start:stop]
        return SampleBlock(self._recording.samples[start:stop], arrived_s, movement=movement)

    def stop(self) -> None:
        """Nothing is held open."""
