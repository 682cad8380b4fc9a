import io

from emg_edge.decoding.decisions import Decision
from emg_edge.device.view import CLEAR_LINE, View

FIST = Decision(1.5, 7, "fist", 18, 0.5, "active", 1.25, 0, 18)
STALE = Decision(1.5, 8, None, None, None, "stale", None, 4)


def test_it_shows_gesture_probability_latency_and_truth():
    """All that a person wants to know of a decision stands on the line."""
    text = View(io.StringIO(), ("rest", "fist")).text(FIST)
    assert text.startswith("fist ")
    assert " 50%" in text
    assert "1.2 ms" in text
    assert "truth: fist" in text


def test_a_stale_state_shows_no_gesture():
    """Nothing old is repeated; what was lost is shown."""
    text = View(io.StringIO(), ("rest", "fist")).text(STALE)
    assert text.startswith("stale ")
    assert "fist" not in text
    assert "ms" not in text
    assert "4 samples lost" in text


def test_every_decision_is_drawn_over_the_last():
    """The line is cleared and drawn again; the end goes to a line of its own."""
    stream = io.StringIO()
    view = View(stream, ("rest", "fist"))
    view.write(FIST)
    view.write(STALE)
    view.close()
    assert stream.getvalue().count(CLEAR_LINE) == 2
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().endswith("\n")


def test_a_terminal_without_unicode_gets_ascii():
    """An old terminal shows # and . instead of failing."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    view = View(stream, ("rest", "fist"))
    view.write(FIST)
    view.close()
    assert b"##########.........." in stream.buffer.getvalue()
