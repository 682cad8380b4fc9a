"""Runs a dialogue on a port from beginning to end."""

import math
from typing import TypeVar

from emg_edge.device.ports.port import Port
from emg_edge.firmware_bridge.protocols.conversation import Dialogue
from emg_edge.firmware_bridge.protocols.talk import Talk

T = TypeVar("T")


def converse(port: Port, dialogue: Dialogue[T], within_s: float = math.inf) -> T | None:
    """Run it on an open port; None when it did not end within the time. Raises LinkLost, and what the dialogue does."""
    give_up_s = port.now() + within_s
    talk = Talk(dialogue, port.now())
    while True:
        if written := talk.to_write():
            port.write(written)
        now_s = port.now()
        if talk.done or now_s >= give_up_s:
            return talk.result
        data = port.read(max(0.0, min(talk.due_s, give_up_s) - now_s))
        talk.receive(data, port.now())


def ask_once(port: Port, dialogue: Dialogue[T]) -> T | None:
    """Open the port for one dialogue: what a board that says itself what it is must be asked before it is used."""
    port.open()
    try:
        return converse(port, dialogue)
    finally:
        port.close()
