"""A simulated board on its link: firmware, signal, a target clock, and what goes wrong. No I/O, no clock of its own.

Sample k is due k / rate after streaming began, on the board's own clock, so that nothing drifts unless a fault makes
it. Once begun, the signal goes on whether it is sent or not, as an arm does.
"""

import math
from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.faults import script as kinds
from emg_edge.firmware_bridge.faults.script import Fault
from emg_edge.firmware_bridge.faults.signal import SignalFaults
from emg_edge.firmware_bridge.faults.wire import WireFaults
from emg_edge.firmware_bridge.simulated.feed import Feed
from emg_edge.firmware_bridge.simulated.firmware import Firmware

Times = NDArray[np.float64]

FEED_AHEAD_S = 0.25  # samples are taken from the feed in pieces of this: a forearm a sample would be slow
LONGEST_SKIP_S = 60.0  # an arm that was not looked at for longer is not followed through every second of it


class SimulatedBoard:
    """`receive` what the host writes, `advance` the time, and take what arrives.

    `tick_s` is how long the link collects before it hands over, as USB chips do; 0 hands every sample over at once.

    began_s    when streaming began first, None before
    elapsed_s  time since then
    position   number of the next sample, since streaming began first
    present    whether the port is there (it is not while unplugged)
    finished   the feed is over
    movement   truth of the samples since streaming began first, in pieces, where the feed knows it and `truth` is asked
    """

    def __init__(
        self,
        firmware: Firmware,
        feed: Feed,
        wrap: int = 0,
        faults: Sequence[Fault] = (),
        seed: int = 0,
        *,
        tick_s: float = 0.0,
        truth: bool = False,
    ) -> None:
        self.firmware, self._feed, self._faults = firmware, feed, tuple(faults)
        rng = np.random.default_rng(seed)
        self._wire = WireFaults(self._faults, wrap, rng)
        self._signal = SignalFaults(self._faults, firmware.limits)
        self.began_s: float | None = None
        self.elapsed_s = 0.0  # until when time was advanced, since streaming began
        self._due = 0.0  # samples due by then, on the board's clock
        self.position = 0
        self.finished = False
        self._ahead: NDArray[np.floating] | NDArray[np.int32] | None = None
        self._out: deque[bytes] = deque()
        self._was_off = self._was_away = False
        self._rate_hz = firmware.rate_hz  # while it streamed last
        self._told: set[tuple[Fault, bool]] = set()
        self._tick_s, self._truth = tick_s, truth
        self.movement: deque[NDArray[np.int16]] = deque()

    @property
    def present(self) -> bool:
        return not self._now(kinds.Unplug)

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes from the host. What is unplugged hears nothing; of a board that is off, only its dongle does."""
        self._pass(now_s)
        if not self.present:
            return
        reply = self.firmware.alone(data) if self._now(kinds.Power) else self.firmware.receive(data)
        if reply:
            self._out.append(reply)
        self._begin(now_s)

    def advance(self, now_s: float) -> bytes:
        """Let time pass; returns the bytes that arrive at the host by now."""
        self._begin(now_s)
        self._pass(now_s)
        if not self.present:
            self._out.clear()
            return b""
        if unasked := self.firmware.unsolicited():
            self._out.append(unasked)
        if self._now(kinds.Stall):
            return b""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def next_s(self, now_s: float) -> float:
        """When to call `advance` again, at the latest."""
        if self.began_s is None:
            return math.inf
        edges = [self.began_s + at for fault in self._faults for at in (fault.at_s, fault.end_s)]
        ahead_s = (math.floor(self._due) + 1 - self._due) / self._per_s()
        sample_s = now_s + max(ahead_s, self._tick_s) if self._sending else math.inf
        return min([sample_s, *(edge for edge in edges if edge > now_s)], default=math.inf)

    def news(self) -> list[str]:
        """What has begun or ended to go wrong since the last call, a sentence each."""
        if self.began_s is None:
            return []
        said = []
        for fault in self._faults:
            kind = fault.__struct_config__.tag
            if self.elapsed_s >= fault.at_s and (fault, True) not in self._told:
                self._told.add((fault, True))
                said.append(f"{self.elapsed_s:.2f} s: {kind} {_details(fault)}".rstrip())
            if not fault.moment and self.elapsed_s >= fault.end_s and (fault, False) not in self._told:
                self._told.add((fault, False))
                said.append(f"{self.elapsed_s:.2f} s: {kind} is over")
        return said

    @property
    def _sending(self) -> bool:
        return self.firmware.streaming and not self.finished

    def _begin(self, now_s: float) -> None:
        if self.firmware.streaming and self.began_s is None:
            self.began_s = now_s

    def _pass(self, now_s: float) -> None:
        if self.began_s is None:
            return
        at_s = max(self.elapsed_s, now_s - self.began_s)
        self._due += (at_s - self.elapsed_s) * self._per_s()
        self.elapsed_s = at_s
        self._rate_hz = self.firmware.rate_hz if self.firmware.streaming else self._rate_hz
        off, away = self._now(kinds.Power), not self.present
        if off != self._was_off:
            (self.firmware.switch_off if off else self.firmware.switch_on)()
        if away and not self._was_away:
            self.firmware.unplug()
        self._was_off, self._was_away = off, away
        n = math.floor(self._due) - self.position
        if n > 0:
            self._make(n, off)

    def _make(self, n: int, off: bool) -> None:
        """Take the next n samples; encode them if the board streams."""
        if not self.firmware.streaming or off:
            skip = min(n, round(LONGEST_SKIP_S * self._per_s()))
            self._take(skip)
            self.position += n
            return
        samples = self._take(n)
        self.position += len(samples)
        if len(samples) < n:
            self.finished = True
        if not len(samples):
            return
        time_s: Times = self.elapsed_s - np.arange(len(samples))[::-1] / self._per_s()
        counts = self._signal.digital(self._digitise(samples, time_s), time_s)
        packets = self.firmware.encode(counts)
        self._out.append(self._wire.apply(packets, self.elapsed_s))

    def _digitise(self, samples: NDArray[np.floating] | NDArray[np.int32], time_s: Times) -> NDArray[np.int32]:
        samples = samples[:, : self.firmware.channels]  # a Daisy that is not used has electrodes all the same
        if self._feed.raw:
            return samples.astype(np.int32)
        return self.firmware.digitise(self._signal.analogue(samples.astype(np.float64), time_s))

    def _take(self, n: int) -> NDArray[np.floating] | NDArray[np.int32]:
        have = 0 if self._ahead is None else len(self._ahead)
        if have < n:
            samples, movement = self._feed.read(max(n - have, round(FEED_AHEAD_S * self._per_s())))
            if movement is not None and self._truth:
                self.movement.append(movement)
            self._ahead = samples if self._ahead is None else np.concatenate([self._ahead, samples])
        assert self._ahead is not None
        taken, self._ahead = self._ahead[:n], self._ahead[n:]
        return taken

    def _per_s(self) -> float:
        """Samples a second by the board's own clock at this moment."""
        drifts = (fault for fault in self._faults if isinstance(fault, kinds.RateDrift))
        return self._rate_hz * (1 + sum(fault.by for fault in drifts if fault.active(self.elapsed_s)))

    def _now(self, kind: type[Fault]) -> bool:
        """Whether a fault of a kind is there at this moment; nothing goes wrong before streaming has begun."""
        if self.began_s is None:
            return False
        return any(isinstance(fault, kind) and fault.active(self.elapsed_s) for fault in self._faults)


def _details(fault: Fault) -> str:
    shown = []
    for name in fault.__struct_fields__:
        value = getattr(fault, name)
        if name != "at_s" and value != () and not (name == "for_s" and math.isinf(value)):
            shown.append(f"{name} {', '.join(map(str, value)) if isinstance(value, tuple) else format(value, 'g')}")
    return ", ".join(shown)
