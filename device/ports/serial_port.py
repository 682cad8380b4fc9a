"""A serial port: a dongle, an Arduino, a simulated board's pseudo-terminal."""

import contextlib
import errno
import os
import select
import time

import serial

from emg_edge.device.ports.port import LinkLost, Port

try:
    from termios import error as _TerminalError  # noqa: N812 - what a port that vanishes while it is set up raises
except ImportError:  # Windows has none
    _TerminalError = OSError  # type: ignore[assignment,misc]

CHUNK = 1 << 16  # bytes; more than the kernel keeps for a terminal
WRITE_TIMEOUT_S = 1.0  # a command has some bytes; a port that takes longer takes nothing


class SerialPort(Port):
    """Opened for us alone, raw, and told to hand bytes over at once where the driver would collect them."""

    def __init__(self, name: str, baud: int) -> None:
        self.name, self._baud = name, baud
        self._serial: serial.Serial | None = None

    def open(self) -> None:
        self.close()
        try:
            port = serial.Serial(self.name, self._baud, timeout=0, write_timeout=WRITE_TIMEOUT_S, exclusive=True)
        except (serial.SerialException, OSError, ValueError, _TerminalError) as error:
            raise LinkLost(_refusal(self.name, error)) from error
        self._serial = port
        with contextlib.suppress(OSError, ValueError, NotImplementedError, AttributeError):
            port.set_low_latency_mode(True)  # an FTDI chip would collect for 16 ms; others have no such mode
        with contextlib.suppress(OSError, serial.SerialException, _TerminalError):
            port.reset_input_buffer()  # what was sent to whoever read before

    def read(self, timeout_s: float) -> bytes:
        # Past pyserial's own read, which would ask the system three times more for the same bytes.
        descriptor = self._opened().fileno()
        try:
            if not select.select([descriptor], [], [], max(0.0, timeout_s))[0]:
                return b""
            data = os.read(descriptor, CHUNK)
        except BlockingIOError:  # another program took them
            return b""
        except OSError as error:
            raise self._gone(error.strerror or str(error)) from error
        if not data:
            raise self._gone("it hung up")
        return data

    def write(self, data: bytes) -> None:
        port = self._opened()
        try:
            port.write(data)
        except serial.SerialTimeoutException as error:
            raise LinkLost(
                f"the serial port {self.name} takes no bytes; pull the device out and put it back"
            ) from error
        except (serial.SerialException, OSError) as error:
            raise self._gone(str(error)) from error

    def close(self) -> None:
        port, self._serial = self._serial, None
        if port is not None:
            with contextlib.suppress(OSError, serial.SerialException):
                port.close()

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))

    def _opened(self) -> serial.Serial:
        if self._serial is None:
            raise LinkLost(f"the serial port {self.name} is closed")
        return self._serial

    def _gone(self, why: str) -> LinkLost:
        return LinkLost(f"the serial port {self.name} vanished ({why.lower()}); plug it in again")


def _refusal(name: str, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number in (errno.EACCES, errno.EPERM):
        return (
            f"the serial port {name} may not be opened by this user; on Linux: sudo usermod -a -G dialout $USER, "
            "then log in again"
        )
    if number == errno.ENOENT:
        return f"there is no serial port {name}; plug the device in, or say --serial-port auto"
    if number == errno.EBUSY or "exclusively lock" in str(error):
        return f"the serial port {name} is used by another program; close it (the OpenBCI GUI, a serial monitor) first"
    reason = str(error).removeprefix(f"[Errno {number}] ")
    return f"the serial port {name} cannot be opened ({reason}); give a serial device, as /dev/ttyUSB0"
