"""The simulated BLED112: answers first, events after, errors as the real one gives them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emg_edge.firmware_bridge.protocols import bgapi
from emg_edge.firmware_bridge.protocols.bgapi_codes import (
    ADVERTISEMENT,
    ATTRIBUTE_NOT_FOUND,
    CONNECTED,
    INVALID_HANDLE,
    INVALID_LENGTH,
    LOCAL_ENDED,
    NOT_CONNECTED,
    NOTIFY,
    OK,
    READ,
    READ_BY_TYPE,
    READ_NOT_PERMITTED,
    SCAN_DATA,
    SUPERVISION_TIMEOUT,
    UNKNOWN_COMMAND,
    WRITE_NOT_PERMITTED,
    WRONG_STATE,
)
from emg_edge.firmware_bridge.protocols.bgapi_dialogue import messages
from emg_edge.firmware_bridge.protocols.bgapi_packet import Message
from emg_edge.firmware_bridge.simulated.dongle import Dongle
from emg_edge.firmware_bridge.simulated.peripheral import (
    CAN_NOTIFY,
    CAN_READ,
    CAN_WRITE,
    CHARACTERISTIC,
    DESCRIPTOR,
    PRIMARY_SERVICE,
    Characteristic,
    Peripheral,
    Service,
)

NAME, LEVEL, SWITCH = b"\x00\x2a", b"\x19\x2a", b"\x99\x2a"
CONNECT = bgapi.ConnectDirect(b"sensor", 0, 6, 6, 64, 0)


def sensor() -> Peripheral:
    services = [
        Service(1, b"\x00\x18", (Characteristic(3, NAME, CAN_READ, b"a sensor"),)),
        Service(10, b"\x0f\x18", (Characteristic(12, LEVEL, CAN_NOTIFY), Characteristic(15, SWITCH, CAN_WRITE, b"\0"))),
    ]
    return Peripheral(b"sensor", b"\x02\x01\x06", services, scan_data=b"\x02\x09S")


def tell(dongle: Dongle, command: Message) -> list[Message]:
    return [message for message, _ in messages(dongle.receive(command.pack()))]


@pytest.fixture
def connected() -> Dongle:
    dongle = Dongle([sensor()])
    tell(dongle, CONNECT)
    return dongle


def test_a_scan_hears_what_is_awake_until_it_is_ended() -> None:
    """Advertisement and scan data come, again when the peripheral comes back, and no more afterwards."""
    here, asleep = sensor(), Peripheral(b"asleep", b"", [])
    asleep.awake = False
    dongle = Dongle([here, asleep])
    first, *heard = tell(dongle, bgapi.Discover())
    assert first == bgapi.DiscoverDone(OK)
    kinds = [(one.packet_type, one.address, one.data) for one in heard if isinstance(one, bgapi.ScanResponse)]
    assert len(kinds) == len(heard)
    assert set(kinds) == {(ADVERTISEMENT, b"sensor", b"\x02\x01\x06"), (SCAN_DATA, b"sensor", b"\x02\x09S")}
    dongle.appear(here)
    assert dongle.unsolicited()
    assert tell(dongle, bgapi.EndProcedure()) == [bgapi.EndProcedureDone(OK)]
    dongle.appear(here)
    assert not dongle.unsolicited()
    assert tell(dongle, bgapi.EndProcedure()) == [bgapi.EndProcedureDone(WRONG_STATE)]


def test_a_connection_is_answered_then_reported() -> None:
    """The response names its handle, the event its parameters; while it is there, no other is made."""
    dongle = Dongle([sensor()])
    status = bgapi.ConnectionStatus(0, 5, b"sensor", 0, 6, 64, 0)
    assert tell(dongle, CONNECT) == [bgapi.ConnectDirectDone(OK, 0), status]
    assert tell(dongle, CONNECT) == [bgapi.ConnectDirectDone(WRONG_STATE, 0)]
    changed = bgapi.ConnectionStatus(0, 9, b"sensor", 0, 8, 50, 1)
    assert tell(dongle, bgapi.Update(0, 6, 8, 1, 50)) == [bgapi.UpdateDone(0, OK), changed]
    answers = tell(dongle, bgapi.GetConnections())
    assert [one.flags for one in answers if isinstance(one, bgapi.ConnectionStatus)] == [CONNECTED, 0, 0]


def test_connecting_to_what_is_not_there_never_ends_by_itself() -> None:
    """No event comes; the host has to end the procedure."""
    dongle = Dongle([sensor()])
    absent = bgapi.ConnectDirect(b"absent", 0, 6, 6, 64, 0)
    assert tell(dongle, absent) == [bgapi.ConnectDirectDone(OK, 0)]
    assert tell(dongle, bgapi.Discover()) == [bgapi.DiscoverDone(WRONG_STATE)]
    assert tell(dongle, bgapi.EndProcedure()) == [bgapi.EndProcedureDone(OK)]
    assert len(tell(dongle, CONNECT)) == 2


def test_a_disconnection_is_reported_once_with_its_reason(connected: Dongle) -> None:
    """The host's own, and one by silence."""
    assert tell(connected, bgapi.Disconnect(0)) == [
        bgapi.DisconnectDone(0, OK),
        bgapi.Disconnected(0, LOCAL_ENDED),
    ]
    assert tell(connected, bgapi.Disconnect(0)) == [bgapi.DisconnectDone(0, NOT_CONNECTED)]
    tell(connected, CONNECT)
    assert connected.connected is not None
    connected.lose(connected.connected, SUPERVISION_TIMEOUT)
    assert connected.unsolicited() == bgapi.Disconnected(0, SUPERVISION_TIMEOUT).pack()
    assert connected.unsolicited() == b""


@pytest.mark.parametrize(
    ("command", "events"),
    [
        (bgapi.ReadByHandle(0, 3), [bgapi.AttributeValue(0, 3, READ, b"a sensor")]),
        (bgapi.ReadByHandle(0, 12), [bgapi.ProcedureCompleted(0, READ_NOT_PERMITTED, 12)]),
        (bgapi.ReadByHandle(0, 99), [bgapi.ProcedureCompleted(0, INVALID_HANDLE, 99)]),
        (bgapi.AttributeWrite(0, 15, b"\1"), [bgapi.ProcedureCompleted(0, OK, 15)]),
        (bgapi.AttributeWrite(0, 3, b"x"), [bgapi.ProcedureCompleted(0, WRITE_NOT_PERMITTED, 3)]),
        (bgapi.AttributeWrite(0, 99, b"x"), [bgapi.ProcedureCompleted(0, INVALID_HANDLE, 99)]),
        (bgapi.AttributeWrite(0, 13, b"\1"), [bgapi.ProcedureCompleted(0, INVALID_LENGTH, 13)]),
        (bgapi.WriteCommand(0, 15, b"\1"), []),
        (
            bgapi.ReadByGroupType(0, 1, 0xFFFF, PRIMARY_SERVICE),
            [
                bgapi.GroupFound(0, 1, 3, b"\x00\x18"),
                bgapi.GroupFound(0, 10, 15, b"\x0f\x18"),
                bgapi.ProcedureCompleted(0, OK, 0),
            ],
        ),
        (
            bgapi.ReadByType(0, 10, 15, CHARACTERISTIC),
            [
                bgapi.AttributeValue(0, 11, READ_BY_TYPE, bytes([CAN_NOTIFY, 12, 0]) + LEVEL),
                bgapi.AttributeValue(0, 14, READ_BY_TYPE, bytes([CAN_WRITE, 15, 0]) + SWITCH),
                bgapi.ProcedureCompleted(0, OK, 0),
            ],
        ),
        (
            bgapi.FindInformation(0, 12, 13),
            [
                bgapi.InformationFound(0, 12, LEVEL),
                bgapi.InformationFound(0, 13, DESCRIPTOR),
                bgapi.ProcedureCompleted(0, OK, 0),
            ],
        ),
        (bgapi.FindInformation(0, 50, 60), [bgapi.ProcedureCompleted(0, ATTRIBUTE_NOT_FOUND, 0)]),
    ],
)
def test_attributes_are_read_written_and_found(connected: Dongle, command: Message, events: list[Message]) -> None:
    """The response accepts, the events follow; without a connection the response refuses, and nothing follows."""
    response, *rest = tell(connected, command)
    assert (vars(response), rest) == ({"connection": 0, "result": OK}, events)
    response, *rest = tell(Dongle([sensor()]), command)
    assert (vars(response), rest) == ({"connection": 0, "result": NOT_CONNECTED}, [])


def test_subscriptions_last_as_long_as_the_connection(connected: Dongle) -> None:
    """A descriptor's bit switches notifications on; disconnecting forgets it."""
    peripheral = connected.connected
    assert peripheral is not None
    assert not peripheral.notifies(12)
    tell(connected, bgapi.AttributeWrite(0, 13, b"\1\0"))
    assert peripheral.notifies(12)
    assert connected.notification(12, b"W") == bgapi.AttributeValue(0, 12, NOTIFY, b"W").pack()
    tell(connected, bgapi.Disconnect(0))
    assert not peripheral.notifies(12)


def test_the_dongle_tells_of_itself(connected: Dongle) -> None:
    """Hello, address, version, modes are answered; a reset boots and forgets; an unknown command is reported."""
    for command, kind in (
        (bgapi.Hello(), bgapi.HelloDone),
        (bgapi.GetAddress(), bgapi.Address),
        (bgapi.GetInfo(), bgapi.Info),
        (bgapi.SetMode(0, 0), bgapi.SetModeDone),
        (bgapi.SetScanParameters(75, 50, 1), bgapi.SetScanParametersDone),
    ):
        assert [type(answer) for answer in tell(connected, command)] == [kind]
    assert len(tell(connected, bgapi.GetStatus(0))) == 2
    assert [type(answer) for answer in tell(connected, bgapi.Reset())] == [bgapi.Booted]
    assert connected.connected is None
    unknown = connected.receive(bytes([0, 0, 8, 2]))
    assert unknown == bgapi.ProtocolError(UNKNOWN_COMMAND).pack()


@given(cuts=st.lists(st.integers(0, 30), max_size=5))
def test_commands_may_come_in_pieces(cuts: list[int]) -> None:
    """However the host's bytes are cut, the answers are the same; bytes that begin no command are dropped."""
    data = b"\xff" + CONNECT.pack() + bgapi.ReadByHandle(0, 3).pack() + bgapi.Hello().pack()
    places = sorted({0, len(data), *cuts})
    dongle = Dongle([sensor()])
    answers = b"".join(dongle.receive(data[begin:end]) for begin, end in itertools.pairwise(places))
    assert answers == Dongle([sensor()]).receive(data)
    assert len(list(messages(answers))) == 5


def test_pulling_it_out_forgets_everything(connected: Dongle) -> None:
    """Nothing is reported afterwards, and a new connection can be made."""
    connected.receive(bgapi.ReadByHandle(0, 3).pack()[:3])
    connected.unplug()
    assert connected.unsolicited() == b""
    assert len(tell(connected, CONNECT)) == 2
