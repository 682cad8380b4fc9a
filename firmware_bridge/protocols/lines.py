"""Boards that print a line of numbers a sample, as most sketches on the web do.

A line has no checksum: a byte lost inside a number, or a line feed lost, is seen only when the number of columns
changes. What needs to be sure uses the framed packet.
"""

from typing import ClassVar

import numpy as np

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols.conversation import Ask, Client, Dialogue, Stream, nothing
from emg_edge.firmware_bridge.protocols.decoding import Decoded, StreamDecoder
from emg_edge.firmware_bridge.protocols.lines_description import Counter, Description, Survey, choose
from emg_edge.firmware_bridge.protocols.lines_parsing import parse_rows

MAX_LINE = 1024  # bytes: 64 channels of 15 characters
WAIT_S = 5.0  # for the first lines: opening the port resets an Uno, whose bootloader takes 2 s
STOP_S = 0.05
COUNTER_WRAP = 1 << 16  # of an Arduino's `int`, signed or not; longer ones begin anew at a multiple of it
_INT32 = np.iinfo(np.int32)


class LinesDecoder(StreamDecoder):
    """Decodes lines of `channels` numbers, and a counter or the board's time among them if there is one.

    counter    its column, from 1; 0 when there is none
    wrap       samples after which it begins anew; 0 when it does not count samples
    per_value  counts in one printed unit: 1 for integers, more where decimals are to be kept
    """

    def __init__(self, channels: int, *, counter: int = 0, wrap: int = 0, per_value: float = 1.0) -> None:
        self.channels, self.wrap = channels, wrap if counter else 0
        self._counter, self._per_value = counter, per_value
        self.reset()

    def reset(self) -> None:
        self._kept = b""
        self._overlong = False  # what has come since the last line feed is no line, and was passed over

    def push(self, data: bytes) -> Decoded:
        text, skipped = self._whole(data)
        columns = self.channels + bool(self._counter)
        if not text:
            return Decoded(np.zeros((0, self.channels), np.int32), np.zeros(0, np.int64), skipped)
        rows = parse_rows(text, columns)
        values = np.delete(rows.values, self._counter - 1, axis=1) if self._counter else rows.values
        counts = np.rint(values * self._per_value)
        np.minimum(np.maximum(counts, _INT32.min, out=counts), _INT32.max, out=counts)
        number = np.zeros(len(counts), np.int64)
        if self.wrap:
            number = (rows.values[:, self._counter - 1] % self.wrap).astype(np.int64)
        return Decoded(counts.astype(np.int32), number, skipped + rows.skipped)

    def _whole(self, data: bytes) -> tuple[bytes, int]:
        """Cut after the last line feed and keep the rest; returns also the bytes passed over for being no line."""
        text = self._kept + data
        end = text.rfind(b"\n") + 1
        text, self._kept = text[:end], text[end:]
        skipped = 0
        if end and self._overlong:
            skipped = text.find(b"\n") + 1
            text, self._overlong = text[skipped:], False
        if self._overlong or len(self._kept) > MAX_LINE:
            skipped += len(self._kept)
            self._kept, self._overlong = b"", True
        return text, skipped


class LinesClient(Client):
    """A board that prints lines; what the user says goes before what the board's header says.

    rate_hz         samples a second; None when a header line says it
    channels        None for as many as there are columns
    uv_per_count    microvolts in one printed unit; None when a header says it, or nobody knows
    counter_column  which column, from 1, counts samples or time and is no channel; 0 when there is none
    counter_wrap    samples after which it begins anew; 0 when losses are not to be counted by it
    start_bytes     what the sketch waits for before it prints, empty when it prints by itself; likewise stop_bytes
    """

    baud: ClassVar[int] = 115_200

    def __init__(
        self,
        rate_hz: float | None = None,
        channels: int | None = None,
        uv_per_count: float | None = None,
        *,
        counter_column: int = 0,
        counter_wrap: int = COUNTER_WRAP,
        start_bytes: bytes = b"",
        stop_bytes: bytes = b"",
    ) -> None:
        self._told = Description(
            rate_hz=rate_hz,
            channels=channels,
            uv_per_value=uv_per_count,
            counter=Counter(counter_column, counter_wrap) if counter_column else None,
        )
        self._start, self._stop = start_bytes, stop_bytes

    def describe(self) -> Dialogue[Description]:
        """Look at the first lines: returns all that is known, rate and channels included. The board goes on."""
        survey = Survey()
        if (yield Ask(self._start, survey.complete, WAIT_S)) is None:
            raise BoardError(survey.explain(WAIT_S))
        self._told = choose(self._told, survey)  # a header is printed once: whoever connects again may not see it
        return self._told

    def start(self) -> Dialogue[Stream]:
        found = yield from self.describe()
        assert found.rate_hz is not None
        assert found.channels is not None
        notes = [f"the board prints {found.channels} channels a line"]
        if found.uv_per_value is None:
            notes.append("nobody said what a printed unit is worth: samples are as printed, not uV (--uv-per-count)")
        counter = found.counter or Counter(0, 0)
        if not counter.column:
            notes.append("the lines carry no counter: losses are seen by the clock only")
        elif not counter.wrap:
            notes.append(f"column {counter.column} does not count samples: losses are seen by the clock only")
        decoder = LinesDecoder(
            found.channels, counter=counter.column, wrap=counter.wrap, per_value=found.counts_per_value
        )
        limits = (_INT32.min, _INT32.max) if found.limits is None else found.limits
        return Stream(
            decoder=decoder,
            rate_hz=found.rate_hz,
            unit=found.unit,
            per_count=np.full(found.channels, (found.uv_per_value or 1.0) / found.counts_per_value),
            limits=(
                max(_INT32.min, round(limits[0] * found.counts_per_value)),
                min(_INT32.max, round(limits[1] * found.counts_per_value)),
            ),
            notes=tuple(notes),
        )

    def stop(self) -> Dialogue[None]:
        yield Ask(self._stop, nothing, STOP_S if self._stop else 0.0)
