import numpy as np

from emg_edge.firmware_bridge.simulated.lines import LinesFirmware, LinesSettings, Style

ROWS = np.array([[1, 20, 300], [4, 5, 6]], np.int32)


def printed(firmware: LinesFirmware) -> bytes:
    return b"".join(packet.data for packet in firmware.encode(ROWS))


def test_each_style_is_printed_as_sketches_do() -> None:
    """The four usual ways to print three numbers, a line and a packet a sample."""
    expected: dict[Style, bytes] = {
        "csv": b"1,20,300\r\n4,5,6\r\n",
        "tsv": b"1\t20\t300\r\n4\t5\t6\r\n",
        "space": b"1 20 300\r\n4 5 6\r\n",
        "plotter": b"ch1:1,ch2:20,ch3:300\r\nch1:4,ch2:5,ch3:6\r\n",
    }
    assert {s: printed(LinesFirmware(LinesSettings(channels=3, style=s))) for s in expected} == expected
    assert [p.samples for p in LinesFirmware(LinesSettings(channels=3)).encode(ROWS)] == [1, 1]


def test_a_counter_leads_and_begins_anew() -> None:
    """The first column counts samples modulo the wrap."""
    firmware = LinesFirmware(LinesSettings(channels=3, counter_wrap=3))
    assert printed(firmware) + printed(firmware) == b"0,1,20,300\r\n1,4,5,6\r\n2,1,20,300\r\n0,4,5,6\r\n"


def test_a_header_comes_at_power_on_and_when_asked() -> None:
    """A board with a header describes itself before its first line, and again after '?'."""
    firmware = LinesFirmware(LinesSettings(channels=3, header=True, counter_wrap=256, uv_per_count=2.0))
    header = b"# rate=1000 channels=3 unit=uV scale=2.0 lowest=0 highest=1023 counter=256\r\n"
    assert printed(firmware) == header + b"0,1,20,300\r\n1,4,5,6\r\n"
    assert printed(firmware) == b"2,1,20,300\r\n3,4,5,6\r\n"
    assert firmware.receive(b"?") == header
    firmware.power_cycle()
    assert printed(firmware).startswith(header + b"0,")


def test_most_boards_print_whatever_they_are_sent() -> None:
    """A board that waits for nothing streams from power-on and ignores commands; one that waits obeys 'b' and 's'."""
    firmware = LinesFirmware()
    assert firmware.receive(b"s?b") == b""
    assert firmware.streaming
    waiting = LinesFirmware(LinesSettings(waits=True))
    assert not waiting.streaming
    waiting.receive(b"xb")
    assert waiting.streaming
    waiting.receive(b"s")
    assert not waiting.streaming


def test_counts_rest_at_half_the_supply_and_saturate() -> None:
    """A single-supply converter: 0 uV is its middle, and it rails at 0 and 1023."""
    firmware = LinesFirmware(LinesSettings(channels=4, uv_per_count=5.0))
    assert firmware.digitise(np.array([[0.0, 50.0, 1e6, -1e6]])).tolist() == [[512, 522, 1023, 0]]
