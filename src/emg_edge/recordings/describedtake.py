"""A file of a data set that a description tells of: one movement, or a continuous recording with its labels."""

import hashlib
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import RecordingError
from emg_edge.movements import REST
from emg_edge.recordings import quality
from emg_edge.recordings.datadescription import Column, DataDescription
from emg_edge.recordings.labels import Labels, executions, repetitions
from emg_edge.recordings.numbertable import NumberTable, read_numbers
from emg_edge.recordings.recording import Recording
from emg_edge.recordings.take import Take

SMALL_BYTES = 1 << 20  # below it, reading a file is as quick as reading what would be kept of it
LARGEST_REPETITION = 999
_NOT_KNOWN = -1  # among labels
_INT16 = np.dtype("<i2")
_LARGEST_LABEL = 1000


@dataclass(frozen=True, kw_only=True)
class DescribedTake(Take):
    """`movement` and `repetition` are those of the whole file; None where its samples have their own."""

    description: DataDescription
    movement: int | None
    repetition: int | None

    @property
    def cached(self) -> bool:
        return self.file.size is None or self.file.size >= SMALL_BYTES

    def __str__(self) -> str:
        return f"{self.database} {self.wearer} session {self.session} {self.part}"

    def digest(self) -> str:
        """Digest of the content and of what the description makes of it."""
        told = (self.description, self.wearer, self.subject, self.session, self.movement, self.repetition, self.part)
        content = (self.file.digest(), told)
        return hashlib.blake2b(msgspec.json.encode(content), digest_size=20).hexdigest()

    def read(self, *, acceleration: bool = True) -> Recording:
        where, source = str(self.file), self.source
        table = _read(self)
        samples = np.ascontiguousarray(table.values[:, self._signal(table)] * self.description.scale, np.float32)
        rectified = source.domain == "envelope"
        notes = quality.dead_channels(samples, source.rate_hz, where, rectified=rectified)
        if rectified and samples.min() < 0:
            raise RecordingError(f"{where} holds negative samples, and its description says that it is an envelope")
        label = self._labels(table)
        unlabelled = label == _NOT_KNOWN
        return Recording(
            samples=samples,
            movement=np.where(unlabelled, np.int16(REST), label),
            repetition=self._repetitions(table, label),
            source=source,
            database=self.database,
            subject=self.subject,
            session=self.session,
            notes=notes,
            unlabelled=unlabelled if unlabelled.any() else None,
            worn_by=self.wearer,
            part=self.part,
            movement_names=self.movement_names,
        )

    def _signal(self, table: NumberTable) -> list[int]:
        form = self.description.file
        if form.signal:
            return [self._column(table, column) for column in form.signal]
        others = {self._column(table, column) for column in (form.movement, form.repetition) if column is not None}
        signal = [column for column in range(table.values.shape[1]) if column not in others]
        if len(signal) != self.source.channels:
            raise RecordingError(
                f"{self.file} has {len(signal)} columns of signal, and the layout '{self.source.layout}' that its "
                f"description names has {self.source.channels}; name the columns with 'signal' in [file]"
            )
        return signal

    def _column(self, table: NumberTable, column: Column) -> int:
        """Index of a column."""
        if isinstance(column, int) and column <= table.values.shape[1]:
            return column - 1
        if isinstance(column, str) and column.strip().lower() in table.header:
            return table.header.index(column.strip().lower())
        named = f": {', '.join(table.header)}" if table.header else ", and no header row"
        raise RecordingError(
            f"{self.file} has no column '{column}', which its description names; it has {table.values.shape[1]}"
            f" columns{named[:200]}"
        )

    def _labels(self, table: NumberTable) -> Labels:
        """Movements, (n,), with _NOT_KNOWN where they are not known."""
        column = self.description.file.movement
        if column is None:
            return np.full(len(table.values), self.movement, np.int16)
        said = self._whole(table, column, -_LARGEST_LABEL, _LARGEST_LABEL)
        labels, place = np.unique(said, return_inverse=True)
        numbers = [self._number(label) for label in labels.tolist()]
        return np.array([_NOT_KNOWN if number is None else number for number in numbers], np.int16)[place]

    def _number(self, label: int) -> int | None:
        if str(label) not in self.description.numbers:
            raise RecordingError(
                f"{self.file} holds the label {label}, which [movements] of its description has not; add it there, as "
                f'{label} = "unknown" if need be'
            )
        return self.description.numbers[str(label)]

    def _repetitions(self, table: NumberTable, label: Labels) -> Labels:
        column = self.description.file.repetition
        if column is not None:
            own = self._whole(table, column, 0, LARGEST_REPETITION)
            return repetitions(label, own, (_NOT_KNOWN,))
        if self.repetition is not None:
            return np.where(label == _NOT_KNOWN, np.int16(0), np.int16(self.repetition))
        return repetitions(label, executions(label))

    def _whole(self, table: NumberTable, column: Column, least: int, most: int) -> Labels:
        values = table.values[:, self._column(table, column)]
        if (values != np.rint(values)).any() or values.min() < least or values.max() > most:
            raise RecordingError(
                f"{self.file}: the column '{column}' holds other things than whole numbers from {least} to {most}"
            )
        return values.astype(np.int16)


def _read(take: DescribedTake) -> NumberTable:
    columns = take.description.file.columns
    if columns is None:
        return read_numbers(take.file)
    data = take.file.read_bytes()
    row = columns * _INT16.itemsize
    if not data or len(data) % row:
        raise RecordingError(
            f"{take.file} has {len(data)} bytes, which are no whole samples of {columns} columns of 16 bits; it was "
            "cut off, or is described wrongly"
        )
    values: NDArray[np.float64] = np.frombuffer(data, _INT16).reshape(-1, columns).astype(np.float64)
    return NumberTable((), values)
