from dataclasses import replace

import numpy as np
import pytest
from support.slow_framed import SlowParser

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import framed
from emg_edge.firmware_bridge.simulated.framed import DEFAULT, FramedFirmware


@pytest.mark.parametrize("width", framed.WIDTHS)
@pytest.mark.parametrize("imu", [False, True])
def test_the_wire_is_read_by_the_reference_parser(width: int, imu: bool) -> None:
    """A parser that was written from the page alone reads what the board sends, however encoding is cut."""
    firmware = FramedFirmware(replace(DEFAULT, width=width, imu=imu, limits=framed.count_limits(width)), 5)
    rng = np.random.default_rng(0)
    counts = rng.integers(*firmware.limits, (103, 8), dtype=np.int32, endpoint=True)
    packets = [packet for rows in np.array_split(counts, 17) for packet in firmware.encode(rows)]
    assert [packet.samples for packet in packets] == [5] * 20
    frames = SlowParser().push(b"".join(packet.data for packet in packets))
    assert [row for frame in frames for row in frame.rows] == counts[:100].tolist()
    assert [frame.number for frame in frames] == list(range(0, 100, 5))
    assert {frame.acceleration for frame in frames} == {(0, 0, 2048) if imu else None}


def test_numbers_begin_anew_after_65535() -> None:
    """The sample number is 16 bits."""
    firmware = FramedFirmware(samples_per_frame=50)
    frames = SlowParser().push(b"".join(p.data for p in firmware.encode(np.zeros((65600, 8), np.int32))))
    assert [frame.number for frame in frames[-3:]] == [65450, 65500, 14]


def test_commands() -> None:
    """It is idle at power-on; 'b' starts with sample 0, 's' stops, '?' describes; other bytes mean nothing."""
    firmware = FramedFirmware()
    assert firmware.receive(b"xyz\r\n") == b""
    assert firmware.receive(b"?") == framed.encode_hello(DEFAULT)
    firmware.receive(b"b")
    assert firmware.streaming
    assert firmware.receive(b"?") == framed.encode_hello(replace(DEFAULT, streaming=True))
    firmware.encode(np.ones((21, 8), np.int32))
    firmware.receive(b"sb")
    again = SlowParser().push(firmware.encode(np.zeros((8, 8), np.int32))[0].data)
    assert (again[0].number, again[0].rows[0]) == (0, [0] * 8)
    firmware.power_cycle()
    assert not firmware.streaming


def test_counts_follow_the_scale_and_saturate() -> None:
    """Microvolts become the nearest count, and no count is beyond the limits."""
    firmware = FramedFirmware(replace(DEFAULT, per_count=0.25, limits=(-100, 100)))
    row = np.zeros((1, 8))
    row[0, :5] = [1.0, -1.1, 24.9, 1e9, -1e9]
    assert firmware.digitise(row)[0, :5].tolist() == [4, -4, 100, 100, -100]


def test_a_frame_that_no_host_takes_is_not_made() -> None:
    """More samples a frame than the limit allows are refused with both numbers."""
    FramedFirmware(samples_per_frame=63)
    with pytest.raises(BoardError, match="64 samples of 8 channels make a frame of 1033 bytes; expected at most 1024"):
        FramedFirmware(samples_per_frame=64)
