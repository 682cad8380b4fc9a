"""The simulated Cyton's answer to '?': the registers of its converters and of its accelerometer."""

from emg_edge.firmware_bridge.protocols import cyton_framing as framing
from emg_edge.firmware_bridge.protocols import cyton_settings as settings
from emg_edge.firmware_bridge.simulated.cyton_channels import Channels

_CH1SET, _BIAS, _LEAD_OFF, _MISC1 = 0x05, 0x0D, 0x0F, 0x15
_NAMES = (
    *("ADS_ID", "CONFIG1", "CONFIG2", "CONFIG3", "LOFF"),
    *(f"CH{n}SET" for n in range(1, 9)),
    *("BIAS_SENSP", "BIAS_SENSN", "LOFF_SENSP", "LOFF_SENSN", "LOFF_FLIP", "LOFF_STATP", "LOFF_STATN"),
    *("GPIO", "MISC1", "MISC2", "CONFIG4"),
)
# The accelerometer at rest: what is not 0 of the three ranges that are told, separated by empty lines.
_LIS3DH = {0x0F: 0x33, 0x20: 0x08, 0x23: 0x18}
_LIS3DH_RANGES = (range(0x07, 0x10), range(0x1F, 0x34), range(0x38, 0x3E))


def dump(channels: Channels, daisy: bool, rate_code: int) -> str:
    """Say all registers, a line each."""
    said = "\nBoard ADS Registers\n" + _converter(channels, 0, 0xB0 if daisy else 0x90, rate_code)
    if daisy:
        said += "\nDaisy ADS Registers\n" + _converter(channels, framing.CHANNELS, 0x90, rate_code)
    ranges = ("".join(f"0x{at:02X} {_LIS3DH.get(at, 0):02X}\n" for at in part) for part in _LIS3DH_RANGES)
    return said + "\nLIS3DH Registers\n" + "\n".join(ranges)


def _converter(channels: Channels, first: int, config1: int, rate_code: int) -> str:
    values = [0] * len(_NAMES)
    values[0:5] = 0x3E, config1 | rate_code, 0xC0, 0xEC, 0x02
    if channels.test:
        amplitude, signal = channels.test
        values[2] = 0xD0 | (amplitude == 2) << 2 | signal
    values[0x14] = 0x0F
    for bit in range(framing.CHANNELS):
        now, off = channels.settings[first + bit], channels.off[first + bit]
        values[_CH1SET + bit] = off << 7 | settings.GAINS.index(now.gain) << 4 | (now.srb2 and not off) << 3 | now.input
        values[_BIAS] |= (now.bias and not off) << bit
        positive, negative = channels.lead_off[first + bit]
        values[_LEAD_OFF] |= positive << bit
        values[_LEAD_OFF + 1] |= negative << bit
        values[_MISC1] |= now.srb1 << 5
    values[_BIAS + 1] = values[_BIAS]
    lines = (
        f"{name}, {at:02X}, {value:02X}, {', '.join(f'{value:08b}')}\n"
        for at, (name, value) in enumerate(zip(_NAMES, values, strict=True))
    )
    return "".join(lines)
