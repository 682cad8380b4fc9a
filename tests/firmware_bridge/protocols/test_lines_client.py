import numpy as np
import pytest

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols.conversation import Stream
from emg_edge.firmware_bridge.protocols.lines import WAIT_S, LinesClient
from emg_edge.firmware_bridge.protocols.lines_description import STEADY, Description, read_header
from emg_edge.firmware_bridge.protocols.talk import Talk
from emg_edge.firmware_bridge.simulated.lines import SEPARATORS, LinesFirmware, LinesSettings, Style


def started(client: LinesClient, heard: bytes) -> Talk[Stream]:
    """Start on a board that has sent these bytes, a few at a time, and is silent then."""
    talk = Talk(client.start(), 0.0)
    for at in range(0, len(heard), 10):
        talk.receive(heard[at : at + 10], 1.0)
    talk.receive(b"", WAIT_S + 1)
    return talk


def stream_of(client: LinesClient, heard: bytes) -> Stream:
    stream = started(client, heard).result
    assert stream is not None
    return stream


def rows(row: bytes, times: int = STEADY) -> bytes:
    """Lines after the rest of one that had begun before we listened."""
    return b"2,3\r\n" + (row + b"\r\n") * times


def test_what_the_user_says_and_the_columns_are_enough() -> None:
    """Rate and scale told, the number of channels is that of the columns."""
    stream = stream_of(LinesClient(rate_hz=500, uv_per_count=2.5), rows(b"1,2,3"))
    assert (stream.rate_hz, stream.unit, stream.decoder.channels, stream.decoder.wrap) == (500, "uV", 3, 0)
    np.testing.assert_array_equal(stream.per_count, [2.5] * 3)
    assert stream.notes == (
        "the board prints 3 channels a line",
        "the lines carry no counter: losses are seen by the clock only",
    )


def test_a_header_is_enough() -> None:
    """Nothing told, the board's header line says it all, and railed counts are known."""
    header = b"# rate=250 channels=2 unit=mV scale=0.5 lowest=0 highest=4095 counter=256\n"
    heard = header + b"".join(b"%d,7,8\n" % (n % 256) for n in range(250, 250 + STEADY))
    stream = stream_of(LinesClient(), heard)
    assert (stream.rate_hz, stream.limits, stream.decoder.wrap) == (250, (0, 4095), 256)
    np.testing.assert_array_equal(stream.per_count, [500.0, 500.0])
    assert stream.notes == ("the board prints 2 channels a line",)
    assert stream.decoder.push(b"3,7,8\n").number.tolist() == [3]


def test_the_user_goes_before_the_header() -> None:
    """What the user says overrides what the board prints."""
    stream = stream_of(LinesClient(rate_hz=100, uv_per_count=3), b"# rate=250 unit=uV\n" + rows(b"1,2"))
    assert (stream.rate_hz, stream.per_count[0]) == (100, 3)


def test_decimals_keep_hundredths_of_a_microvolt() -> None:
    """Volts with decimals become counts of 10 nV, whatever unit they are printed in."""
    stream = stream_of(LinesClient(), b"# rate=250 unit=mV lowest=-5000 highest=5000\n" + rows(b"0.12345,-2500.0"))
    found = stream.decoder.push(b"0.12345,-2500.0\n")
    np.testing.assert_allclose(found.counts * stream.per_count, [[123.45, -2.5e6]], rtol=1e-12)
    assert stream.limits == (-500_000_000, 500_000_000)


def test_an_unknown_size_is_said_to_be_so() -> None:
    """Without a scale amplitudes are as printed, and the user is told."""
    stream = stream_of(LinesClient(rate_hz=1000), rows(b"512"))
    assert stream.per_count.tolist() == [1.0]
    assert "--uv-per-count" in stream.notes[1]


def test_a_column_of_time_is_left_out_and_not_counted() -> None:
    """A first column that does not grow by one a line tells no losses, and no channel either."""
    heard = b"\n" + b"".join(b"%d,7,8\n" % (2 * n) for n in range(STEADY))
    stream = stream_of(LinesClient(rate_hz=500, counter_column=1), heard)
    assert (stream.decoder.wrap, stream.decoder.channels) == (0, 2)
    assert stream.notes[-1] == "column 1 does not count samples: losses are seen by the clock only"


def test_a_counter_that_lost_a_sample_while_it_was_looked_at_still_counts() -> None:
    """One gap among the first lines, or its beginning anew, does not make a counter a clock."""
    heard = b"\n" + b"".join(b"7,%d\n" % (n % 65536) for n in (65533, 65534, 65535, 0, 3, 4, 5, 6))
    stream = stream_of(LinesClient(rate_hz=500, counter_column=2), heard)
    assert (stream.decoder.wrap, stream.decoder.channels) == (65536, 1)


def test_no_sample_is_lost_to_the_survey() -> None:
    """The lines that were looked at, and what came after them, are left for the decoder."""
    talk = Talk(LinesClient(rate_hz=500).start(), 0.0)
    steady = b"".join(b"%d,2\r\n" % n for n in range(STEADY))
    talk.receive(b"2,3\r\nhello\r\n1,2,3\r\n" + steady + b"3,", 1.0)
    assert talk.rest == steady + b"3,"


@pytest.mark.parametrize(
    ("client", "heard", "said"),
    [
        (LinesClient(), rows(b"1,2"), "--rate, or let the sketch print '# rate=1000'"),
        (LinesClient(500, 3), rows(b"1,2"), "have 2 columns; expected 3 channels:"),
        (
            LinesClient(500, 2, counter_column=1),
            rows(b"1,2"),
            "2 columns; expected 2 channels and a counter in column 1",
        ),
        (LinesClient(500, counter_column=1), rows(b"1"), "1 columns; expected some channels and a counter"),
        (
            LinesClient(500, counter_column=4),
            rows(b"1,2,3"),
            "3 columns; expected .* a counter in column 4",
        ),
        (LinesClient(500), rows(b"1," * 65), "have 65 columns; expected at most 64"),
        (LinesClient(500), b"", "sent nothing; expected lines like"),
        (LinesClient(500), b"\x80\xff" * 40, r"without a line feed \(the last were 80 ff"),
        (LinesClient(500), rows(b"1,2", 3), "sent only 3 lines; .* 8 at least"),
        (LinesClient(500), rows(b"1,2", 7) + b"1\n", "have 1 to 2 columns"),
        (LinesClient(500), rows(b"EMG ready\x1b[2J", 9), r"no numbers \('EMG ready\?\[2J"),
    ],
)
def test_what_is_wrong_is_named(client: LinesClient, heard: bytes, said: str) -> None:
    """Each way to be no board of lines has its sentence, with what was expected and what to do."""
    with pytest.raises(BoardError, match=said):
        started(client, heard)


def test_start_and_stop_bytes_are_sent() -> None:
    """A sketch that waits is started and stopped by the bytes that the user says; others are sent nothing."""
    client = LinesClient(500, start_bytes=b"go", stop_bytes=b"halt")
    assert Talk(client.start(), 0.0).to_write() == b"go"
    assert Talk(client.stop(), 0.0).to_write() == b"halt"
    assert Talk(LinesClient().start(), 0.0).to_write() == b""
    silent = Talk(LinesClient().stop(), 0.0)
    silent.receive(b"", 0.0)
    assert silent.done


def test_header_words_that_make_no_sense_say_nothing() -> None:
    """A header is a comment: what is not understood in it is left to the user."""
    assert read_header("# EMG board v2, by me") == Description()
    nonsense = "# rate=fast channels=0 unit=furlong scale=-1 lowest=3 highest=2 counter=-1"
    assert read_header(nonsense) == Description()
    assert read_header("# rate=nan unit=uV scale=inf") == Description()
    assert read_header("# RATE: 1000, Unit: V; scale=2") == Description(rate_hz=1000.0, uv_per_value=2e6)


@pytest.mark.parametrize("style", SEPARATORS)
@pytest.mark.parametrize("counter_wrap", [0, 100])
def test_the_simulated_board_is_understood(style: Style, counter_wrap: int) -> None:
    """From power-on to microvolts: what was digitised comes back within half a count."""
    settings = LinesSettings(style=style, counter_wrap=counter_wrap, header=True)
    firmware = LinesFirmware(settings)
    samples_uv = np.random.default_rng(0).normal(0, 300, (300, 8))
    wire = b"".join(packet.data for packet in firmware.encode(firmware.digitise(samples_uv)))
    talk = Talk(LinesClient().start(), 0.0)
    talk.receive(wire, 0.0)
    stream = talk.result
    assert stream is not None
    found = stream.decoder.push(talk.rest)
    first = 300 - len(found.counts)
    assert first <= 1  # the first line may have been cut, for all that the client knows
    offset_uv = settings.offset * settings.uv_per_count
    np.testing.assert_allclose(
        found.counts * stream.per_count - offset_uv, samples_uv[first:], atol=settings.uv_per_count / 2 + 1e-9
    )
    if counter_wrap:
        assert found.number.tolist() == [n % counter_wrap for n in range(first, 300)]
