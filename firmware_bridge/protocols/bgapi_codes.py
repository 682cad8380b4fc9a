"""BGAPI's numbers: results and reasons, with what they mean, and the kinds of things that events report."""

import re

from emg_edge.errors import BoardError

# Results and reasons. The first byte's group: 1 of BGAPI, 2 of the link, 4 of the attribute protocol.
OK = 0
INVALID_PARAMETER = 0x0180
WRONG_STATE = 0x0181
UNKNOWN_COMMAND = 0x0184
NOT_CONNECTED = 0x0186
INVALID_HANDLE = 0x0401
READ_NOT_PERMITTED = 0x0402
WRITE_NOT_PERMITTED = 0x0403
ATTRIBUTE_NOT_FOUND = 0x040A
INVALID_LENGTH = 0x040D
SUPERVISION_TIMEOUT = 0x0208
REMOTE_ENDED = 0x0213
REMOTE_POWER_OFF = 0x0215
LOCAL_ENDED = 0x0216
NOT_ESTABLISHED = 0x023E

_MEANING = {
    INVALID_PARAMETER: "invalid parameter",
    WRONG_STATE: "not possible in the dongle's present state",
    UNKNOWN_COMMAND: "the dongle does not know the command",
    NOT_CONNECTED: "not connected",
    INVALID_HANDLE: "no such attribute",
    READ_NOT_PERMITTED: "the attribute cannot be read",
    WRITE_NOT_PERMITTED: "the attribute cannot be written",
    ATTRIBUTE_NOT_FOUND: "no more attributes",
    INVALID_LENGTH: "the value has a wrong length",
    SUPERVISION_TIMEOUT: "nothing was heard of it any more",
    REMOTE_ENDED: "it ended the connection",
    REMOTE_POWER_OFF: "it switches off",
    LOCAL_ENDED: "the dongle ended the connection",
    NOT_ESTABLISHED: "it did not take up the connection",
}

# Types of an attribute value.
READ, NOTIFY, INDICATE, READ_BY_TYPE = 0, 1, 2, 3
# Flags of a connection's status.
CONNECTED, COMPLETED, PARAMETERS_CHANGED = 1, 4, 8
# What a scan hears.
ADVERTISEMENT, SCAN_DATA = 0, 4
DISCOVER_GENERIC, DISCOVER_ALL = 1, 2  # all: also those that do not call themselves discoverable


def meaning(result: int) -> str:
    """Say a result or reason code in words, with the code."""
    return f"{_MEANING[result]}, code 0x{result:04x}" if result in _MEANING else f"code 0x{result:04x}"


def address_text(address: bytes) -> str:
    """Write a 6-byte address, least significant byte first as on the wire, as people do: 'C2:52:F5:37:29:5D'."""
    return ":".join(f"{byte:02X}" for byte in reversed(address))


def chosen_address(said: str | None) -> str:
    """Bring an address that the user gave into that form; '' for none. Raises BoardError when it is no address."""
    if said and not re.fullmatch("([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}", said):
        raise BoardError(f"'{said}' is no Bluetooth address; expected six bytes such as C2:52:F5:37:29:5D")
    return (said or "").upper().replace("-", ":")
