"""How a host brings a Cyton on its dongle to streaming: reset, look who is there, set the channels, start.

Replies are those of firmware 1 to 3.1.2 (OpenBCI's documentation, 'Cyton Board SDK'); each ends in $$$.
"""

import re
from collections.abc import Generator
from typing import Literal

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import cyton_settings as settings
from emg_edge.firmware_bridge.protocols.conversation import Ask, Client, Complete, Dialogue, Stream, ends_with, nothing
from emg_edge.firmware_bridge.protocols.cyton import (
    DAISY_CHANNELS,
    DAISY_RATE_HZ,
    RATE_HZ,
    CytonDecoder,
    DaisyDecoder,
)
from emg_edge.firmware_bridge.protocols.cyton_framing import LIMITS

END = ends_with(b"$$$")
# What the dongle says by itself when no board answers it over the radio.
DONGLE_ALONE = b"Failure: Communications timeout - Device failed to poll Host$$$"

SETTLE_S = 0.3  # after 's': what was under way over the radio, which is asked every 65 ms, has arrived by then
BANNER_S = 3.0  # a reset takes the board about one second
REPLY_S = 1.5  # a setting takes some 10 ms, and a few turns of the radio
FIRST_PACKET_S = 1.5
STOP_S = 0.1
OLD_KEY_S = 0.02  # firmware 1 loses keys that follow one another faster than 10 ms

Preset = Literal["emg", "default"]
# The highest gain has the lowest noise, and +-187.5 mV of room: the offset of an electrode on the skin is some tens
# of millivolts, muscle a few. Dry electrodes that drift beyond it, and so rail, want 12 or 6.
EMG_GAIN = 24


class CytonClient(Client):
    """8 channels at 250 Hz, or with the Daisy 16 at 125 Hz; `emg` leaves each channel to its own two electrodes."""

    baud = 115_200

    def __init__(self, daisy: bool = False, gain: int = EMG_GAIN, preset: Preset = "emg") -> None:
        if gain not in settings.GAINS:
            raise BoardError(f"the Cyton has no gain {gain}: it has {', '.join(map(str, settings.GAINS))}")
        self._daisy = daisy
        self._set_up = f"its channels have the preset {preset} and gain {gain}"
        self._channel = settings.emg(gain) if preset == "emg" else settings.ChannelSettings(gain=gain)

    def start(self) -> Dialogue[Stream]:
        # It may be streaming still, for a program that crashed, or wait for the end of a command, which X and Z are.
        yield Ask(b"XZs", nothing, SETTLE_S)
        banner = yield from self._reset()
        version = _version(banner)
        notes = [f"the board's firmware is v{'.'.join(map(str, version))}" if version else _OLD]
        if version >= (3,):
            # A reset keeps time stamps, mode and rate that another program set. The first two displace the
            # acceleration; another rate would be put right by 'b', and all channels to default with it.
            yield Ask(b">/0~6", _replies(3), REPLY_S)
        notes.append(self._set_up)
        yield from self._choose_channels(b"Daisy" in banner, confirmed=bool(version), notes=notes)
        channels = DAISY_CHANNELS if self._daisy else CytonDecoder.channels
        for channel in range(channels):
            yield from self._set(channel, confirmed=bool(version))
        yield from _begin()
        return Stream(
            decoder=DaisyDecoder() if self._daisy else CytonDecoder(),
            rate_hz=DAISY_RATE_HZ if self._daisy else RATE_HZ,
            unit="uV",
            per_count=settings.microvolts_per_count((self._channel.gain,) * channels),
            limits=LIMITS,
            notes=tuple(notes),
        )

    def stop(self) -> Dialogue[None]:
        yield Ask(b"s", nothing, STOP_S)

    def _reset(self) -> Generator[Ask, bytes | None, bytes]:
        """Reset the board; returns what it says of itself."""
        reply = None
        for _ in range(2):  # the first may meet a board that is being switched on, or a weak radio
            reply = (yield Ask(b"v", END, BANNER_S)) or reply
            if reply is not None and b"OpenBCI" in reply:
                return reply
        if reply is None:
            raise BoardError(
                "nothing answers on this port as a Cyton's dongle does: check that it is the dongle's port, that its "
                "switch is on GPIO6 (not RESET), and that no other program has it open"
            )
        if b"Failure" in reply:
            raise BoardError(
                "the dongle is there, but no board answers it by radio: switch the Cyton on (to PC, not BLE), check "
                "its battery, bring it nearer, and if it still fails set dongle and board to one radio channel with "
                "the OpenBCI GUI"
            )
        raise BoardError(
            f"what is on this port answered a reset with {_quote(reply)}, expected a Cyton, which says "
            "'OpenBCI V3 8-16 channel'; choose its port"
        )

    def _choose_channels(
        self, present: bool, *, confirmed: bool, notes: list[str]
    ) -> Generator[Ask, bytes | None, None]:
        """Use the Daisy, or only the board's own channels."""
        if self._daisy:
            if not present:
                raise BoardError(
                    "this Cyton has no Daisy, it names its own ADS1299 only, and 16 channels were asked for: use the "
                    "board 'cyton', or seat the Daisy on it and switch it off and on"
                )
            reply = yield Ask(b"C", END, REPLY_S)
            if confirmed and b"16" not in (reply or b""):
                raise BoardError(f"the Cyton did not go to 16 channels, it answered {_quote(reply)}; try again")
        elif present:
            reply = yield Ask(b"c", END, REPLY_S)
            if confirmed and b"removed" not in (reply or b""):
                raise BoardError(f"the Cyton did not go to 8 channels, it answered {_quote(reply)}; try again")
            notes.append("its Daisy is not used: 8 channels at 250 Hz")

    def _set(self, channel: int, *, confirmed: bool) -> Generator[Ask, bytes | None, None]:
        command = self._channel.command(channel)
        if not confirmed:
            for key in command:
                yield Ask(bytes([key]), nothing, OLD_KEY_S)
            return
        expected = b"Success: Channel set for %d$$$" % (channel + 1)
        reply = None
        for _ in range(2):
            reply = yield Ask(command, END, REPLY_S)
            if reply is not None and expected in reply:
                return
        raise BoardError(
            f"the Cyton did not take the settings of channel {channel + 1}: it answered {_quote(reply)}, expected "
            f"'{expected.decode()}'; switch it off and on, and try again"
        )


_OLD = "the board's firmware is older than v2: it does not confirm what it is told"


def _begin() -> Generator[Ask, bytes | None, None]:
    for _ in range(2):
        if (yield Ask(b"b", _first_byte, FIRST_PACKET_S)) is not None:
            return
    raise BoardError("the Cyton answered, but sends no samples when started: switch it off and on, and try again")


def _replies(count: int) -> Complete:
    """Wait for as many replies."""

    def complete(received: bytes) -> int | None:
        ends = [found.end() for found in re.finditer(rb"\$\$\$", received)]
        return ends[count - 1] if len(ends) >= count else None

    return complete


def _first_byte(received: bytes) -> int | None:
    """Wait until something comes, and leave it to the decoder: a start has no other confirmation."""
    return 0 if received else None


def _version(banner: bytes) -> tuple[int, ...]:
    """Read the firmware's version; firmware 1 does not name one."""
    found = re.search(rb"Firmware: v(\d+(?:\.\d+)*)", banner)
    return tuple(map(int, found[1].split(b"."))) if found else ()


def _quote(reply: bytes | None) -> str:
    return "nothing" if reply is None else repr(reply[-100:].decode("ascii", "replace"))
