"""The settings of the Cyton's channels, and the bytes that command them.

Source: OpenBCI's documentation, 'Cyton Board SDK'. Channels are counted from 0 here, from 1 in what the board says.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REFERENCE_V = 4.5
FULL_SCALE = (1 << 23) - 1
GAINS = (1, 2, 4, 6, 8, 12, 24)  # the place in this list is the command's digit
DEFAULT_GAIN = 24

CHANNEL_KEYS = b"12345678QWERTYUI"
OFF_KEYS = b"12345678qwertyui"
ON_KEYS = b"!@#$%^&*QWERTYUI"

INPUT_NORMAL, INPUT_SHORTED, INPUT_TEST = 0, 1, 5


@dataclass(frozen=True)
class ChannelSettings:
    """One channel of the ADS1299; the defaults are the board's own, made for EEG.

    gain    one of GAINS
    input   what is measured, 0..7; INPUT_NORMAL are the electrodes
    bias    whether the channel's signal is driven back through the bias electrode
    srb2    whether its P input is tied to the common reference pin
    srb1    whether all N inputs are tied to the other one
    off     powered down
    """

    gain: int = DEFAULT_GAIN
    input: int = INPUT_NORMAL
    bias: bool = True
    srb2: bool = True
    srb1: bool = False
    off: bool = False

    def command(self, channel: int) -> bytes:
        """Write the command that sets `channel`, counted from 0."""
        fields = (self.off, GAINS.index(self.gain), self.input, self.bias, self.srb2, self.srb1)
        return b"x" + CHANNEL_KEYS[channel : channel + 1] + "".join(str(int(field)) for field in fields).encode() + b"X"


def emg(gain: int) -> ChannelSettings:
    """Muscle: each channel measures between its own two electrodes, so nothing is tied to a common one.

    Bias is left off the channels: with none to drive back, the bias pin rests at mid-supply and is the arm's ground.
    """
    return ChannelSettings(gain=gain, bias=False, srb2=False)


def microvolts_per_count(gains: tuple[int, ...]) -> NDArray[np.float64]:
    """(channels,) microvolts of one raw count at the given gains: 4.5 V / gain / (2^23 - 1)."""
    return REFERENCE_V * 1e6 / np.array(gains, np.float64) / FULL_SCALE
