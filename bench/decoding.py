"""Decoding: each codec against real time of its board, and against a parser that takes a byte at a time.

    python bench/decoding.py [--seconds 60]

The bytes are those that the simulated board sends at full rate. `live` pushes every packet by itself, as they arrive,
`bulk` as much at once as our serial port reads at most. The references are tests/support/slow_*.py, written from the
protocols' documents, and for the Myo also pyomyo's own receiving, from memory. Ratios are of one run on one
core: bounds are 100 times real time, live and in bulk, and 20 times the references in bulk.
"""

import argparse
import json
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from pyomyo.pyomyo import BT
from support.connected import Connected, connected
from support.slow_cyton import SlowCyton, daisy_samples
from support.slow_framed import SlowParser
from support.slow_ganglion import SlowGanglion
from support.slow_myo import SlowMyo

from emg_edge.device.ports.serial_port import CHUNK
from emg_edge.firmware_bridge.protocols.myo import EMG_HANDLES
from emg_edge.firmware_bridge.simulated.feed import CounterFeed

# Lines of text are no packets: there the bound is real time alone, as numbers must be read from text in any case.
TEXT = ("csv",)
REAL_TIME, AGAINST_REFERENCE = 100.0, 20.0


def seconds(work: Callable[[], Any]) -> float:
    """Best of three: what the work costs when nothing else disturbs."""
    best = float("inf")
    for _ in range(3):
        began_s = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began_s)
    return best


def cyton(wire: bytes) -> None:
    SlowCyton().push(wire)


def daisy(wire: bytes) -> None:
    daisy_samples(SlowCyton().push(wire))


def framed(wire: bytes) -> None:
    SlowParser().push(wire)


def myo(wire: bytes) -> None:
    SlowMyo().push(wire)


def lines(wire: bytes) -> None:
    """Goes from digit to digit, as a microcontroller would."""
    rows, row, value, sign, digits = [], [], 0, 1, 0
    for byte in wire:
        if 48 <= byte <= 57:
            value, digits = 10 * value + byte - 48, digits + 1
        elif byte == 45 and not digits:
            sign = -1
        elif byte in (10, 44):
            if digits:
                row.append(sign * value)
            value, sign, digits = 0, 1, 0
            if byte == 10:
                rows.append(row)
                row = []
        elif byte != 13:
            digits = 0


def ganglion(wire: bytes) -> None:
    """Takes the dongle's packets apart a byte at a time, then the notifications in them."""
    slow, packet = SlowGanglion(2), bytearray()
    for byte in wire:
        packet.append(byte)
        if len(packet) >= 4 and len(packet) == 4 + packet[1]:
            if packet[2:4] == b"\x04\x05":
                slow.take(bytes(packet[9:29]))
            packet.clear()


class Memory:
    """A serial port whose bytes are there already: reading it costs as little as it can."""

    def __init__(self, wire: bytes) -> None:
        self._bytes = iter([bytes([byte]) for byte in wire])

    def inWaiting(self) -> int:  # noqa: N802 - as pyserial calls it
        return 0

    def read(self) -> bytes:
        return next(self._bytes, b"")


def pyomyo(wire: bytes) -> None:
    samples: list[tuple[int, ...]] = []

    def emg(packet: Any) -> None:  # as pyomyo's own handler takes a notification apart
        _, handle, _ = struct.unpack("<BHB", packet.payload[:4])
        if handle in EMG_HANDLES:
            samples.append(struct.unpack("<8b", packet.payload[5:13]))
            samples.append(struct.unpack("<8b", packet.payload[13:21]))

    dongle = BT.__new__(BT)  # its constructor opens a port
    dongle.ser, dongle.buf, dongle.handlers = Memory(wire), [], [emg]
    while dongle.recv_packet() is not None:
        pass


REFERENCES: dict[str, Callable[[bytes], None]] = {
    "cyton": cyton,
    "cyton-daisy": daisy,
    "ganglion": ganglion,
    "myo": myo,
    "framed": framed,
    "csv": lines,
}


def measure(name: str, length_s: float) -> dict[str, Any]:
    board: Connected = connected(name)
    feed = CounterFeed.of(board.firmware)
    rate_hz = board.firmware.rate_hz
    packets = [packet.data for packet in board.firmware.encode(feed.read(round(length_s * rate_hz))[0])]
    wire = b"".join(packets)
    decoder = board.stream.decoder

    def live() -> None:
        decoder.reset()
        for packet in packets:
            decoder.push(packet)

    def bulk() -> None:
        decoder.reset()
        for start in range(0, len(wire), CHUNK):
            decoder.push(wire[start : start + CHUNK])

    bulk_s, slow_s = seconds(bulk), seconds(lambda: REFERENCES[name](wire))
    row = {
        "live_times_real_time": length_s / seconds(live),
        "bulk_times_real_time": length_s / bulk_s,
        "bulk_times_reference": slow_s / bulk_s,
    }
    if name == "myo":
        row["bulk_times_pyomyo"] = seconds(lambda: pyomyo(wire)) / bulk_s
    return {key: round(value, 1) for key, value in row.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="of signal")
    asked = parser.parse_args()
    rows = {name: measure(name, asked.seconds) for name in REFERENCES}
    print(json.dumps(rows, indent=2))
    bounds = {"real_time": REAL_TIME, "reference": AGAINST_REFERENCE, "pyomyo": AGAINST_REFERENCE}
    low = [
        f"{name}: {key} {value}"
        for name, row in rows.items()
        for key, value in row.items()
        if value < next(bound for word, bound in bounds.items() if key.endswith(word))
        and not (name in TEXT and key.endswith("reference"))
    ]
    print("all bounds are held" if not low else f"below their bound: {'; '.join(low)}", file=sys.stderr)
    sys.exit(bool(low))


if __name__ == "__main__":
    main()
