from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decode_check import check_decoder, decode

from emg_edge.firmware_bridge.protocols.lines import MAX_LINE, LinesDecoder
from emg_edge.firmware_bridge.protocols.lines_parsing import MAX_LENGTH, WHOLE_FROM, parse_rows

JUNK = b"# \xffno row\n1,2\nnan,1,2\nSensor ready.\r\n"
INT32 = np.iinfo(np.int32)


def integers(text: bytes, channels: int) -> list[list[int]]:
    """Decode at once what must be clean."""
    found = LinesDecoder(channels).push(text)
    assert found.skipped == 0
    return found.counts.tolist()


@pytest.mark.parametrize("rows", [4, 200])
@pytest.mark.parametrize(
    ("separator", "end"), [(",", "\r\n"), ("\t", "\n"), (" ", "\n"), (";", "\r\n"), (", ", ",\r\n")]
)
def test_three_ways(rows: int, separator: str, end: str) -> None:
    """Few lines or many, of every style: any cut gives the same samples."""
    rng = np.random.default_rng(2)
    counts = rng.integers(-2000, 2000, (rows, 3), dtype=np.int32)
    wire = [(separator.join(map(str, row)) + end).encode() for row in counts.tolist()]
    check_decoder(lambda: LinesDecoder(3), wire, counts, np.zeros(rows, np.int64), rng, junk=JUNK.split(b"\n", 1)[1])


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (b"1,2,3\n", [1, 2, 3]),
        (b"  1 ,2 ,\t3 ,\r\n", [1, 2, 3]),
        (b"+1;-2;3;\n", [1, -2, 3]),
        (b"1\t2\t3\n", [1, 2, 3]),
        (b"1   2   3\n", [1, 2, 3]),
        (b"ch1:1,ch2:2,ch3:3\n", [1, 2, 3]),
        (b"left arm: 1\te5:2 Sensor_3:-3\r\n", [1, 2, -3]),
        (b"1e2,2E+0,.3e1\n", [100, 2, 3]),
        (b"007,-0,3.\n", [7, 0, 3]),
        (b"99999999999,-99999999999,1e400\n", [INT32.max, INT32.min, INT32.max]),
    ],
)
def test_what_is_a_row(line: bytes, row: list[int]) -> None:
    """The usual ways to print three numbers are read, alone and among many lines."""
    assert integers(line, 3) == [row]
    assert integers(line * 400, 3) == [row] * 400


@pytest.mark.parametrize(
    "line",
    [
        b"1,2\n",
        b"1,2,3,4\n",
        b"1,,3\n",
        b",1,2,3\n",
        b"1,2,\n",
        b"1,2,x\n",
        b"1,2,nan\n",
        b"1,2,inf\n",
        b"1,2,1_0\n",
        b"1,2,--3\n",
        b"1,2,3-\n",
        b"1,2-3,4\n",
        b"1,2,-\n",
        b"1,2,0x3\n",
        b"1,2,3e\n",
        b"1\r2,3\n",
        b"1,2,3 #\n",
        b"a:b:1,2,3\n",
        b"1,2,\xb3\n",
    ],
)
def test_what_is_no_row(line: bytes) -> None:
    """Anything else is skipped and counted, alone and among many good lines."""
    found = LinesDecoder(3).push(line)
    assert (len(found.counts), found.skipped) == (0, len(line))
    good = b"4,5,6\n" * WHOLE_FROM
    found = LinesDecoder(3).push(good + line + good)
    assert (len(found.counts), found.skipped) == (2 * WHOLE_FROM, len(line))


def test_comments_and_empty_lines_are_no_junk() -> None:
    """A header or an empty line between rows is passed over without being counted as damage."""
    found = LinesDecoder(1).push(b"# rate=1000\r\n1\r\n\r\n \n2\n")
    assert (found.counts.ravel().tolist(), found.skipped) == ([1, 2], 0)


def as_line(row: Sequence[int | str]) -> bytes:
    return ",".join(map(str, row)).encode()


@given(
    st.lists(
        st.one_of(
            st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=4).map(
                lambda row: ",".join(map(str, row)).encode()
            ),
            st.text(st.sampled_from("0123456789,;+-. \t\r#:eax"), max_size=12).map(str.encode),
        ),
        max_size=20,
    ),
    st.booleans(),
)
def test_the_fast_way_reads_what_the_careful_way_reads(lines: list[bytes], long: bool) -> None:
    """Whole chunks of integers are read by a shorter way: on any mixture it agrees with line by line."""
    apart = [parse_rows(line + b"\n", 3) for line in lines] * (60 if long else 1)
    together = parse_rows(b"".join(line + b"\n" for line in lines) * (60 if long else 1) + b"\n", 3)
    np.testing.assert_array_equal(together.values, np.concatenate([np.zeros((0, 3)), *[rows.values for rows in apart]]))
    assert together.skipped == sum(rows.skipped for rows in apart)


@given(
    st.lists(
        st.tuples(st.decimals(-9999, 9999, places=3), st.integers(-99, 99), st.decimals(0, 9, places=12)), min_size=1
    )
)
def test_decimals_are_read_exactly(rows: list[tuple[Decimal, int, Decimal]]) -> None:
    """Numbers of a fixed count of decimals are read the fast way, and are the nearest float64 to what is printed."""
    times = WHOLE_FROM // len("0.000,0,0.000000000000") + 1
    text = "".join(f"{a},{b},{c:f}\n" for a, b, c in rows).encode() * times
    expected = [[float(cell) for cell in row] for row in rows] * times
    np.testing.assert_array_equal(parse_rows(text, 3).values, expected)


def test_integers_longer_than_64_bits_are_read_the_careful_way() -> None:
    """A number of too many digits is no overflow: it saturates."""
    line = b"9" * (MAX_LENGTH + 4) + b",1\n"
    assert integers(line * 400, 2) == [[INT32.max, 1]] * 400


@pytest.mark.parametrize("lines", [1, 500])
def test_decimals_are_kept_in_steps(lines: int) -> None:
    """Decimals become counts of the steps that were asked for, the nearest one."""
    decoder = LinesDecoder(3, per_value=100)
    assert decoder.push(b"1.234,-0.5,1e-2\n" * lines).counts.tolist() == [[123, -50, 1]] * lines


@pytest.mark.parametrize(("column", "line"), [(1, "{n},5,6\n"), (2, "5,{n},6\n"), (3, "5,6,{n}\n")])
def test_a_counter_is_the_number_and_no_channel(column: int, line: str) -> None:
    """The counter's column may be any; it is taken modulo the samples after which it begins anew."""
    text = "".join(line.format(n=n) for n in (254, 255, 256, -1)).encode()
    found = LinesDecoder(2, counter=column, wrap=256).push(text)
    assert found.number.tolist() == [254, 255, 0, 255]
    assert found.counts.tolist() == [[5, 6]] * 4
    silent = LinesDecoder(2, counter=column).push(text)
    assert silent.number.tolist() == [0] * 4
    assert silent.counts.tolist() == [[5, 6]] * 4


@pytest.mark.parametrize("chunk", [1, 37, 10_000])
def test_endless_noise_without_a_line_feed_takes_no_memory(chunk: int) -> None:
    """What is longer than any line is dropped and counted, its end included, though that looks like a row."""
    decoder = LinesDecoder(2)
    noise = b"7," * 5000
    skipped = sum(decoder.push(noise[at : at + chunk]).skipped for at in range(0, len(noise), chunk))
    found = decoder.push(b"1,2\n3,4\n")
    assert skipped >= len(noise) - MAX_LINE
    assert skipped + found.skipped == len(noise) + 4
    assert found.counts.tolist() == [[3, 4]]


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_any_bytes_are_survived(chunks: list[bytes]) -> None:
    """Of arbitrary bytes, what is skipped is no more than what came."""
    _, _, skipped = decode(LinesDecoder(2, counter=1, wrap=10), chunks)
    assert skipped <= sum(map(len, chunks))


def test_no_line_takes_long_to_refuse() -> None:
    """Spaces, digits and labels without end are refused in linear time: a megabyte of them is read at once."""
    for piece in (b" ", b"1", b"1 ", b"a", b"a ", b"1,", b"a:1 ", b"1e", b"-", b"1.", b"\r"):
        hostile = b"".join(piece * (MAX_LINE // len(piece)) + b"x\n" for _ in range(1000))
        assert len(LinesDecoder(3).push(hostile).counts) == 0
