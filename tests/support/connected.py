"""A simulated board brought to streaming by our own client, without a port: for tests and benches of codecs."""

from dataclasses import dataclass

from emg_edge.device.simulator.boards import SIMULATED
from emg_edge.device.simulator.virtual import DRIVERS
from emg_edge.firmware_bridge.protocols.conversation import Stream
from emg_edge.firmware_bridge.protocols.talk import Talk
from emg_edge.firmware_bridge.simulated.feed import CounterFeed
from emg_edge.firmware_bridge.simulated.firmware import Firmware

STEP_S = 0.05  # time that passes at a look


@dataclass(frozen=True)
class Connected:
    """A board that streams, and what the client was told."""

    firmware: Firmware
    stream: Stream


def connected(name: str) -> Connected:
    """Talk to the board until it streams, on a clock of its own."""
    firmware = SIMULATED[name].make()
    client = DRIVERS[name][1]()
    now_s = 0.0
    talk = Talk(client.start(), now_s)
    feed = CounterFeed.of(firmware)
    while not talk.done:
        reply = firmware.receive(talk.to_write())
        if firmware.streaming:
            samples = feed.read(round(STEP_S * firmware.rate_hz))[0]
            reply += b"".join(packet.data for packet in firmware.encode(samples))
        now_s = now_s + STEP_S if firmware.streaming or reply else talk.due_s
        talk.receive(reply, now_s)
    assert talk.result is not None
    return Connected(firmware, talk.result)
