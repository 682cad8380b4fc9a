"""Faults of the wire: packets in, what really arrives out."""

from collections.abc import Sequence

import numpy as np

from emg_edge.firmware_bridge.faults import script as kinds
from emg_edge.firmware_bridge.faults.script import Fault
from emg_edge.firmware_bridge.simulated.firmware import Packet


class WireFaults:
    """Applies a script's wire faults; `wrap` is a turn of the board's counter in `Packet.samples` (0: none)."""

    def __init__(self, faults: Sequence[Fault], wrap: int, rng: np.random.Generator) -> None:
        self._faults, self._wrap, self._rng = faults, wrap, rng
        self._due = [fault for fault in faults if fault.moment]  # what happens once, and has not yet
        self._packets_to_lose = self._samples_to_lose = 0  # of bursts that have begun
        self._held: bytes | None = None  # a packet that is to come after its successor
        self._last = b""

    def apply(self, packets: Sequence[Packet], time_s: float) -> bytes:
        """Packets of about the same moment, in order -> the bytes that arrive."""
        return b"".join(self._one(packet, time_s) for packet in packets)

    def _one(self, packet: Packet, time_s: float) -> bytes:
        before = self._happen(time_s)
        if self._packets_to_lose > 0 or self._samples_to_lose > 0:
            self._packets_to_lose = max(0, self._packets_to_lose - 1)
            self._samples_to_lose = max(0, self._samples_to_lose - packet.samples)
            return before
        data = packet.data
        after, self._held = self._held or b"", None
        for fault in self._faults:
            if fault.moment or not fault.active(time_s) or not self._struck(fault):
                continue
            match fault:
                case kinds.Drop():
                    data = b""
                case kinds.Duplicate():
                    data += data
                case kinds.Corrupt() if data:
                    place = int(self._rng.integers(len(data)))
                    changed = data[place] ^ int(self._rng.integers(1, 256))
                    data = data[:place] + bytes([changed]) + data[place + 1 :]
                case kinds.Truncate() if data:
                    data = data[: int(self._rng.integers(len(data)))]
                case kinds.Reorder():
                    self._held, data = data, b""
        return before + data + after

    def _happen(self, time_s: float) -> bytes:
        """Begin what is due once; returns the garbage that comes first."""
        garbage = b""
        for fault in [fault for fault in self._due if fault.at_s <= time_s]:
            self._due.remove(fault)
            match fault:
                case kinds.Burst():
                    self._packets_to_lose += fault.packets
                case kinds.CounterWrap():
                    self._samples_to_lose += round(fault.turns * self._wrap)
                case kinds.Garbage():
                    garbage += self._rng.bytes(fault.amount)
        return garbage

    def _struck(self, fault: Fault) -> bool:
        return bool(self._rng.random() < getattr(fault, "share", 0.0))
