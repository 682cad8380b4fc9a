"""The runtime loop: it blocks on the board, decodes what comes, and says so when nothing comes."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from emg_edge.decoding.decisions import Decision, DecisionLayer, State
from emg_edge.device.boards.board import Board
from emg_edge.device.decoder import Decoder, Prediction
from emg_edge.device.gaps import Gaps, Stretch
from emg_edge.device.losstalk import LossTalk
from emg_edge.device.monitor import Monitor
from emg_edge.device.sinks import Sink
from emg_edge.device.summary import Health
from emg_edge.device.tally import Tally
from emg_edge.device.truth import SETTLE_S, Truth
from emg_edge.errors import BoardError
from emg_edge.sampleblock import SampleBlock

STALE_AFTER_S = 0.15  # 'stale' is promised within 200 ms of the last sample; writing it takes a part of that
STALE_AGAIN_S = 1.0  # while it lasts: often enough to be seen, rare enough for a log
FIRST_SAMPLE_S = 10.0  # a board that started and is silent for so long will not deliver

Outcome = tuple[State, int | None, str | None, float | None]  # as DecisionLayer.decide gives it


@dataclass(frozen=True)
class Limits:
    """When to end by itself: after so much signal, or so much time."""

    signal_s: float = math.inf
    wall_s: float = math.inf


class Loop:
    """One run of a decoder on a board."""

    def __init__(
        self,
        board: Board,
        decoder: Decoder,
        layer: DecisionLayer,
        sinks: Sequence[Sink],
        tally: Tally,
        *,
        bridge: int,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`bridge` is the longest gap in samples that is filled; `say` takes a sentence for the user.

        `clock` is the one that the board's time-outs and arrival times are on.
        """
        self._board, self._decoder, self._layer, self._sinks, self._tally = board, decoder, layer, sinks, tally
        self._talk, self._clock = say, clock
        self._began_s = 0.0
        self._monitor: Monitor | None = None
        self._loss = LossTalk(board.name)
        self._gaps = Gaps(bridge)
        self._truth = Truth(round(SETTLE_S * board.source.rate_hz))
        self._sequence = 0
        self._lost = 0  # since the previous line
        self._heard_s: float | None = None  # when the last block was taken
        self._stale_s = math.inf  # when to write 'stale' next
        self._silent = False

    def run(self, limits: Limits, stopped: Callable[[], bool]) -> None:
        """Go on until the board has finished, a limit is reached, or `stopped` says so.

        Raises BoardError when the board fails, and what the sinks raise.
        """
        most = limits.signal_s * self._board.source.rate_hz
        self._board.stopped = stopped
        self._board.acceleration_wanted = False  # the way from here on carries the EMG alone
        known = self._board.notes
        with self._board as board:
            self._began_s = began_s = self._clock()
            for note in board.notes if board.live else ():  # what it said of itself when it was started
                if note not in known:
                    self._talk(note)
            self._monitor = Monitor(board.source, board.rails, live=board.live)
            self._tally.begin()
            try:
                while not (stopped() or board.finished or self._tally.samples >= most):
                    now_s = self._clock()
                    if now_s - began_s >= limits.wall_s:
                        break
                    board.unhurried = self._decoder.due
                    block = board.read(max(0.0, min(STALE_AFTER_S, self._stale_s - now_s)))
                    if block is None:
                        self._silence(began_s)
                    else:
                        self._take(block, most)
                    for sentence in (*board.news(), *self._loss.news(self._clock())):
                        self._say(sentence)
            finally:
                if self._silent and self._heard_s is not None:
                    self._tally.stale_s += self._clock() - self._heard_s - STALE_AFTER_S
                self._tally.end()

    def health(self) -> Health:
        """How the link and the electrodes were so far."""
        board, monitor = self._board, self._monitor
        flagged = {} if monitor is None else monitor.flagged
        return Health(
            reconnects=board.reconnects,
            channels_flagged={channel: sorted(flagged[channel]) for channel in sorted(flagged, key=int)},
            measured_hz=None if monitor is None or monitor.measured_hz is None else round(monitor.measured_hz, 3),
            skipped_bytes=board.skipped_bytes,
            samples_refused=board.refused,
            decisions_skipped=sum(getattr(sink, "skipped", 0) for sink in self._sinks),
        )

    def _say(self, sentence: str) -> None:
        """Tell what happens, and when: seconds since the board was started."""
        self._talk(f"{self._clock() - self._began_s:.1f} s: {sentence}")

    def _take(self, block: SampleBlock, most: float) -> None:
        now_s = self._clock()
        assert self._monitor is not None
        if self._silent and self._heard_s is not None:
            self._say(f"{self._board.name} delivers again, after {now_s - self._heard_s:.1f} s of silence")
            self._silent = False
            self._tally.stale_s += now_s - self._heard_s - STALE_AFTER_S
            self._monitor.interrupted()
        self._heard_s, self._stale_s = now_s, now_s + STALE_AFTER_S
        left = most - self._tally.samples
        if len(block.samples) > left:
            block = block.first(math.ceil(left))
        self._tally.samples += len(block.samples)
        for sentence in self._monitor.take(block):
            self._say(sentence)
        refused = self._gaps.not_finite
        for stretch in self._gaps.take(block):
            self._decode(stretch, block.arrived_s)
        if self._gaps.not_finite > refused == 0:
            self._say(f"{self._board.name} delivered samples that are no numbers (NaN or infinite): counted as lost")

    def _decode(self, stretch: Stretch, arrived_s: float) -> None:
        self._tally.lost += stretch.lost
        self._tally.gaps += stretch.lost > 0
        self._lost += stretch.lost
        self._loss.add(stretch.lost, self._board.skipped_bytes)
        self._truth.take(stretch.movement, len(stretch.samples), stretch.lost if stretch.fresh else 0)
        if stretch.fresh:
            self._decoder.reset()
            self._write(("unknown", None, None, None), arrived_s)
        for prediction in self._decoder.push(stretch.samples):
            self._decide(prediction, arrived_s)

    def _decide(self, prediction: Prediction, arrived_s: float) -> None:
        truth, settled = self._truth.at(prediction.sample)
        self._write(self._layer.decide(prediction.probabilities), arrived_s, truth, settled=settled)

    def _silence(self, began_s: float) -> None:
        now_s = self._clock()
        if self._heard_s is None:
            if now_s - began_s > FIRST_SAMPLE_S:
                raise BoardError(
                    f"{self._board.name} started, and delivered nothing in {FIRST_SAMPLE_S:g} s; check its power, its "
                    "distance and its connection, then start again"
                )
        elif now_s >= self._stale_s:
            self._write(("stale", None, None, None), None)
            self._stale_s = now_s + STALE_AGAIN_S
            if not self._silent:
                self._say(f"{self._board.name} delivers no samples: the state is stale until it does again")
            self._silent = True

    def _write(
        self, outcome: Outcome, arrived_s: float | None, truth: int | None = None, *, settled: bool = False
    ) -> None:
        state, number, gesture, probability = outcome
        latency_ms = None if arrived_s is None else round(1000 * (self._clock() - arrived_s), 3)
        decision = Decision(
            time_s=time.time(),
            seq=self._sequence,
            gesture=gesture,
            number=number,
            probability=probability,
            state=state,
            latency_ms=latency_ms,
            samples_lost=self._lost,
            truth=truth,
        )
        self._sequence += 1
        self._lost = 0
        for sink in self._sinks:
            sink.write(decision)
        self._tally.decided(decision, settled=settled, arrived_s=arrived_s)
