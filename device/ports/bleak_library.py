"""bleak, the Bluetooth library: whether it works on this machine, and what its errors mean for the user."""

import asyncio
import logging
from typing import Any

from emg_edge.device.ports.event_loop import event_loop
from emg_edge.errors import MissingDependency
from emg_edge.extras import install

PROBE_S = 3.0  # a system that has Bluetooth says so within milliseconds

_NO_SERVICE = (
    "BlueZ, Linux's Bluetooth service, is not running; start it (sudo systemctl enable --now bluetooth), or install it "
    "(sudo apt install bluez)"
)
_OFF = "Bluetooth is switched off; switch it on: rfkill unblock bluetooth, then bluetoothctl power on"
_DENIED = "this user may not use Bluetooth; on Linux: sudo usermod -a -G bluetooth $USER, then log in again"
_UNAVAILABLE = {
    "NO_BLUETOOTH": "this machine has no Bluetooth adapter; plug one in, or see whether its driver is loaded: "
    "bluetoothctl list",
    "NO_BLE_CENTRAL_ROLE": "this machine's Bluetooth adapter has no Low Energy, which the board speaks; plug in one "
    "that has (Bluetooth 4.0 or later)",
    "POWERED_OFF": _OFF,
    "DENIED_BY_USER": "Bluetooth was refused to this program; allow it in the system's privacy settings",
    "DENIED_BY_SYSTEM": _DENIED,
    "DENIED_BY_UNKNOWN": _DENIED,
}
# Names of D-Bus errors, by their beginning.
_BUS = {
    "org.freedesktop.DBus.Error.ServiceUnknown": _NO_SERVICE,
    "org.freedesktop.DBus.Error.NameHasNoOwner": _NO_SERVICE,
    "org.freedesktop.DBus.Error.Spawn": _NO_SERVICE,
    "org.freedesktop.DBus.Error.NoReply": "BlueZ, Linux's Bluetooth service, stopped while it was asked; start it "
    "again (sudo systemctl restart bluetooth)",
    "org.freedesktop.systemd1": _NO_SERVICE,
    "org.freedesktop.DBus.Error.AccessDenied": _DENIED,
    "org.bluez.Error.NotReady": _OFF,
}


def load() -> Any:
    """Import bleak. Raises MissingDependency when it is not here."""
    try:
        import bleak  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingDependency(
            f"bleak is not installed here ({error}); install it with: {install('bluetooth')}"
        ) from error
    # What it would print of its own accord, when nobody listens to it, comes to us as errors and is said in a sentence.
    logging.getLogger("bleak").addHandler(logging.NullHandler())
    return bleak


def unavailable() -> str | None:
    """Why no board can be reached by Bluetooth here, in one sentence; None when one can."""
    try:
        bleak = load()
    except MissingDependency as error:
        return str(error)
    probe = event_loop().submit(asyncio.wait_for(bleak.BleakAdapter.get(), PROBE_S))
    try:
        probe.result()
    except NotImplementedError:
        return None  # a system where it cannot be asked
    except Exception as error:
        return sentence(error)
    return None


def sentence(error: Exception) -> str:
    """Say what went wrong inside bleak, and what to do."""
    return (
        _UNAVAILABLE.get(getattr(getattr(error, "reason", None), "name", ""))
        or _from_the_bus(error)
        or _from_the_system(error)
        or f"Bluetooth failed ({type(error).__name__}: {error}); switch the board off and on, and try again"
    )


def _from_the_bus(error: Exception) -> str:
    """Translate an error that BlueZ, or the message bus, answered with; '' for any other."""
    name = getattr(error, "dbus_error", "")
    if not name:
        return ""
    known = (said for beginning, said in _BUS.items() if name.startswith(beginning))
    reason = getattr(error, "dbus_error_details", None) or name
    return next(
        known,
        f"Bluetooth refused ({reason}); bring the board nearer, end what else is connected to it, and try again",
    )


def _from_the_system(error: Exception) -> str:
    if isinstance(error, FileNotFoundError | ConnectionRefusedError | PermissionError):
        return (
            f"the system's message bus, over which BlueZ is spoken to, cannot be reached ({error.strerror}); start it "
            "(sudo systemctl start dbus), and in a container share /run/dbus with it"
        )
    if isinstance(error, TimeoutError):
        return "Bluetooth gave no answer in time; restart it (sudo systemctl restart bluetooth) if that goes on"
    if isinstance(error, EOFError | OSError):
        return f"the system's message bus closed its connection ({error}); see whether dbus and BlueZ are running"
    return ""
