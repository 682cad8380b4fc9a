"""Packets found in what a dongle sends, wherever the bytes are cut.

The rule: where a known header with agreeing lengths stands, there is a packet; elsewhere one byte is passed over.
`walk` goes from one to the next, which is quickest for a few packets. `split` finds all places where a packet can
begin at once, and takes runs of packets that follow one another whole, without a loop over bytes or packets.
"""

from bisect import bisect_left
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols import bgapi  # its messages fill ANSWERS
from emg_edge.firmware_bridge.protocols.bgapi_codes import meaning
from emg_edge.firmware_bridge.protocols.bgapi_packet import (
    ANSWERS,
    EVENT,
    HEADER_BYTES,
    MAX_ARRAY,
    MAX_CONNECTIONS,
    Message,
)

SHORT = 2000  # bytes up to which walking is the quicker way
_GROUPS = 16  # groups and numbers stay below this, so that a kind fits in nine bits


def kind_of(message: type[Message]) -> int:
    """Number a kind of answer, as packets found are numbered; 0 is none."""
    return (message.event * _GROUPS + message.group) * _GROUPS + message.number


class Walk(msgspec.Struct, frozen=True):
    """The whole packets in a few bytes: (place, length with header, kind) of each; the rest as in Split."""

    packets: list[tuple[int, int, int]]
    used: int
    skipped: int


@dataclass(frozen=True)
class Split:
    """The whole packets in some bytes.

    start    (n,) int64, where each begins
    length   (n,) int64, its bytes, header included
    kind     (n,) int64, see `kind_of`
    used     bytes that are dealt with; what follows may become a packet, and is wanted again: fewer than 64
    skipped  how many of them belonged to no packet
    """

    start: NDArray[np.int64]
    length: NDArray[np.int64]
    kind: NDArray[np.int64]
    used: int
    skipped: int


# For each kind: least and most bytes of payload (none fit where there is no such message), where in the packet its
# length is said once more, and how much less than the payload's that is: nothing, or all that is before an array.
_LEAST, _MOST = np.ones(2 * _GROUPS**2, np.int64), np.zeros(2 * _GROUPS**2, np.int64)
_SAID_AT, _LESS = np.ones(2 * _GROUPS**2, np.int64), np.zeros(2 * _GROUPS**2, np.int64)
for _message in ANSWERS.values():
    _kind = kind_of(_message)
    _LEAST[_kind] = _MOST[_kind] = _message.fixed
    if _message.tail:
        _LEAST[_kind], _MOST[_kind] = _message.fixed + 1, _message.fixed + 1 + MAX_ARRAY
        _SAID_AT[_kind], _LESS[_kind] = HEADER_BYTES + _message.fixed, _message.fixed + 1
_RULES = {
    kind_of(message): tuple(int(table[kind_of(message)]) for table in (_LEAST, _MOST, _SAID_AT, _LESS))
    for message in ANSWERS.values()
}
_GROUP_END = max(message.group for message in ANSWERS.values()) + 1
_NUMBER_END = max(message.number for message in ANSWERS.values()) + 1
_LARGEST_PAYLOAD = int(_MOST.max())
_VALUE = kind_of(bgapi.AttributeValue)
_VALUE_MARK = bytes([bgapi.AttributeValue.group, bgapi.AttributeValue.number])
_BEFORE_VALUE = bgapi.AttributeValue.fixed + 1
_SHOWN = HEADER_BYTES + 1  # a notification inside another packet is known by its header and its connection


def walk(data: bytes, notification_bytes: tuple[int, ...] = ()) -> Walk:
    """Find the packets in `data` one by one; `notification_bytes` as in `split`."""
    packets: list[tuple[int, int, int]] = []
    at = skipped = 0
    while at <= len(data) - HEADER_BYTES:
        kind = _begins(data, at)
        length = HEADER_BYTES + data[at + 1]
        if not kind or _begins_inside(data, at, length, notification_bytes):
            at += 1
            skipped += 1
        elif at + length > len(data):
            return Walk(packets, at, skipped)
        else:
            packets.append((at, length, kind))
            at += length
    used = _tail(data, at)
    return Walk(packets, used, skipped + used - at)


def split(data: bytes, notification_bytes: tuple[int, ...] = ()) -> Split:
    """Find the packets in `data`.

    A packet in which a notification with a value of one of `notification_bytes` begins was cut short, and is none:
    without a checksum, nothing else tells. A cut that leaves out fewer than five bytes stays unseen.
    """
    byte = np.frombuffer(data, np.uint8)
    start, length, kind, inner = _candidates(byte)
    if notification_bytes and len(inner):
        whole = _not_cut(byte, start, length, inner, notification_bytes)
        start, length, kind = start[whole], length[whole], kind[whole]
    end = start + length
    chain = _chain(np.searchsorted(start, end))
    if len(chain) and end[chain[-1]] > len(byte):  # the last one is not whole yet
        used = int(start[chain[-1]])
        chain = chain[:-1]
    else:
        used = _tail(data, int(end[chain[-1]]) if len(chain) else 0)
    start, length, kind = start[chain], length[chain], kind[chain]
    return Split(start, length, kind, used, used - int(length.sum()))


def disconnection(board: str, data: bytes, places: list[int], connection: int) -> str:
    """Give the reason, in the user's words, of the first disconnection at `places` that is of ours; '' without one."""
    for place in places:
        at = place + HEADER_BYTES
        event = bgapi.Disconnected.unpack(data[at : at + bgapi.Disconnected.fixed])
        if event.connection == connection:
            return f"the {board} disconnected ({meaning(event.reason)})"
    return ""


def _begins(data: bytes, at: int) -> int:
    """Give the kind of the packet that begins here, as far as its lengths are there and agree; 0 if none does."""
    first, payload, group, number = data[at : at + HEADER_BYTES]
    if first & 0x7F or group >= _GROUP_END or number >= _NUMBER_END:
        return 0
    kind = ((first == EVENT) * _GROUPS + group) * _GROUPS + number
    if kind not in _RULES:
        return 0
    least, most, said_at, less = _RULES[kind]
    agrees = at + said_at >= len(data) or data[at + said_at] == payload - less
    return kind if least <= payload <= most and agrees else 0


def _begins_inside(data: bytes, at: int, length: int, notification_bytes: tuple[int, ...]) -> bool:
    """Whether a notification begins within a packet, so that the packet was cut short."""
    last = min(at + length, len(data)) - 1
    place = data.find(_VALUE_MARK, at + 3, last)
    while place >= 0:
        value = data[place - 1] - _BEFORE_VALUE
        if data[place - 2] == EVENT and value in notification_bytes and data[place + 2] < MAX_CONNECTIONS:
            return True
        place = data.find(_VALUE_MARK, place + 1, last)
    return False


def _candidates(
    byte: NDArray[np.uint8],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Find every place where a packet can begin: place, length and kind of each; and where a value's header stands."""
    if len(byte) < HEADER_BYTES:
        nowhere = np.zeros(0, np.int64)
        return nowhere, nowhere, nowhere, nowhere
    start = np.flatnonzero(
        ((byte[:-3] & 0x7F) == 0)
        & (byte[1:-2] <= _LARGEST_PAYLOAD)
        & (byte[2:-1] < _GROUP_END)
        & (byte[3:] < _NUMBER_END)
    )
    kind = ((byte[start] == EVENT) * _GROUPS + byte[start + 2].astype(np.int64)) * _GROUPS + byte[start + 3]
    payload = byte[start + 1]
    fits = (payload >= _LEAST[kind]) & (payload <= _MOST[kind])
    start, kind, payload = start[fits], kind[fits], payload[fits].astype(np.int64)
    said_at = start + _SAID_AT[kind]
    agrees = (byte[np.minimum(said_at, len(byte) - 1)] == payload - _LESS[kind]) | (said_at >= len(byte))
    return start[agrees], payload[agrees] + HEADER_BYTES, kind[agrees], start[kind == _VALUE]


def _not_cut(
    byte: NDArray[np.uint8],
    start: NDArray[np.int64],
    length: NDArray[np.int64],
    inner: NDArray[np.int64],
    notification_bytes: tuple[int, ...],
) -> NDArray[np.bool_]:
    """Say of each candidate whether no notification begins inside it."""
    inner = inner[: np.searchsorted(inner, len(byte) - _SHOWN, "right")]
    sizes = np.zeros(256, np.bool_)
    sizes[[size + _BEFORE_VALUE for size in notification_bytes]] = True
    inner = inner[sizes[byte[inner + 1]] & (byte[inner + HEADER_BYTES] < MAX_CONNECTIONS)]
    following = np.append(inner, np.iinfo(np.int64).max - _SHOWN)[np.searchsorted(inner, start, "right")]
    return following + _SHOWN > start + length


def _chain(following: NDArray[np.int64]) -> NDArray[np.int64]:
    """Go from the first candidate to the one that follows its end, and on: runs of neighbours in one step."""
    n = len(following)
    leaps = np.flatnonzero(following != np.arange(1, n + 1))
    if not len(leaps):
        return np.arange(n)
    ends, targets = [*leaps.tolist(), n - 1], [*following[leaps].tolist(), n]
    runs, at = [], 0
    while at < n:
        leap = bisect_left(ends, at)
        runs.append(np.arange(at, ends[leap] + 1))
        at = targets[leap]
    return np.concatenate(runs)


def _tail(data: bytes, done: int) -> int:
    """Say where, in the last bytes, a header may have begun."""
    for place in range(max(done, len(data) - HEADER_BYTES + 1), len(data)):
        if data[place] & 0x7F == 0:
            return place
    return len(data)
