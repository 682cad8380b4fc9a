"""The reference firmware for home-made boards, compiled on the host and compared with the codec byte for byte."""

import ctypes
import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols import framed
from emg_edge.firmware_bridge.protocols.framed_client import FramedClient
from emg_edge.firmware_bridge.protocols.framed_decoder import FramedDecoder
from emg_edge.firmware_bridge.protocols.lines import LinesDecoder
from emg_edge.firmware_bridge.protocols.lines_description import Description, read_header
from emg_edge.firmware_bridge.protocols.talk import Talk

TESTS = Path(__file__).parents[1]
SKETCH = TESTS.parent / "firmware_bridge" / "arduino" / "emg_edge_board"
FAKE = TESTS / "support" / "fake_arduino"
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-pedantic"]
UNDEFINED = ["-fsanitize=undefined", "-fno-sanitize-recover=all"]  # the run ends at anything that C leaves undefined
ROOM = 2048


class Board(ctypes.Structure):
    """Mirrors emg_board of emg_packet.h."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("channels", ctypes.c_uint8),
        ("width", ctypes.c_uint8),
        ("unit", ctypes.c_uint8),
        ("has_imu", ctypes.c_uint8),
        ("major", ctypes.c_uint8),
        ("minor", ctypes.c_uint8),
        ("rate_millihertz", ctypes.c_uint32),
        ("per_count", ctypes.c_float),
        ("lowest", ctypes.c_int32),
        ("highest", ctypes.c_int32),
    )


class Blocks(ctypes.Structure):
    """Mirrors emg_blocks of emg_blocks.h."""

    _fields_ = (
        ("counts", ctypes.c_void_p),
        ("samples", ctypes.c_uint8),
        ("channels", ctypes.c_uint8),
        ("filling", ctypes.c_uint8),
        ("filled", ctypes.c_uint8),
        ("number", ctypes.c_uint16),
        ("ready_number", ctypes.c_uint16),
        ("ready", ctypes.c_uint8),
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, list[str]], Path]:
    """Give a function that compiles to a file of a name, with arguments."""
    folder = tmp_path_factory.mktemp("sketch")

    def build(name: str, arguments: list[str]) -> Path:
        compiler = arguments[0]
        if shutil.which(compiler) is None:
            pytest.skip(f"no C compiler '{compiler}' on this machine")
        makes = subprocess.run([compiler, "-dumpmachine"], check=True, capture_output=True, text=True).stdout.strip()
        if not makes.startswith(platform.machine()):
            pytest.skip(f"'{compiler}' compiles for {makes}, and this Python is one for {platform.machine()}: emulated")
        subprocess.run([*arguments, "-o", folder / name], check=True, cwd=SKETCH)
        return folder / name

    return build


@pytest.fixture(scope="module")
def firmware(built: Callable[[str, list[str]], Path]) -> ctypes.CDLL:
    """The portable part as a shared library."""
    arguments = ["cc", "-std=c99", *WARNINGS, "-Wconversion", *UNDEFINED, "-shared", "-fPIC"]
    library = ctypes.CDLL(str(built("firmware.so", [*arguments, "emg_packet.c", "emg_blocks.c"])))
    for name in ("emg_write_data16", "emg_write_data24", "emg_write_hello", "emg_write_line"):
        getattr(library, name).restype = ctypes.c_size_t
    library.emg_blocks_take.restype = ctypes.c_void_p
    return library


def pointer(values: NDArray[np.integer] | None) -> ctypes.c_void_p:
    return ctypes.c_void_p(None if values is None else values.ctypes.data)


def write_data(
    library: ctypes.CDLL,
    counts: NDArray[np.int32],
    number: int,
    width: int,
    g: NDArray[np.int16] | None,
    room: int = ROOM,
) -> bytes:
    out = ctypes.create_string_buffer(b"\xaa" * room, room)
    samples, channels = counts.shape
    write = library.emg_write_data16 if width == 2 else library.emg_write_data24
    values = np.ascontiguousarray(counts, np.int16 if width == 2 else np.int32)
    length = write(
        out,
        ctypes.c_size_t(room),
        pointer(values),
        ctypes.c_uint8(samples),
        ctypes.c_uint8(channels),
        ctypes.c_uint16(number),
        pointer(g),
    )
    return out.raw[:length]


@pytest.mark.parametrize("width", framed.WIDTHS)
def test_data_frames_are_those_of_the_codec(firmware: ctypes.CDLL, width: int) -> None:
    """Random counts, many of them zero, small or at the limits, give the same bytes, with and without acceleration."""
    rng = np.random.default_rng(width)
    lowest, highest = framed.count_limits(width)
    for _ in range(300):
        shape = int(rng.integers(1, 40)), int(rng.integers(1, 9))
        counts = np.round(rng.normal(0, 10.0 ** rng.uniform(0, 7), shape))
        counts[rng.random(shape) < rng.choice([0, 0.3])] = rng.choice([0, lowest, highest, -1, 257])
        counts = np.clip(counts, lowest, highest).astype(np.int32)
        number = int(rng.integers(65536))
        g = rng.integers(-32768, 32768, 3).astype(np.int16) if rng.random() < 0.5 else None
        in_g = None if g is None else (g[0] / 2048, g[1] / 2048, g[2] / 2048)
        assert write_data(firmware, counts, number, width, g) == framed.encode_data(counts, number, width, in_g)


@pytest.mark.parametrize("length", [*range(120, 135), *range(247, 256)])
def test_runs_of_254_bytes_are_those_of_the_codec(firmware: ctypes.CDLL, length: int) -> None:
    """Frames without a zero, about as long as the stuffing's longest run, and twice that, end alike."""
    for last in (0, 0x0101, 0x0100, 0x0001):
        counts = np.full((1, length), 0x0101, np.int32)
        counts[0, -1] = last
        for number in range(0x0101, 0x0111):  # so that the CRC has other bytes
            assert write_data(firmware, counts, number, 2, None) == framed.encode_data(counts, number, 2)


def test_a_buffer_too_small_is_never_overrun(firmware: ctypes.CDLL) -> None:
    """With less room than it takes, nothing is to be sent, and not a byte beyond the room is touched."""
    counts = np.arange(80, dtype=np.int32).reshape(10, 8)
    whole = write_data(firmware, counts, 0, 2, None)
    assert write_data(firmware, counts, 0, 2, None, room=len(whole)) == whole
    for room in range(len(whole)):
        out = ctypes.create_string_buffer(b"\xaa" * ROOM, ROOM)
        values = counts.astype(np.int16)
        none = firmware.emg_write_data16(out, ctypes.c_size_t(room), pointer(values), 10, 8, 0, None)
        assert none == 0
        assert out.raw[room:] == b"\xaa" * (ROOM - room)


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("name", ["", "emg-edge board", "x" * 32, "x" * 40])
@pytest.mark.parametrize(("width", "unit", "imu"), [(2, "uV", False), (3, "count", True)])
def test_hellos_are_those_of_the_codec(
    firmware: ctypes.CDLL, streaming: bool, name: str, width: int, unit: str, imu: bool
) -> None:
    """The same board described gives the same bytes; a name too long is cut alike."""
    limits = framed.count_limits(width)
    hello = framed.Hello(name, 7, 1234.567, width, unit, 0.1, limits, (3, 200), imu, streaming)
    board = Board(name.encode(), 7, width, framed.UNITS.index(unit), imu, 3, 200, 1234567, 0.1, *limits)
    out = ctypes.create_string_buffer(ROOM)
    length = firmware.emg_write_hello(out, ctypes.c_size_t(ROOM), ctypes.byref(board), ctypes.c_uint8(streaming))
    assert out.raw[:length] == framed.encode_hello(hello)


def test_lines_are_read_as_they_were_meant(firmware: ctypes.CDLL) -> None:
    """Every number of 16 bits is printed as Python prints it, and the longest line fits the room that is asked for."""
    numbers = np.arange(-32768, 32768, dtype=np.int32).astype(np.int16).reshape(-1, 64)
    out = ctypes.create_string_buffer(ROOM)
    for row in numbers:
        length = firmware.emg_write_line(out, ctypes.c_size_t(7 * 64 + 2), pointer(row), ctypes.c_uint8(64))
        assert out.raw[:length] == (",".join(map(str, row.tolist())) + "\r\n").encode()
    assert firmware.emg_write_line(out, ctypes.c_size_t(7 * 64 + 1), pointer(numbers[0]), ctypes.c_uint8(64)) == 0


@pytest.mark.parametrize("seed", range(5))
def test_blocks_lose_only_what_the_numbers_tell(firmware: ctypes.CDLL, seed: int) -> None:
    """Whenever the main loop comes round, the samples it takes are right, and their numbers tell those it missed."""
    rng = np.random.default_rng(seed)
    samples, channels = 4, 3
    store = np.zeros(2 * samples * channels, np.int16)
    blocks = Blocks()
    firmware.emg_blocks_begin(ctypes.byref(blocks), pointer(store), samples, channels)
    blocks.number = 65000
    taken: list[int] = []
    away = 0
    for n in range(65000, 68000):
        row = (np.arange(n, n + channels) % 65536).astype(np.uint16)
        firmware.emg_blocks_push(ctypes.byref(blocks), pointer(row))
        away = int(rng.integers(1, 20)) if away == 0 and rng.random() < 0.05 else max(0, away - 1)
        number = ctypes.c_uint16()
        if away or not (block := firmware.emg_blocks_take(ctypes.byref(blocks), ctypes.byref(number))):
            continue
        held = np.ctypeslib.as_array(ctypes.cast(block, ctypes.POINTER(ctypes.c_uint16)), (samples, channels))
        np.testing.assert_array_equal(held, (number.value + np.arange(4)[:, None] + np.arange(3)) % 65536)
        taken.append(number.value)
        firmware.emg_blocks_release(ctypes.byref(blocks))
    steps = np.diff(taken) % 65536
    assert set(steps.tolist()) == {4, 8, 12, 16, 20}
    assert (68000 - taken[-1]) % 65536 < 30


@pytest.fixture(scope="module")
def sketch(built: Callable[[str, list[str]], Path]) -> Callable[..., bytes]:
    """The whole sketch on the host, as on a processor without a timer of its own; returns what it sends."""
    parts = ("emg_packet", "emg_blocks")
    objects = [str(built(f"{part}.o", ["cc", "-std=c99", *WARNINGS, *UNDEFINED, "-c", f"{part}.c"])) for part in parts]
    sources = ["emg_edge_board.ino", *sorted(path.name for path in SKETCH.glob("*.cpp")), str(FAKE / "main.cpp")]
    compiler = ["c++", "-std=gnu++11", *WARNINGS, *UNDEFINED, f"-I{FAKE}", "-I."]
    program = built("board", [*compiler, *objects, "-x", "c++", *sources, "-x", "none"])

    def run(*script: str) -> bytes:
        return subprocess.run([program, *script], check=True, stdout=subprocess.PIPE).stdout

    return run


HELLO = framed.Hello("emg-edge board", 8, 1000.0, 2, "count", 1.0, (0, 1023), (1, 0))


def test_the_sketch_describes_itself_while_idle(sketch: Callable[..., bytes]) -> None:
    """A hello at power-on and each second while idle, and one when asked; nothing else."""
    assert sketch("900", "3500") == framed.encode_hello(HELLO) * 4
    assert sketch("500?", "600") == framed.encode_hello(HELLO) * 2


def test_the_sketch_streams_a_thousand_samples_a_second(sketch: Callable[..., bytes]) -> None:
    """From 'b' to 's' each sample once, numbered from 0, and a hello that says streaming when asked between."""
    wire = sketch("100b", "600?", "70102s", "70200")
    streaming = framed.encode_hello(replace(HELLO, streaming=True))
    assert wire.count(streaming) == 1
    found = FramedDecoder(8).push(wire)
    n = np.arange(70_000)
    assert found.skipped == 0
    np.testing.assert_array_equal(found.number, n % 65536)
    np.testing.assert_array_equal(found.counts, (n[:, None] + 100 * np.arange(8)) % 1024)


def test_the_client_and_the_sketch_understand_each_other(sketch: Callable[..., bytes]) -> None:
    """What the client writes makes the sketch answer as the client expects."""
    talk = Talk(FramedClient().start(), 0.0)
    written: list[tuple[int, bytes]] = []
    ms = 0
    while not talk.done:
        if data := talk.to_write():
            written.append((ms, data))
        ms += 10
        before, now = (sketch(*(f"{at}{b.decode()}" for at, b in written), str(t)) for t in (ms - 10, ms))
        assert now.startswith(before)
        talk.receive(now[len(before) :], ms / 1000)
    stream = talk.result
    assert stream is not None
    assert stream.rate_hz == 1000
    assert stream.decoder.push(talk.rest).number.tolist() == list(range(8))


def test_the_sketch_prints_lines_when_told(sketch: Callable[..., bytes]) -> None:
    """After 't' it prints lines with a header when asked, after 'f' frames again."""
    wire = sketch("10t?", "20b", "120s", "200f?", "300")
    text, frames = wire[len(framed.encode_hello(HELLO)) : -len(framed.encode_hello(HELLO))], wire[-37:]
    header, _, lines = text.partition(b"\r\n")
    assert read_header(header.decode()) == Description(rate_hz=1000, channels=8, limits=(0, 1023))
    found = LinesDecoder(8).push(lines)
    assert found.skipped == 0
    np.testing.assert_array_equal(found.counts, np.arange(96)[:, None] + 100 * np.arange(8))
    assert frames.endswith(framed.encode_hello(HELLO)[-10:])
