"""How a host finds a board by native Bluetooth, connects to it and leaves it: what all such boards have in common."""

import re
from abc import abstractmethod
from typing import ClassVar, TypeVar

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import gatt
from emg_edge.firmware_bridge.protocols.conversation import Ask, Client, Complete, Dialogue, Stream

SCAN_S = 10.0  # awake boards advertise several times a second; a busy radio misses most of it
CONNECT_S = 15.0  # with the services' discovery, of which some systems take several seconds
ANSWER_S = 3.0  # a few turns of the radio, of at most a tenth of a second
STOP_S = 0.4
MOST_NAMED = 5  # of the others that were heard: an office is full of Bluetooth
# Six bytes; where the system hides addresses (macOS), its own UUID for the device.
_ADDRESS = re.compile(r"([0-9A-F]{2}:){5}[0-9A-F]{2}|[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")

M = TypeVar("M", bound=gatt.Message)


class GattClient(Client):
    """The host's side of one kind of board; `board` is what people call it.

    `address` chooses one board ('C2:52:F5:37:29:5D'); without it, the first that is heard is taken.
    """

    baud: ClassVar[int] = 0  # there is no line
    board: ClassVar[str]
    service: ClassVar[str]  # that it offers
    name: ClassVar[str] = ""  # with which its advertised name begins, where the service alone does not tell
    wake: ClassVar[str]  # how the user makes it advertise

    def __init__(self, address: str | None = None) -> None:
        self._address = (address or "").upper()
        if re.fullmatch("([0-9A-F]{2}-){5}[0-9A-F]{2}", self._address):
            self._address = self._address.replace("-", ":")
        if address and not _ADDRESS.fullmatch(self._address):
            raise BoardError(f"'{address}' is no Bluetooth address; expected six bytes such as C2:52:F5:37:29:5D")
        self._connected = False
        self._which = self.board  # with its name and address, once they are known

    def start(self) -> Dialogue[Stream]:
        self._connected = False
        found = yield from self._find()
        self._which = f"the {self.board} {_text(found)}"
        if not (yield from _ask(gatt.Connect(), gatt.Done, CONNECT_S)):
            raise BoardError(
                f"{self._which} was heard but did not take up the connection within {CONNECT_S:g} s; end what else is "
                "connected to it (a phone, another computer), bring it nearer, and try again"
            )
        self._connected = True
        return (yield from self._set_up(found))

    def stop(self) -> Dialogue[None]:
        if not self._connected:
            return
        self._connected = False
        for command in self._goodbye():
            yield Ask(command.pack(), _comes(gatt.Done), STOP_S)
        yield Ask(gatt.Disconnect().pack(), _comes(gatt.Done), STOP_S)

    @abstractmethod
    def _set_up(self, found: gatt.Found) -> Dialogue[Stream]:
        """Bring the connected board to streaming."""

    @abstractmethod
    def _goodbye(self) -> tuple[gatt.Write, ...]:
        """What leaves the board stopped."""

    def _find(self) -> Dialogue[gatt.Found]:
        command = gatt.Find(self._address, self.service, self.name)
        listening = _Listening()
        if (yield Ask(command.pack(), listening, SCAN_S)) is not None:
            assert listening.found is not None
            return listening.found
        wanted = f"{self.board} with the address {self._address}" if self._address else self.board
        raise BoardError(
            f"no {wanted} was heard within {SCAN_S:g} s, {_heard(sorted(listening.others))}; {self.wake}, bring it "
            "near, and end what else is connected to it (a phone, another computer, its own dongle)"
        )

    def _read(self, uuid: str) -> Dialogue[bytes]:
        """Give the value of a characteristic, b'' where there is none."""
        answer = yield from _ask(gatt.Read(uuid), (gatt.Value, gatt.Absent), ANSWER_S)
        if answer is None:
            raise BoardError(self._silent(f"gave no answer to a reading of {uuid}"))
        return answer.value if isinstance(answer, gatt.Value) else b""

    def _tell(self, command: gatt.Write | gatt.Subscribe) -> Dialogue[None]:
        answer = yield from _ask(command, (gatt.Done, gatt.Absent), ANSWER_S)
        if isinstance(answer, gatt.Absent):
            raise BoardError(
                f"{self._which} has no characteristic {answer.uuid}, so it is no {self.board}; choose another with "
                "--mac-address"
            )
        if answer is None:
            what = command.value.hex(" ") if isinstance(command, gatt.Write) else "a subscription"
            raise BoardError(self._silent(f"did not confirm {what} to {command.uuid}"))

    def _silent(self, what: str) -> str:
        return f"{self._which} was connected, but {what} within {ANSWER_S:g} s; bring it nearer and try again"


def last_word(command: gatt.Write) -> Ask:
    """Write what makes samples flow. They may come before its confirmation, so that none is waited for."""
    return Ask(command.pack(), lambda _: 0, ANSWER_S)


class _Listening:
    """Waits for the board that is looked for, and remembers what else was heard."""

    def __init__(self) -> None:
        self.found: gatt.Found | None = None
        self.others: set[str] = set()

    def __call__(self, received: bytes) -> int | None:
        for message, end in gatt.messages(received):
            if isinstance(message, gatt.Found):
                self.found = message
                return end
            if isinstance(message, gatt.Heard):
                self.others.add(_text(message))
        return None


def _text(one: gatt.Heard | gatt.Found) -> str:
    return f"'{one.name}' ({one.address})" if one.name else one.address


def _heard(others: list[str]) -> str:
    if not others:
        return "and no other board either"
    more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
    return f"but {', '.join(others[:MOST_NAMED])}{more} were"


def _comes(kinds: type[gatt.Message] | tuple[type[gatt.Message], ...]) -> Complete:
    def complete(received: bytes) -> int | None:
        return next((end for message, end in gatt.messages(received) if isinstance(message, kinds)), None)

    return complete


def _ask(
    command: gatt.Message, kinds: type[gatt.Message] | tuple[type[gatt.Message], ...], within_s: float
) -> Dialogue[gatt.Message | None]:
    """Ask the host; the message that was waited for, None if it did not come in time."""
    reply = yield Ask(command.pack(), _comes(kinds), within_s)
    return None if reply is None else gatt.read(reply)[0][-1]
