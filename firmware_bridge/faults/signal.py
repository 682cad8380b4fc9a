"""Faults at the electrodes: what the amplifier is given, and where it rails or freezes."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.faults import script as kinds
from emg_edge.firmware_bridge.faults.script import Fault


class SignalFaults:
    """Applies a script's faults of the signal, first to microvolts, then to raw counts."""

    def __init__(self, faults: Sequence[Fault], limits: tuple[int, int]) -> None:
        self._faults, self._limits = faults, limits
        self._frozen: dict[Fault, NDArray[np.int32]] = {}

    def analogue(self, samples_uv: NDArray[np.floating], time_s: NDArray[np.float64]) -> NDArray[np.floating]:
        """(n, channels) microvolts at the times (n,) -> the same, disturbed."""
        for fault in self._faults:
            on = _active(fault, time_s)
            if not on.any():
                continue
            match fault:
                case kinds.Shift():
                    samples_uv = np.where(on[:, None], np.roll(samples_uv, fault.by, axis=1), samples_uv)
                case kinds.Fatigue():
                    tired = np.clip((time_s - fault.at_s) / min(fault.for_s, fault.over_s), 0, 1)
                    samples_uv = samples_uv * (1 + (fault.factor - 1) * tired)[:, None]
                case kinds.Hum() | kinds.Motion():
                    wave = fault.uv * np.sin(2 * math.pi * fault.hz * time_s) * on
                    samples_uv = samples_uv + wave[:, None] * _mask(fault.channels, samples_uv.shape[1])
                case kinds.Saturation():
                    gain = np.where(_mask(fault.channels, samples_uv.shape[1]), fault.gain, 1.0)
                    samples_uv = np.where(on[:, None], samples_uv * gain, samples_uv)
        return samples_uv

    def digital(self, counts: NDArray[np.int32], time_s: NDArray[np.float64]) -> NDArray[np.int32]:
        """(n, channels) raw counts -> the same, with rails and frozen channels."""
        for fault in self._faults:
            if not isinstance(fault, kinds.LeadOff | kinds.Flat):
                continue
            on = _active(fault, time_s)[:, None] & _mask(fault.channels, counts.shape[1])
            if not on.any():
                continue
            said = np.full(counts.shape[1], self._limits[1], np.int32)
            if isinstance(fault, kinds.Flat):
                said = self._frozen.setdefault(fault, counts[on.any(axis=1)][0].copy())
            counts = np.where(on, said, counts).astype(np.int32)
        return counts


def _active(fault: Fault, time_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    end_s = math.inf if isinstance(fault, kinds.Fatigue) else fault.end_s  # nobody is rested again so soon
    return (fault.at_s <= time_s) & (time_s < end_s)


def _mask(channels: tuple[int, ...], count: int) -> NDArray[np.bool_]:
    """Channels counted from 1; none named means all."""
    mask = np.zeros(count, bool)
    mask[[channel - 1 for channel in channels if channel <= count] if channels else slice(None)] = True
    return mask
