"""Bluegiga's BGAPI 1, the vocabulary: what a BLED112 dongle is told, what it answers (`...Done`), what it reports.

Only what a host needs that connects to one peripheral; bgapi_packet has the framing, bgapi_codes the numbers.
"""

from dataclasses import dataclass

from emg_edge.firmware_bridge.protocols.bgapi_codes import DISCOVER_GENERIC
from emg_edge.firmware_bridge.protocols.bgapi_packet import Command, Event, Response

# --- system -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reset(Command, group=0, number=0, layout="B"):
    boot_in_dfu: int = 0  # no response: the dongle boots


@dataclass(frozen=True)
class Hello(Command, group=0, number=1):
    pass


@dataclass(frozen=True)
class HelloDone(Response, group=0, number=1):
    pass


@dataclass(frozen=True)
class GetAddress(Command, group=0, number=2):
    pass


@dataclass(frozen=True)
class Address(Response, group=0, number=2, layout="6s"):
    address: bytes


@dataclass(frozen=True)
class GetConnections(Command, group=0, number=6):
    pass


@dataclass(frozen=True)
class Connections(Response, group=0, number=6, layout="B"):
    most: int  # a ConnectionStatus for each follows


@dataclass(frozen=True)
class GetInfo(Command, group=0, number=8):
    pass


@dataclass(frozen=True)
class Info(Response, group=0, number=8, layout="HHHHHBB"):
    major: int
    minor: int
    patch: int
    build: int
    link_layer: int
    protocol: int
    hardware: int


@dataclass(frozen=True)
class Booted(Event, group=0, number=0, layout="HHHHHBB"):
    major: int
    minor: int
    patch: int
    build: int
    link_layer: int
    protocol: int
    hardware: int


@dataclass(frozen=True)
class ProtocolError(Event, group=0, number=6, layout="H"):
    reason: int


# --- connection -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Disconnect(Command, group=3, number=0, layout="B"):
    connection: int


@dataclass(frozen=True)
class DisconnectDone(Response, group=3, number=0, layout="BH"):
    connection: int
    result: int


@dataclass(frozen=True)
class Update(Command, group=3, number=2, layout="BHHHH"):
    connection: int
    interval_min: int  # of 1.25 ms
    interval_max: int
    latency: int  # events that the peripheral may sleep through
    timeout: int  # of 10 ms


@dataclass(frozen=True)
class UpdateDone(Response, group=3, number=2, layout="BH"):
    connection: int
    result: int


@dataclass(frozen=True)
class GetStatus(Command, group=3, number=7, layout="B"):
    connection: int


@dataclass(frozen=True)
class StatusDone(Response, group=3, number=7, layout="B"):
    connection: int  # a ConnectionStatus follows


@dataclass(frozen=True)
class ConnectionStatus(Event, group=3, number=0, layout="BB6sBHHHB"):
    connection: int
    flags: int
    address: bytes
    address_type: int
    interval: int  # of 1.25 ms
    timeout: int  # of 10 ms
    latency: int
    bonding: int = 0xFF  # none


@dataclass(frozen=True)
class VersionSeen(Event, group=3, number=1, layout="BBHH"):
    connection: int
    version: int
    company: int
    subversion: int


@dataclass(frozen=True)
class FeaturesSeen(Event, group=3, number=2, layout="B", tail=True):
    connection: int
    features: bytes


@dataclass(frozen=True)
class Disconnected(Event, group=3, number=4, layout="BH"):
    connection: int
    reason: int


# --- attribute client -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReadByGroupType(Command, group=4, number=1, layout="BHH", tail=True):
    connection: int
    first: int
    last: int
    uuid: bytes


@dataclass(frozen=True)
class ReadByGroupTypeDone(Response, group=4, number=1, layout="BH"):
    connection: int
    result: int


@dataclass(frozen=True)
class ReadByType(Command, group=4, number=2, layout="BHH", tail=True):
    connection: int
    first: int
    last: int
    uuid: bytes


@dataclass(frozen=True)
class ReadByTypeDone(Response, group=4, number=2, layout="BH"):
    connection: int
    result: int


@dataclass(frozen=True)
class FindInformation(Command, group=4, number=3, layout="BHH"):
    connection: int
    first: int
    last: int


@dataclass(frozen=True)
class FindInformationDone(Response, group=4, number=3, layout="BH"):
    connection: int
    result: int


@dataclass(frozen=True)
class ReadByHandle(Command, group=4, number=4, layout="BH"):
    connection: int
    handle: int


@dataclass(frozen=True)
class ReadByHandleDone(Response, group=4, number=4, layout="BH"):
    connection: int
    result: int


@dataclass(frozen=True)
class AttributeWrite(Command, group=4, number=5, layout="BH", tail=True):
    connection: int
    handle: int
    value: bytes


@dataclass(frozen=True)
class AttributeWriteDone(Response, group=4, number=5, layout="BH"):
    connection: int
    result: int


@dataclass(frozen=True)
class WriteCommand(Command, group=4, number=6, layout="BH", tail=True):
    connection: int
    handle: int
    value: bytes


@dataclass(frozen=True)
class WriteCommandDone(Response, group=4, number=6, layout="BH"):
    connection: int
    result: int


@dataclass(frozen=True)
class ExecuteWrite(Command, group=4, number=10, layout="BB"):
    connection: int
    commit: int  # of what was prepared: 1 to carry out, 0 to drop


@dataclass(frozen=True)
class ExecuteWriteDone(Response, group=4, number=10, layout="BH"):
    connection: int
    result: int


@dataclass(frozen=True)
class ProcedureCompleted(Event, group=4, number=1, layout="BHH"):
    connection: int
    result: int
    handle: int


@dataclass(frozen=True)
class GroupFound(Event, group=4, number=2, layout="BHH", tail=True):
    connection: int
    first: int
    last: int
    uuid: bytes


@dataclass(frozen=True)
class InformationFound(Event, group=4, number=4, layout="BH", tail=True):
    connection: int
    handle: int
    uuid: bytes


@dataclass(frozen=True)
class AttributeValue(Event, group=4, number=5, layout="BHB", tail=True):
    connection: int
    handle: int
    type: int
    value: bytes


# --- access profile ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SetMode(Command, group=6, number=1, layout="BB"):
    discover: int
    connect: int


@dataclass(frozen=True)
class SetModeDone(Response, group=6, number=1, layout="H"):
    result: int


@dataclass(frozen=True)
class Discover(Command, group=6, number=2, layout="B"):
    mode: int = DISCOVER_GENERIC


@dataclass(frozen=True)
class DiscoverDone(Response, group=6, number=2, layout="H"):
    result: int


@dataclass(frozen=True)
class ConnectDirect(Command, group=6, number=3, layout="6sBHHHH"):
    address: bytes
    address_type: int
    interval_min: int  # of 1.25 ms
    interval_max: int
    timeout: int  # of 10 ms
    latency: int


@dataclass(frozen=True)
class ConnectDirectDone(Response, group=6, number=3, layout="HB"):
    result: int
    connection: int


@dataclass(frozen=True)
class EndProcedure(Command, group=6, number=4):
    pass


@dataclass(frozen=True)
class EndProcedureDone(Response, group=6, number=4, layout="H"):
    result: int


@dataclass(frozen=True)
class SetScanParameters(Command, group=6, number=7, layout="HHB"):
    interval: int  # of 0.625 ms
    window: int
    active: int


@dataclass(frozen=True)
class SetScanParametersDone(Response, group=6, number=7, layout="H"):
    result: int


@dataclass(frozen=True)
class ScanResponse(Event, group=6, number=0, layout="bB6sBB", tail=True):
    rssi: int  # dBm
    packet_type: int
    address: bytes
    address_type: int
    bond: int
    data: bytes
