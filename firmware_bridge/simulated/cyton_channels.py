"""The simulated Cyton's converters: what each channel is set to, and what it makes of a voltage."""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols import cyton_framing as framing
from emg_edge.firmware_bridge.protocols import cyton_settings as settings
from emg_edge.firmware_bridge.protocols.cyton import DAISY_CHANNELS
from emg_edge.firmware_bridge.protocols.cyton_settings import ChannelSettings

# Keys that tie all channels to a signal of the ADS1299 itself: amplitude and kind of signal; '0' shorts them instead.
TESTS = {"0": (0, 0), "-": (1, 0), "=": (1, 1), "p": (2, 3), "[": (2, 0), "]": (2, 1)}
TEST_UV = settings.REFERENCE_V / 2400 * 1e6  # either way, at amplitude 1
TEST_HZ = (2.048e6 / (1 << 21), 2.048e6 / (1 << 20))  # of the square waves, kinds 0 and 1
TEST_DC = 3


class Channels:
    """All 16 channels, set or not: the board keeps settings of a Daisy that is not there."""

    def __init__(self) -> None:
        self.settings = [ChannelSettings() for _ in range(DAISY_CHANNELS)]
        self.off = [False] * DAISY_CHANNELS  # as the converter has it: keys switch it beside the settings
        self.lead_off = [(False, False)] * DAISY_CHANNELS
        self.test: tuple[int, int] | None = None
        self._untouched = [False] * DAISY_CHANNELS  # of a Daisy just attached: inputs shorted until set

    def reset_daisy(self) -> None:
        for channel in range(framing.CHANNELS, DAISY_CHANNELS):
            self._untouched[channel], self.off[channel] = True, False

    def switch(self, key: str) -> bool:
        """Turn a channel off or on, if that is what the key does."""
        code = key.encode("latin-1")
        if (channel := settings.OFF_KEYS.find(code)) >= 0:
            self.off[channel] = True
        elif (channel := settings.ON_KEYS.find(code)) >= 0:
            self.off[channel] = self._untouched[channel] = False
        return channel >= 0

    def set(self, command: str) -> int:
        """Take a whole x...X; returns the channel, from 0. As the board does, it reads nonsense as a default."""
        channel = max(0, settings.CHANNEL_KEYS.find(command[1].encode("latin-1")))
        off, gain, source, bias, srb2, srb1 = (_digit(key) for key in command[2:8])
        if not "0" <= command[3] <= "6":
            gain = settings.GAINS.index(settings.DEFAULT_GAIN)
        self.settings[channel] = ChannelSettings(
            settings.GAINS[gain], source % 8, bias == 1, srb2 == 1, srb1 == 1, off == 1
        )
        self.off[channel], self._untouched[channel] = off == 1, False
        first = channel - channel % framing.CHANNELS
        for other in range(first, first + framing.CHANNELS):  # one switch for all N inputs of a converter
            self.settings[other] = dataclasses.replace(self.settings[other], srb1=srb1 == 1)
        return channel

    def set_lead_off(self, command: str) -> int:
        """Take a whole z...Z; the current it would send through the electrode is not simulated."""
        channel = max(0, settings.CHANNEL_KEYS.find(command[1].encode("latin-1")))
        self.lead_off[channel] = (command[2] == "1", command[3] == "1")
        return channel

    def connect_test(self, key: str, present: int) -> None:
        """Tie the channels that are there to a test signal, one of TESTS, which turns them on."""
        if key == "0":
            source = settings.INPUT_SHORTED
        else:
            source, self.test = settings.INPUT_TEST, TESTS[key]
        for channel in range(present):
            self.settings[channel] = dataclasses.replace(self.settings[channel], input=source)
            self.off[channel], self._untouched[channel] = self.settings[channel].off, False

    def convert(self, samples_uv: NDArray[np.float64], before: int, rate_hz: float) -> NDArray[np.int32]:
        """(n, channels) microvolts, after `before` others -> raw counts; what is off or shorted gives 0."""
        n, channels = samples_uv.shape
        seen_uv = np.zeros_like(samples_uv)
        for channel, now in enumerate(self.settings[:channels]):
            if self.off[channel] or self._untouched[channel]:
                continue
            if now.input == settings.INPUT_NORMAL:
                seen_uv[:, channel] = samples_uv[:, channel]
            elif now.input == settings.INPUT_TEST:
                seen_uv[:, channel] = self._test_signal((before + np.arange(n)) / rate_hz)
        per_count = settings.microvolts_per_count(tuple(now.gain for now in self.settings[:channels]))
        return np.clip(np.rint(seen_uv / per_count), *framing.LIMITS).astype(np.int32)

    def _test_signal(self, at_s: NDArray[np.float64]) -> NDArray[np.float64]:
        amplitude, kind = self.test or (1, 0)
        if kind == TEST_DC:
            return np.full(len(at_s), amplitude * TEST_UV)
        return amplitude * TEST_UV * np.where(at_s * TEST_HZ[kind] % 1 < 0.5, 1.0, -1.0)


def _digit(key: str) -> int:
    return int(key) if "0" <= key <= "9" else 0
