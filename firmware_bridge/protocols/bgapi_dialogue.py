"""Asking a BLED112 dongle: a command, and the messages that come until the one that was waited for."""

from collections.abc import Callable, Iterator

from emg_edge.firmware_bridge.protocols.bgapi_packet import ANSWERS, Message, parse
from emg_edge.firmware_bridge.protocols.bgapi_stream import walk
from emg_edge.firmware_bridge.protocols.conversation import Ask, Complete, Dialogue


def messages(data: bytes) -> Iterator[tuple[Message, int]]:
    """Read the messages in `data` one by one, each with the place where it ends."""
    found = walk(data)
    for start, length, _ in found.packets:
        message = parse(data[start : start + length], ANSWERS)
        assert message is not None  # the same rules
        yield message, start + length


def comes(wanted: Callable[[Message], bool]) -> Complete:
    """Wait for the first message that is `wanted`, whatever comes before it; each is looked at once."""
    seen = 0

    def complete(received: bytes) -> int | None:
        nonlocal seen
        begin = seen if seen <= len(received) else 0  # else the oldest bytes were dropped
        found = walk(received[begin:])
        for start, length, _ in found.packets:
            message = parse(received[begin + start : begin + start + length], ANSWERS)
            assert message is not None  # the same rules
            if wanted(message):
                return begin + start + length
        seen = begin + found.used
        return None

    return complete


def ask(command: Message, wanted: Callable[[Message], bool], within_s: float) -> Dialogue[list[Message]]:
    """Tell the dongle; the messages up to the one that is `wanted`, the last; empty if it did not come in time."""
    reply = yield Ask(command.pack(), comes(wanted), within_s)
    return [] if reply is None else [message for message, _ in messages(reply)]
