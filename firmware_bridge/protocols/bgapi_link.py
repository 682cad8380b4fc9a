"""What comes before any talk with a peripheral: a dongle that is at rest, and a connection."""

from collections.abc import Callable
from dataclasses import dataclass

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import bgapi
from emg_edge.firmware_bridge.protocols.bgapi_codes import CONNECTED, OK, address_text, meaning
from emg_edge.firmware_bridge.protocols.bgapi_dialogue import ask
from emg_edge.firmware_bridge.protocols.bgapi_packet import Message
from emg_edge.firmware_bridge.protocols.conversation import Dialogue

ANSWER_S = 0.5  # the dongle itself answers within milliseconds
ANSWER_TRIES = 3  # the first command may complete one that a killed program left half written
MAX_CONNECTIONS = 3  # of the firmware that the dongle comes with
CONNECT_S = 3.0
CONNECT_TRIES = 3  # a first connection is often not taken up
_NAME_TYPES = (8, 9)  # of an advertisement's parts: the name, shortened or complete


@dataclass(frozen=True)
class Parameters:
    """How often the two radios meet: least and most units of 1.25 ms; given up after `timeout` units of 10 ms."""

    interval_min: int
    interval_max: int
    timeout: int
    latency: int = 0


def tidy() -> Dialogue[bool]:
    """End whatever a program before us left running; returns whether a dongle is there."""
    for _ in range(ANSWER_TRIES):
        if (yield from ask(bgapi.EndProcedure(), is_a(bgapi.EndProcedureDone), ANSWER_S)):
            break
    else:
        return False
    for connection in range(MAX_CONNECTIONS):
        yield from ask(bgapi.Disconnect(connection), over(connection, bgapi.Disconnected), ANSWER_S)
    return True


def connect(peripheral: bgapi.ScanResponse, parameters: Parameters, name: str) -> Dialogue[int]:
    """Connect, in a few tries; returns the connection. Raises BoardError with the reason."""
    timing = (parameters.interval_min, parameters.interval_max, parameters.timeout, parameters.latency)
    command = bgapi.ConnectDirect(peripheral.address, peripheral.address_type, *timing)
    reason = ""
    for _ in range(CONNECT_TRIES):
        heard = yield from ask(command, _settled, CONNECT_S)
        last = heard[-1] if heard else None
        if isinstance(last, bgapi.ConnectionStatus):
            return last.connection
        reason = why(last, CONNECT_S)
        yield from ask(bgapi.EndProcedure(), is_a(bgapi.EndProcedureDone), ANSWER_S)
    raise BoardError(
        f"{name} ({address_text(peripheral.address)}) was heard but could not be connected to ({reason}); bring it "
        "nearer to the dongle, switch it off and on, and try again"
    )


def is_a(*kinds: type[Message]) -> Callable[[Message], bool]:
    return lambda message: isinstance(message, kinds)


def over(connection: int, event: type[Message]) -> Callable[[Message], bool]:
    """Wait for the `event` of a connection, or for what means that it will not come."""

    def wanted(message: Message) -> bool:
        if getattr(message, "connection", None) != connection:
            return False
        return isinstance(message, event | bgapi.Disconnected) or getattr(message, "result", OK) != OK

    return wanted


def why(last: Message | None, within_s: float) -> str:
    """Say what the last message, or that there was none, tells of a failure."""
    if last is None:
        return f"no answer within {within_s:g} s"
    if isinstance(last, bgapi.Disconnected):
        return f"it disconnected: {meaning(last.reason)}"
    return meaning(getattr(last, "result", OK))


def advertised_name(data: bytes) -> str:
    """Find the name in an advertisement, which is made of parts: length, type, value; '' if it has none."""
    at = 0
    while at + 1 < len(data):
        end = at + 1 + data[at]
        if data[at + 1] in _NAME_TYPES:
            return data[at + 2 : end].decode("utf-8", "replace")
        at = end
    return ""


def _settled(message: Message) -> bool:
    if isinstance(message, bgapi.ConnectDirectDone):
        return message.result != OK
    if isinstance(message, bgapi.ConnectionStatus):
        return bool(message.flags & CONNECTED)
    return isinstance(message, bgapi.Disconnected)
