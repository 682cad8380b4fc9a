"""Counts decisions, delays and costs while a run goes on."""

import time
from collections import Counter

from emg_edge.decoding.decisions import Decision
from emg_edge.device.latency import Delays
from emg_edge.device.process import peak_resident_mb, seconds_since_start
from emg_edge.device.summary import Health, Latency, Setting, Summary


class Tally:
    """Counts while a run goes on; `movements` are those that the model knows."""

    def __init__(self, movements: tuple[int, ...]) -> None:
        self._movements = frozenset(movements)
        self._states: Counter[str] = Counter()
        self._delays = Delays()
        self._judged = self._right = self._beyond = 0
        self._first: tuple[float, float, float] | None = None  # since the process's start, CPU and wall clock then
        self.samples = self.lost = self.gaps = 0
        self.stale_s = 0.0
        self._began_s = time.monotonic()
        self._ended_s: float | None = None

    def decided(self, decision: Decision, *, settled: bool, arrived_s: float | None) -> None:
        """Count a decision whose line has just been written; `arrived_s` is None for one without a newest sample."""
        if arrived_s is not None:
            self._delays.add(1000 * (time.monotonic() - arrived_s))
        if self._first is None:
            self._first = seconds_since_start(), time.process_time(), time.monotonic()
        self._states[decision.state] += 1
        if settled and decision.truth is not None:
            self._judged += 1
            self._right += decision.number == decision.truth
            self._beyond += decision.truth not in self._movements

    def begin(self) -> None:
        """Start the run's clock."""
        self._began_s = time.monotonic()

    def end(self) -> None:
        """Stop the clocks."""
        self._ended_s = time.monotonic()

    def summary(self, setting: Setting, rate_hz: float, health: Health) -> Summary:
        ended_s = self._ended_s or time.monotonic()
        seconds = max(ended_s - self._began_s, 1e-9)
        late = self._delays.percentiles((0.5, 0.95, 0.99))
        return Summary(
            decisions=self._states.total(),
            accuracy=self._right / self._judged if self._judged > self._beyond else None,
            judged=self._judged,
            beyond_model=self._beyond,
            latency_ms=Latency(*(round(ms, 3) for ms in late)) if late else None,
            samples=self.samples,
            samples_lost=self.lost,
            gaps=self.gaps,
            stale_s=round(self.stale_s, 3),
            reconnects=health.reconnects,
            channels_flagged=health.channels_flagged,
            measured_hz=health.measured_hz,
            skipped_bytes=health.skipped_bytes,
            samples_refused=health.samples_refused,
            decisions_skipped=health.decisions_skipped,
            realtime_factor=round(self.samples / rate_hz / seconds, 3),
            cpu_share=self._cpu_share(ended_s),
            rss_mb=round(peak_resident_mb(), 1),
            first_decision_s=None if self._first is None else round(self._first[0], 3),
            states=dict(self._states),
            seconds=round(seconds, 3),
            board=setting.board,
            model=setting.model,
            runtime=setting.runtime,
            scale=setting.scale,
            includes_training=setting.includes_training,
            delegate=setting.delegate,
        )

    def _cpu_share(self, ended_s: float) -> float | None:
        if self._first is None or ended_s <= self._first[2]:
            return None
        return round((time.process_time() - self._first[1]) / (ended_s - self._first[2]), 4)
