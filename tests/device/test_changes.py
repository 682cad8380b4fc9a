"""The log of changes."""

import io

from emg_edge.decoding.decisions import Decision
from emg_edge.device.changes import Changes


def decision(time_s, gesture, number, truth):
    return Decision(time_s, 0, gesture, number, 0.9, "active", 1.0, 0, truth)


def test_a_line_for_each_change_of_decision_or_truth():
    """Repetitions of the same are not written."""
    stream = io.StringIO()
    log = Changes(stream, ("rest", "fist"))
    for moment in (
        decision(10.0, "rest", 0, 0),
        decision(10.05, "rest", 0, 0),
        decision(10.1, "rest", 0, 18),
        decision(10.15, "fist", 18, 18),
    ):
        log.write(moment)
    log.close()
    lines = stream.getvalue().splitlines()
    assert [line.split()[-1] for line in lines] == ["right", "wrong", "right"]
    assert lines[2].split()[:4] == ["0.15", "s", "decided", "fist"]


def test_without_truth_nothing_is_judged():
    """On a real board nobody knows what was made."""
    stream = io.StringIO()
    Changes(stream, ("fist",)).write(decision(0.0, "fist", 18, None))
    assert "right" not in stream.getvalue()
    assert "wrong" not in stream.getvalue()
