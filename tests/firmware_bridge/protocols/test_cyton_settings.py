"""The commands and the scale of the Cyton's channels."""

import numpy as np
import pytest

from emg_edge.firmware_bridge.protocols.cyton_settings import ChannelSettings, emg, microvolts_per_count


def test_the_documented_example_is_written() -> None:
    """Channel 3 on, gain 2, electrodes, out of the bias, off SRB2 and SRB1 is x3010000X."""
    assert ChannelSettings(gain=2, bias=False, srb2=False).command(2) == b"x3010000X"


def test_the_board_s_own_defaults_are_the_defaults() -> None:
    """What the board reports for D, 060110, is what a channel is set to; the Daisy's keys are letters."""
    assert ChannelSettings().command(0) == b"x1060110X"
    assert ChannelSettings(off=True, srb1=True, input=5).command(15) == b"xI165111X"


@pytest.mark.parametrize(("gain", "code"), [(1, 0), (2, 1), (4, 2), (6, 3), (8, 4), (12, 5), (24, 6)])
def test_muscle_is_measured_between_two_electrodes(gain: int, code: int) -> None:
    """The preset ties no channel to a common electrode, and keeps it out of the bias."""
    assert emg(gain).command(8) == f"xQ0{code}0000X".encode()


def test_a_count_is_what_the_documentation_says() -> None:
    """0.02235 uV a count at gain 24, 24 times that at gain 1, and full scale is 4.5 V over the gain."""
    per_count = microvolts_per_count((24, 1))
    np.testing.assert_allclose(per_count, [0.02235174, 0.53644182], rtol=1e-6)
    np.testing.assert_allclose(per_count * (2**23 - 1), [187_500, 4_500_000], rtol=1e-12)
