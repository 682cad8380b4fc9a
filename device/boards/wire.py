"""A board on a byte stream: it is talked to, decoded, watched, and connected again when the link is lost.

One thread, no polling: `read` blocks on the port, and the conversation that brings a board back goes on inside it, so
that whoever reads keeps its time-outs and can say 'stale' meanwhile.
"""

import collections
import contextlib
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from emg_edge.device.boards.absence import LONGEST_LULL_S, Absence
from emg_edge.device.boards.blocks import cut
from emg_edge.device.boards.board import Board
from emg_edge.device.ports.converse import converse
from emg_edge.device.ports.port import LinkLost, Port
from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols.conversation import Client, Stream
from emg_edge.firmware_bridge.protocols.decoding import Decoded
from emg_edge.firmware_bridge.protocols.numbering import Numbering
from emg_edge.firmware_bridge.protocols.talk import Talk
from emg_edge.sampleblock import SampleBlock
from emg_edge.signal.source import Source

# Silence after which the board is talked to anew: it was switched off, or its link died without a word. Longer than
# a radio's hiccup, short enough to be back within two seconds.
STALL_S = 1.0
FEWEST_SHARE = 0.02  # of the samples of that time: noise holds some, too, on a board without checksums
PATIENCE_S = 0.2  # how soon a wish to end is seen while a board is brought to streaming
STOP_S = 1.0  # a board that does not take its goodbye by then is left


class _State(Enum):
    CLOSED = "closed"
    TALKING = "talking"
    STREAMING = "streaming"


class WireBoard(Board):
    """Runs a client on a port. `columns` are the channels to deliver, from 0, in the source's order; None for all."""

    def __init__(self, source: Source, client: Client, port: Port, columns: tuple[int, ...] | None = None) -> None:
        self.source = source
        self._client, self._port = client, port
        self._columns = None if columns is None else list(columns)
        self._state = _State.CLOSED
        self._started = False
        self._forget()

    def start(self) -> None:
        self.stop()
        self._forget()
        self._started = True
        try:
            self._connect()
            while self._state is not _State.STREAMING and not self.stopped():
                self._advance(PATIENCE_S)
        except BaseException:
            self._started = False
            self._close()
            raise
        self.notes = () if self._stream is None else self._stream.notes

    def read(self, timeout_s: float) -> SampleBlock | None:
        if not self._started:
            return None
        until_s = self._port.now() + timeout_s
        while not self._ready:
            try:
                self._advance(max(0.0, until_s - self._port.now()))
            except BoardError as error:
                self._lose(error)
            if not self._ready and self._port.now() >= until_s:
                return None
        return self._ready.popleft()

    def stop(self) -> None:
        self._started = False
        if self._state is not _State.CLOSED:
            with contextlib.suppress(BoardError):  # it has gone: so it is stopped
                converse(self._port, self._client.stop(), STOP_S)
        self._close()
        self._ready.clear()

    def _forget(self) -> None:
        self._ready: collections.deque[SampleBlock] = collections.deque()
        self._stream: Stream | None = None
        self._talk: Talk[Stream] | None = None
        self._numbering: Numbering | None = None
        self._scale: NDArray[np.float64] | None = None  # from counts to the unit; None where they are the unit
        self._since_s = 0.0  # from when on samples are awaited: the streaming began, or some came last
        self._came = 0  # samples since then
        self._absence = Absence(self.name, self.source.rate_hz, self.told)
        self.reconnects = self.skipped_bytes = self.refused = 0

    def _advance(self, timeout_s: float) -> None:
        """Wait for the next thing to happen, no longer than the time-out. Raises BoardError when the link is lost."""
        now_s = self._port.now()
        if self._state is _State.CLOSED:
            if now_s < self._absence.retry_s:
                self._port.sleep(min(timeout_s, self._absence.retry_s - now_s))
            else:
                self._connect()
        elif self._state is _State.TALKING:
            assert self._talk is not None
            data = self._port.read(min(timeout_s, max(0.0, self._talk.due_s - now_s)))
            self._go_on(data)
        else:
            until_s = min(now_s + timeout_s, self._since_s + STALL_S)
            self._let_gather(now_s, until_s)
            data, arrived_s = self._gathered(until_s)
            if data:
                self._decode(data, arrived_s)
            if self._port.now() >= self._since_s + STALL_S:
                raise BoardError(f"{self.name} has sent no samples to speak of for {STALL_S:g} s")

    def _let_gather(self, now_s: float, until_s: float) -> None:
        """Sleep over samples that nobody waits for; then the one that somebody does is waited for on the port.

        Waking for each of 250 packets a second costs more than decoding them.
        """
        gathered_s = self._since_s + min((self.unhurried - 1) / self.source.rate_hz, LONGEST_LULL_S)
        if now_s < min(gathered_s, until_s):
            self._port.sleep(min(gathered_s, until_s) - now_s)

    def _gathered(self, until_s: float) -> tuple[bytes, float]:
        """Wait for bytes, and for more while the awaited sample cannot have come yet; and say when the last came.

        Decoding all at once costs half of decoding twice. A sample that came too soon is read one sample later.
        """
        port, sample_s = self._port, 1 / self.source.rate_hz
        data = port.read(max(0.0, until_s - port.now()))
        arrived_s, due_s = port.now(), self._since_s + self.unhurried * sample_s
        until_s = min(until_s, due_s + sample_s / 2)
        while data and self.unhurried > 1 and arrived_s < due_s - sample_s / 2:
            try:
                more = port.read(max(0.0, until_s - arrived_s))
            except BoardError:  # what came before the link was lost counts; the next read tells of it
                break
            if not more:
                break
            data, arrived_s = data + more, port.now()
        return data, arrived_s

    def _connect(self) -> None:
        self._port.open()
        self._state = _State.TALKING
        self._talk = Talk(self._client.start(), self._port.now())
        self._port.write(self._talk.to_write())

    def _go_on(self, data: bytes) -> None:
        talk = self._talk
        assert talk is not None
        talk.receive(data, self._port.now())
        if written := talk.to_write():
            self._port.write(written)
        if not talk.done:
            return
        stream = talk.result
        assert stream is not None
        self._check(stream)
        self._stream, self._talk, self._state = stream, None, _State.STREAMING
        self._numbering = Numbering(stream.decoder.wrap, stream.rate_hz)
        self._scale = None if (stream.per_count == 1).all() else self.per_count
        self._since_s, self._came = self._port.now(), 0
        if talk.rest:
            self._decode(talk.rest, self._since_s)

    def _check(self, stream: Stream) -> None:
        if stream.rate_hz != self.source.rate_hz or stream.unit != self.source.unit:
            raise BoardError(
                f"{self.name} now delivers {stream.rate_hz:g} Hz in {stream.unit}, and it was opened with "
                f"{self.source.rate_hz:g} Hz in {self.source.unit}; start anew"
            )

    def _decode(self, data: bytes, now_s: float) -> None:
        assert self._stream is not None
        assert self._numbering is not None
        decoder = self._stream.decoder
        decoder.acceleration_wanted = self.acceleration_wanted
        decoded = decoder.push(data)
        self.skipped_bytes += decoded.skipped
        if len(decoded.counts):
            self._deliver(decoded, self._numbering, now_s)
        if decoded.ended:
            raise BoardError(decoded.ended)

    def _deliver(self, decoded: Decoded, numbering: Numbering, now_s: float) -> None:
        refused = numbering.refused
        placed = numbering.place(decoded.number, now_s)
        self.refused += numbering.refused - refused
        counts = decoded.counts[placed.keep]
        if not len(counts):
            return
        placed.lost[0] += self._absence.hear(len(counts), placed.missing, now_s)
        self.reconnects = self._absence.returns
        self._came += len(counts)
        if self._came >= FEWEST_SHARE * STALL_S * self.source.rate_hz:
            self._since_s, self._came = now_s, 0
        if self._columns is not None:
            counts = counts[:, self._columns]
        acceleration = None if decoded.acceleration is None else decoded.acceleration[placed.keep]
        samples = counts if self._scale is None else counts * self._scale
        self._ready += cut(samples.astype(np.float32), placed.lost, now_s, acceleration)

    def _lose(self, error: BoardError) -> None:
        self._close()
        self._absence.lose(str(error), self._port.now(), gone=isinstance(error, LinkLost))

    def _close(self) -> None:
        self._port.close()
        self._state, self._talk = _State.CLOSED, None

    @property
    def per_count(self) -> NDArray[np.float64] | None:
        if self._stream is None:
            return None
        return self._stream.per_count if self._columns is None else self._stream.per_count[self._columns]

    @property
    def rails(self) -> NDArray[np.float64] | None:
        per_count = self.per_count
        return None if self._stream is None or per_count is None else np.outer(per_count, self._stream.limits)
