"""The host's side of a board that speaks the framed packet: it asks what the board is and starts it."""

from typing import ClassVar

import numpy as np

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import cobs, framed
from emg_edge.firmware_bridge.protocols.conversation import Ask, Client, Dialogue, Stream, nothing
from emg_edge.firmware_bridge.protocols.framed_decoder import FramedDecoder
from emg_edge.signal.source import Unit

# Opening the port resets an Uno, whose bootloader waits up to 2 s before the sketch begins: ask for longer than that.
ASK_AGAIN_S, ASKED = 0.5, 8
DRAIN_S = 0.05  # until what a board that streamed had under way has come
STOP_S = 0.05
FIRST_FRAME_S = 1.0  # beyond the time that the samples of the longest frame take
MAX_SAMPLES = 255  # of a frame
READABLE = 0.9  # part of printable bytes from which what was heard is called text
HEARD = 256  # bytes of it that are kept to tell what it was


class _Listener:
    """Waits for a frame, and remembers what else it heard, so that a failure can be explained."""

    def __init__(self) -> None:
        self.heard = b""
        self.frame = b""
        self._seen = 0  # bytes up to the end of the last block that was looked at

    def hello(self, received: bytes) -> int | None:
        """Wait for a hello frame of any version."""
        return self._find(received, framed.HELLO)

    def data(self, received: bytes) -> int | None:
        """Wait for a data frame, and leave it to the decoder."""
        return None if self._find(received, framed.DATA) is None else 0

    def _find(self, received: bytes, kind: int) -> int | None:
        self.heard = received[-HEARD:] or self.heard
        start = self._seen if self._seen <= len(received) else 0  # else the oldest bytes were dropped
        while (stop := received.find(b"\0", start)) >= 0:
            frame = cobs.decode(received[start:stop]) if stop - start <= framed.MAX_BLOCK else None
            start = stop + 1
            if frame is not None and len(frame) > framed.CRC_BYTES and frame[0] == kind and not framed.crc(frame):
                self.frame, self._seen = frame, 0
                return start
        self._seen = start
        return None


class FramedClient(Client):
    """A home-made board.

    uv_per_count  what a count is worth, said by the user: it overrides what the board says, and is the only way to
                  microvolts where the board does not know
    """

    # 8 channels of 2 bytes at 1 kHz are 17.5 kB/s in frames of 8 samples, 28 kB/s in frames of one; 115200 baud carry
    # 11.5 kB/s. 500000 baud carry 50, and an AVR at 16 MHz makes them without error (115200 with one of 2 %).
    baud: ClassVar[int] = 500_000

    def __init__(self, uv_per_count: float | None = None) -> None:
        self._uv_per_count = uv_per_count

    def hello(self) -> Dialogue[framed.Hello]:
        """Ask the board what it is; it is left stopped."""
        yield Ask(framed.STOP, nothing, DRAIN_S)
        listener = _Listener()
        for _ in range(ASKED):
            # Each time anew: what was sent while a bootloader listened is lost.
            if (yield Ask(framed.STOP + framed.TO_FRAMES + framed.ASK_HELLO, listener.hello, ASK_AGAIN_S)) is not None:
                return framed.read_hello(listener.frame)
        raise BoardError(_no_hello(listener.heard))

    def unit(self, hello: framed.Hello) -> Unit:
        """Microvolts, where the board or the user knows what a count is worth; else counts."""
        return "uV" if hello.unit == "uV" or self._uv_per_count is not None else "count"

    def start(self) -> Dialogue[Stream]:
        hello = yield from self.hello()
        longest_s = MAX_SAMPLES / hello.rate_hz
        listener = _Listener()
        if (yield Ask(framed.START, listener.data, FIRST_FRAME_S + longest_s)) is None:
            raise BoardError(
                f"the board '{hello.name}' answered '?' but sent no data frame within "
                f"{FIRST_FRAME_S + longest_s:.1f} s of 'b'; expected frames of type 'D' (docs/framed-packet.md)"
            )
        _check_data(listener.frame, hello)
        return self._stream(hello)

    def stop(self) -> Dialogue[None]:
        yield Ask(framed.STOP, nothing, STOP_S)

    def _stream(self, hello: framed.Hello) -> Stream:
        major, minor = hello.firmware
        notes = [f"the board is '{hello.name}', firmware {major}.{minor}"]
        per_count = hello.per_count if self._uv_per_count is None else self._uv_per_count
        unit = self.unit(hello)
        if unit == "count":
            per_count = 1.0
            notes.append("the board does not know what a count is worth: samples are counts, not uV (--uv-per-count)")
        return Stream(
            decoder=FramedDecoder(hello.channels, imu=hello.imu),
            rate_hz=hello.rate_hz,
            unit=unit,
            per_count=np.full(hello.channels, per_count),
            limits=hello.limits,
            notes=tuple(notes),
        )


def _check_data(frame: bytes, hello: framed.Hello) -> None:
    """Raise BoardError for data frames that are not what the hello promised: none of them would be decoded."""
    version, channels = frame[1], frame[3]
    if version != framed.VERSION:
        raise BoardError(
            f"the data frames of '{hello.name}' are of version {version}, and its hello is of version "
            f"{framed.VERSION}; mend its firmware (docs/framed-packet.md)"
        )
    if channels != hello.channels:
        raise BoardError(
            f"the data frames of '{hello.name}' have {channels} channels, and its hello says {hello.channels}; mend "
            "its firmware (docs/framed-packet.md)"
        )


def _no_hello(heard: bytes) -> str:
    """Say in one sentence what came in place of a hello frame."""
    waited = f"within {ASKED * ASK_AGAIN_S:g} s of asking"
    if not heard:
        return (
            f"the board sent nothing {waited} with '?'; expected a hello frame: check the port, "
            "the baud rate and that the firmware runs (docs/framed-packet.md)"
        )
    readable = sum(32 <= byte < 127 or byte in b"\r\n\t" for byte in heard)
    if b"\n" in heard and readable >= READABLE * len(heard):
        line = heard.decode("ascii", "replace").split("\n")[-2].strip()[:60]
        return f"the board prints lines of text ('{line}') and no frames; choose --board csv"
    return (
        f"the board sent bytes but no hello frame {waited} with '?' (the last were {heard[-8:].hex(' ')}); "
        "say another baud rate with --baud, or another --board (docs/framed-packet.md)"
    )
