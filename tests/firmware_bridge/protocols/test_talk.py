import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols.conversation import Ask, ends_with, nothing
from emg_edge.firmware_bridge.protocols.talk import MAX_REPLY, Talk

END = ends_with(b"$$$")


def dialogue(replies):
    """Ask twice and keep what comes."""
    replies.append((yield Ask(b"v", END, 2.0)))
    replies.append((yield Ask(b"d", END, 1.0)))
    return "streams"


@given(st.lists(st.integers(1, 40), max_size=12))
def test_replies_are_whole_however_they_arrive(cuts):
    """Each question gets its own reply, cut anywhere, and what comes after the last stays."""
    wire, replies = b"noise and a banner$$$defaults$$$\xa0\x01", []
    talk = Talk(dialogue(replies), 0.0)
    written = [talk.to_write()]
    at = 0
    for length in [*cuts, len(wire)]:
        talk.receive(wire[at : at + length], 0.5)
        written.append(talk.to_write())
        at += length
    assert replies == [b"noise and a banner$$$", b"defaults$$$"]
    assert b"".join(written) == b"vd"
    assert (talk.done, talk.result) == (True, "streams")
    assert talk.rest == wire[-2:]
    assert math.isinf(talk.due_s)


def test_no_reply_in_time_is_none():
    """When the time is over the question is given up, with what had come of it, and the next is asked."""
    replies = []
    talk = Talk(dialogue(replies), 10.0)
    assert talk.due_s == 12.0
    talk.receive(b"half a ban", 11.9)
    assert replies == []
    talk.receive(b"", 12.0)
    assert replies == [None]
    assert talk.due_s == 13.0
    talk.receive(b"ner$$$", 12.5)
    assert replies == [None, b"ner$$$"]


def test_a_reply_that_comes_with_the_time_out_counts():
    """What is complete is taken, even a little late."""
    replies = []
    talk = Talk(dialogue(replies), 0.0)
    talk.receive(b"banner$$$", 5.0)
    assert replies == [b"banner$$$"]


def test_an_endless_reply_ends_with_its_time_and_takes_no_memory():
    """Bytes without an end are bounded, and do not hold the clock."""
    replies = []
    talk = Talk(dialogue(replies), 0.0)
    for k in range(40):
        talk.receive(b"x" * 10_000, k * 0.01)
        assert len(talk.rest) <= MAX_REPLY
    talk.receive(b"x", 2.0)
    assert replies == [None]
    assert talk.rest == b""


def test_a_pause_swallows_what_comes():
    """To wait for nothing is a pause."""

    def paused():
        assert (yield Ask(b"s", nothing, 0.3)) is None
        return 1

    talk = Talk(paused(), 0.0)
    talk.receive(b"samples", 0.1)
    assert not talk.done
    talk.receive(b"more", 0.3)
    assert talk.result == 1
    assert talk.rest == b""


def test_a_dialogue_without_a_question_is_done_at_once():
    """A board that need not be asked anything streams already."""

    def silent():
        return 7
        yield

    assert Talk(silent(), 0.0).result == 7


def test_what_a_dialogue_raises_comes_through():
    """Its error is the user's sentence."""

    def refused():
        yield Ask(b"v", END, 1.0)
        raise BoardError("no board")

    talk = Talk(refused(), 0.0)
    with pytest.raises(BoardError, match="no board"):
        talk.receive(b"$$$", 0.1)
