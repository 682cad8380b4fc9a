"""The host's side of a Myo on its BLED112 dongle: find it, connect, switch raw EMG on; the decoder is myo_decoder's."""

import numpy as np

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import bgapi, myo
from emg_edge.firmware_bridge.protocols.bgapi_codes import OK, READ, address_text, chosen_address
from emg_edge.firmware_bridge.protocols.bgapi_dialogue import ask, messages
from emg_edge.firmware_bridge.protocols.bgapi_link import ANSWER_S, Parameters, connect, is_a, over, tidy, why
from emg_edge.firmware_bridge.protocols.bgapi_packet import Message
from emg_edge.firmware_bridge.protocols.conversation import Ask, Client, Dialogue, Stream
from emg_edge.firmware_bridge.protocols.myo_decoder import MyoDongleDecoder

SCAN_S = 5.0  # an awake Myo advertises several times a second
PROCEDURE_S = 1.0  # reading or writing an attribute takes a few connection intervals of 7.5 ms
STOP_S = 0.15
# The shortest interval that Bluetooth has, so that all notifications get through; given up after 0.64 s of silence.
PARAMETERS = Parameters(interval_min=6, interval_max=6, timeout=64)

_NO_DONGLE = (
    "nothing on this port answers as a Myo's dongle does; expected the BLED112 that came with it (USB id 2458:0001):"
    " name its port with --serial-port, or pull it out and put it back"
)


class MyoDongleClient(Client):
    """`mac` chooses one Myo ('C2:52:F5:37:29:5D'); without it, the first that is heard is taken."""

    baud = 115200  # of no consequence: the dongle is a USB device throughout

    def __init__(self, emg_mode: myo.EmgMode = myo.EmgMode.RAW, mac: str | None = None) -> None:
        if emg_mode not in (myo.EmgMode.FILTERED, myo.EmgMode.RAW):
            raise BoardError(f"a Myo streams 200 Hz in EMG mode 2 (filtered) or 3 (raw), and {emg_mode} was asked for")
        self._emg_mode = emg_mode
        self._mac = chosen_address(mac)
        self._connection = 0

    def start(self) -> Dialogue[Stream]:
        if not (yield from tidy()):
            raise BoardError(_NO_DONGLE)
        peripheral = yield from self._find()
        self._connection = yield from connect(peripheral, PARAMETERS, "the Myo")
        version = yield from self._firmware()
        battery = yield from self._read(myo.Handle.BATTERY)
        for handle in (*myo.EMG_HANDLES, myo.Handle.IMU):
            yield from self._write(handle + 1, myo.NOTIFY_ON)
        yield from self._write(myo.Handle.COMMAND, myo.set_sleep(never=True))
        yield from self._write(myo.Handle.COMMAND, myo.set_mode(self._emg_mode))
        return Stream(
            decoder=MyoDongleDecoder(self._connection),
            rate_hz=myo.RATE_HZ,
            unit="myo-count",
            per_count=np.ones(myo.CHANNELS),
            limits=myo.LIMITS,
            notes=myo.notes(address_text(peripheral.address), version, battery),
        )

    def stop(self) -> Dialogue[None]:
        for value in (myo.set_mode(myo.EmgMode.OFF, myo.ImuMode.OFF), myo.set_sleep(never=False)):
            command = bgapi.AttributeWrite(self._connection, myo.Handle.COMMAND, value)
            yield from ask(command, over(self._connection, bgapi.ProcedureCompleted), STOP_S)
        yield from ask(bgapi.EndProcedure(), is_a(bgapi.EndProcedureDone), STOP_S)
        yield from ask(bgapi.Disconnect(self._connection), over(self._connection, bgapi.Disconnected), STOP_S)

    def _find(self) -> Dialogue[bgapi.ScanResponse]:
        scan = _Scan(self._mac)
        reply = yield Ask(bgapi.Discover().pack(), scan, SCAN_S)
        yield from ask(bgapi.EndProcedure(), is_a(bgapi.EndProcedureDone), ANSWER_S)
        if reply is not None:
            assert scan.found is not None
            return scan.found
        if scan.others:
            raise BoardError(
                f"the Myo {self._mac} was not heard within {SCAN_S:g} s, but {' and '.join(sorted(scan.others))} was;"
                " give that address, or none to take any Myo"
            )
        raise BoardError(
            f"no Myo was heard within {SCAN_S:g} s: move it so that it wakes up, bring it near the dongle, take it off"
            " its USB cable, and end other programs that are connected to it"
        )

    def _firmware(self) -> Dialogue[myo.FirmwareVersion]:
        value = yield from self._read(myo.Handle.FIRMWARE_VERSION)
        version = myo.FirmwareVersion.unpack(value)
        if version is None:
            raise BoardError(
                f"the Myo gave its firmware's version in {len(value)} bytes, and 8 were expected; choose another with "
                "--mac-address"
            )
        if version.major < myo.OLDEST_MAJOR:
            raise BoardError(
                f"this Myo has firmware {version}, which gives no raw EMG; expected {myo.OLDEST_MAJOR}.0 or later:"
                " update it with Myo Connect"
            )
        return version

    def _read(self, handle: int) -> Dialogue[bytes]:
        def wanted(message: Message) -> bool:
            return isinstance(message, bgapi.AttributeValue) and (message.handle, message.type) == (handle, READ)

        failed = over(self._connection, bgapi.ProcedureCompleted)
        command = bgapi.ReadByHandle(self._connection, handle)
        heard = yield from ask(command, lambda message: wanted(message) or failed(message), PROCEDURE_S)
        last = heard[-1] if heard else None
        if isinstance(last, bgapi.AttributeValue):
            return last.value
        raise BoardError(_refusal(f"attribute 0x{handle:02x} could not be read", last))

    def _write(self, handle: int, value: bytes) -> Dialogue[None]:
        command = bgapi.AttributeWrite(self._connection, handle, value)
        heard = yield from ask(command, over(self._connection, bgapi.ProcedureCompleted), PROCEDURE_S)
        last = heard[-1] if heard else None
        if not (isinstance(last, bgapi.ProcedureCompleted) and last.result == OK):
            raise BoardError(_refusal(f"{value.hex(' ')} could not be written to attribute 0x{handle:02x}", last))


class _Scan:
    """Waits for the scan response of the Myo that is looked for, and remembers which others were heard."""

    def __init__(self, mac: str) -> None:
        self._mac = mac
        self._seen = 0  # bytes: among many devices, what was looked at once is not looked at again
        self.found: bgapi.ScanResponse | None = None
        self.others: set[str] = set()

    def __call__(self, received: bytes) -> int | None:
        begin = self._seen if self._seen < len(received) else 0  # else the oldest bytes were dropped
        for message, end in messages(received[begin:]):
            self._seen = begin + end
            if isinstance(message, bgapi.ScanResponse) and myo.ADVERTISED in message.data:
                address = address_text(message.address)
                if self._mac in ("", address):
                    self.found = message
                    return self._seen
                self.others.add(address)
        return None


def _refusal(what: str, last: Message | None) -> str:
    reason = why(last, PROCEDURE_S)
    return f"the Myo was connected, but {what} ({reason}); bring it nearer to the dongle and try again"
