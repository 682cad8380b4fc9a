import io
import json
import os
import threading
from pathlib import Path

import msgspec
import pytest

from emg_edge.decoding.decisions import Decision
from emg_edge.device.sinks import JsonLines, OutputClosed
from emg_edge.errors import EmgEdgeError

DECISION = Decision(1.5, 7, "fist", 18, 0.1 + 0.2, "active", 0.25, 0, None)


def replaced(**more):
    return msgspec.structs.replace(DECISION, **more)


def test_a_line_is_one_json_document_with_all_digits():
    """What is read back is what was decided, to the last bit of the probability."""
    stream = io.BytesIO()
    sink = JsonLines(stream)
    sink.write(DECISION)
    sink.write(DECISION)
    first, second = stream.getvalue().splitlines()
    assert first == second
    assert json.loads(first) == {
        "time_s": 1.5,
        "seq": 7,
        "gesture": "fist",
        "number": 18,
        "probability": 0.1 + 0.2,
        "state": "active",
        "latency_ms": 0.25,
        "samples_lost": 0,
        "truth": None,
    }


def test_a_line_is_there_at_once():
    """Another process reads a line before the next is written."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as stream:
        JsonLines(stream).write(DECISION)
        assert json.loads(os.read(reader, 10_000))["seq"] == 7
    os.close(reader)


def test_a_stream_that_takes_a_part_gets_the_rest():
    """An unbuffered stream may write less than it was given: the line still comes whole."""

    class Sips(io.BytesIO):
        def write(self, data):
            return super().write(bytes(data[:3]))

    stream = Sips()
    JsonLines(stream).write(DECISION)
    assert json.loads(stream.getvalue())["seq"] == 7


def test_a_reader_that_went_away_is_not_an_error():
    """A closed pipe is OutputClosed, which ends a run quietly."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as stream, pytest.raises(OutputClosed):
        JsonLines(stream).write(DECISION)


def test_a_slow_reader_of_a_live_board_misses_lines_and_holds_nothing_up():
    """A pipe that nobody reads fills; then decisions are skipped and counted. What was written is whole lines."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb", buffering=0) as stream:
        sink = JsonLines(stream, live=True)
        for seq in range(5000):
            sink.write(replaced(seq=seq))
        assert sink.skipped > 0
        sink.close()
    with os.fdopen(reader, "rb") as stream:
        lines = stream.read().splitlines()
    assert len(lines) == 5000 - sink.skipped
    assert [json.loads(line)["seq"] for line in lines[1:]] == list(range(1, len(lines)))


def test_a_reader_that_catches_up_gets_the_newest():
    """After a pause lines come again; the gap shows in their numbers."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb", buffering=0) as stream:
        sink = JsonLines(stream, live=True)
        for _ in range(5000):
            sink.write(DECISION)
        skipped = sink.skipped
        while len(os.read(reader, 1 << 20)) == 1 << 20:
            pass
        sink.write(replaced(seq=9999))
        assert sink.skipped == skipped
        assert json.loads(os.read(reader, 10_000))["seq"] == 9999
    os.close(reader)


def test_a_recording_waits_for_its_reader():
    """What is not live loses no line."""
    reader, writer = os.pipe()
    os.set_blocking(writer, True)
    read = []

    def slowly():
        while data := os.read(reader, 1 << 12):
            read.append(data)

    thread = threading.Thread(target=slowly)
    thread.start()
    with os.fdopen(writer, "wb", buffering=0) as stream:
        sink = JsonLines(stream)
        for _ in range(3000):
            sink.write(DECISION)
    thread.join()
    os.close(reader)
    assert b"".join(read).count(b"\n") == 3000
    assert sink.skipped == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_one_sentence():
    """No space left is said, with the decision that was lost."""
    with (
        Path("/dev/full").open("wb", buffering=0) as stream,
        pytest.raises(EmgEdgeError, match=r"7.*no space"),
    ):
        JsonLines(stream).write(DECISION)
