"""The exported folder as a program on the host: what it prints, and that no bytes can make it misbehave."""

import json
import subprocess
from pathlib import Path

import msgspec
import numpy as np
import pytest
from support.pty_pump import PtyPump

from emg_edge.decoding import modelfile
from emg_edge.firmware_bridge.protocols import framed
from emg_edge.firmware_bridge.simulated.framed import DEFAULT, FramedFirmware
from emg_edge.models import shipped
from emg_edge.quantize.micro.export import export
from emg_edge.signal.source import Source

SUPPORT = Path(__file__).parents[2] / "support"
WARNINGS = ["-Wall", "-Wextra", "-Werror"]
SANITIZERS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
C = ["emg_model.c", "emg_model_data.c", "emg_stream.c", "emg_front_end.c", "emg_decoder.c", "emg_run.c"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("program") / "micro"
    export(modelfile.read(shipped()), Source("raw", 1000.0, "uV", "ring8"), made)
    return made


@pytest.fixture(scope="module")
def program(folder: Path) -> Path:
    return built(folder)


def built(folder: Path) -> Path:
    """All of the folder, with a stand-in for TensorFlow Lite Micro's classes."""
    objects = []
    for name in (*C, "port_posix.c"):
        subprocess.run(["cc", "-std=c99", "-pedantic", *WARNINGS, *SANITIZERS, "-c", name], check=True, cwd=folder)
        objects.append(name.replace(".c", ".o"))
    include = ["-I.", f"-I{SUPPORT / 'fake_tflm'}"]
    network = ["c++", "-std=c++17", *WARNINGS, *SANITIZERS, *include, "-c", "emg_network_tflm.cpp"]
    subprocess.run(network, check=True, cwd=folder)
    link = ["c++", *SANITIZERS, *objects, "emg_network_tflm.o", "-lm", "-o", "emg_micro"]
    subprocess.run(link, check=True, cwd=folder)
    return folder / "emg_micro"


@pytest.fixture(scope="module")
def fuzzer(folder: Path) -> Path:
    command = ["cc", "-std=c99", *WARNINGS, *SANITIZERS, "-I.", *C[:1], *C[2:5], str(SUPPORT / "micro_fuzz.c"), "-lm"]
    subprocess.run([*command, "-o", "micro_fuzz"], check=True, cwd=folder)
    return folder / "micro_fuzz"


def line_of(seconds: float, seed: int = 0) -> bytes:
    """What a board of 1000 Hz sends: its hello, then frames of eight samples."""
    rng = np.random.default_rng(seed)
    counts = np.clip(rng.normal(0, 300, (int(1000 * seconds), 8)), -32768, 32767).astype(np.int32)
    return framed.encode_hello(DEFAULT) + b"".join(
        framed.encode_data(counts[at : at + 8], at, DEFAULT.width) for at in range(0, len(counts), 8)
    )


def test_it_prints_a_json_line_a_decision(program: Path) -> None:
    """The fields of `emg-edge run`; after the last sample it ends."""
    done = subprocess.run([program], input=line_of(2.0), capture_output=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == (2000 - 396) // 50 + 1
    assert [line["seq"] for line in lines] == list(range(len(lines)))
    assert set(lines[0]) == {"time_ms", "seq", "gesture", "number", "probability", "state", "samples_lost"}
    names = modelfile.read(shipped()).description.names
    assert all(line["gesture"] in names and line["state"] in ("active", "rest") for line in lines)
    assert all(0 < line["probability"] <= 1 for line in lines)


def test_a_board_of_another_rate_is_said_once(program: Path) -> None:
    """And nothing is decided on it."""
    other = framed.encode_hello(
        framed.Hello("slow", channels=8, rate_hz=500.0, width=2, unit="uV", per_count=1.0, limits=(-2048, 2047))
    )
    body = line_of(1.0)[len(framed.encode_hello(DEFAULT)) :]
    done = subprocess.run([program], input=other + other + body, capture_output=True, check=True)
    (line,) = done.stdout.splitlines()
    assert json.loads(line) == {
        "error": "the board has another rate than EMG_SOURCE_RATE_MILLIHERTZ; export the model for it"
    }


def test_a_long_name_keeps_its_line_whole(tmp_path: Path) -> None:
    """A gesture may be called anything, in hundreds of letters."""
    model = modelfile.read(shipped())
    names = tuple(f"{k} {'ß' * 300}" for k in range(len(model.description.names)))
    described = msgspec.structs.replace(model.description, names=names)
    long = modelfile.unpack(modelfile.pack(model.flatbuffer, described), "long.tflite")
    folder = tmp_path / "micro"
    export(long, Source("raw", 1000.0, "uV", "ring8"), folder)
    done = subprocess.run([built(folder)], input=line_of(1.0), capture_output=True, check=True)
    said = {json.loads(line)["gesture"] for line in done.stdout.splitlines()}
    assert said
    assert said <= set(names)


def test_a_fault_that_comes_back_is_said_again(program: Path) -> None:
    """After a hello that was right."""
    other = framed.encode_hello(
        framed.Hello("slow", channels=8, rate_hz=500.0, width=2, unit="uV", per_count=1.0, limits=(-2048, 2047))
    )
    done = subprocess.run([program], input=other + line_of(0.1) + other, capture_output=True, check=True)
    assert [set(json.loads(line)) for line in done.stdout.splitlines()] == [{"error"}, {"error"}]


def test_a_board_that_says_no_hello_is_told_of(program: Path) -> None:
    """Once, after three seconds; its frames are not decoded."""
    body = line_of(1.0)[len(framed.encode_hello(DEFAULT)) :]
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        run.stdin.write(body)
        run.stdin.flush()
        line = run.stdout.readline()
        run.stdin.close()
        assert "no hello has come" in json.loads(line)["error"]
        assert run.stdout.read() == b""


def test_it_starts_a_board_on_a_serial_port(program: Path) -> None:
    """It asks a simulated board for its hello, starts it, and decides on what it sends."""
    rng = np.random.default_rng(1)
    rows = np.clip(rng.normal(0, 300, (100_000, 8)), -32768, 32767).astype(np.int32)
    with (
        PtyPump(FramedFirmware(), rows) as board,
        subprocess.Popen([program, board.path], stdout=subprocess.PIPE) as run,
    ):
        assert run.stdout is not None
        lines = [json.loads(run.stdout.readline()) for _ in range(5)]
        run.kill()
    assert [line["seq"] for line in lines] == list(range(5))
    assert all(line["state"] in ("active", "rest") for line in lines)
    assert board.heard.startswith(b"f?")
    assert board.heard.rstrip(b"f?").endswith(b"b")


def test_no_bytes_make_the_sanitizers_speak(fuzzer: Path, tmp_path: Path) -> None:
    """A thousand lines, whole, cut, altered, repeated and of noise, under the address and undefined-behaviour ones."""
    rng = np.random.default_rng(5)
    lines = [line_of(0.7, seed) for seed in range(4)]
    wide = framed.encode_data(rng.integers(-(2**23), 2**23, (30, 8)).astype(np.int32), 65530, 3, (0.0, 0.0, 1.0))
    paths = []
    for k in range(1000):
        line = bytearray(lines[k % len(lines)] + wide * int(rng.integers(3)))
        for _ in range(int(rng.integers(30))):
            at = int(rng.integers(len(line)))
            match int(rng.integers(5)):
                case 0:
                    line[at] = int(rng.integers(256))
                case 1:
                    del line[at : at + int(rng.integers(1, 300))]
                case 2:
                    line[at:at] = rng.integers(0, 256, int(rng.integers(1, 300)), np.uint8).tobytes()
                case 3:
                    line[at:at] = line[: int(rng.integers(1, 300))]
                case _:
                    line[at:at] = bytes([int(rng.integers(256))]) * int(rng.integers(1, 3000))
        paths.append(tmp_path / f"{k}")
        paths[-1].write_bytes(line)
    done = subprocess.run([fuzzer, *paths], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[0]) > 2000, "hardly anything was decoded"
