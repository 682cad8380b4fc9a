import io
import json
import os
from pathlib import Path

import pytest

from emg_edge.decoding.decisions import Decision
from emg_edge.device.sinks import JsonLines, OutputClosed
from emg_edge.errors import EmgEdgeError

DECISION = Decision(1.5, 7, "fist", 18, 0.1 + 0.2, "active", 0.25, 0, None)


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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_one_sentence():
    """No space left is said, with the decision that was lost."""
    with (
        Path("/dev/full").open("wb", buffering=0) as stream,
        pytest.raises(EmgEdgeError, match=r"7.*no space"),
    ):
        JsonLines(stream).write(DECISION)
