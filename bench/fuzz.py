"""Coverage-guided fuzzing of the wire's decoders: no bytes may break one, and where they are cut may change nothing.

    pip install atheris
    python bench/fuzz.py cyton -max_total_time=600

The first argument is a decoder, the others are libFuzzer's. The input's first byte says where the rest is cut. What it
finds is kept as a case in tests/firmware_bridge/protocols/. It begins from the simulated board's own bytes.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["emg_edge"]):
    import numpy as np

    from emg_edge.firmware_bridge.protocols.cyton import CytonDecoder, DaisyDecoder
    from emg_edge.firmware_bridge.protocols.decoding import StreamDecoder
    from emg_edge.firmware_bridge.protocols.framed_decoder import FramedDecoder
    from emg_edge.firmware_bridge.protocols.ganglion_decoder import GanglionDongleDecoder
    from emg_edge.firmware_bridge.protocols.lines import LinesDecoder
    from emg_edge.firmware_bridge.protocols.myo_decoder import MyoDongleDecoder
    from emg_edge.firmware_bridge.simulated.cyton import CytonFirmware
    from emg_edge.firmware_bridge.simulated.firmware import Firmware
    from emg_edge.firmware_bridge.simulated.framed import FramedFirmware
    from emg_edge.firmware_bridge.simulated.lines import LinesFirmware

SECONDS = 0.1  # of signal in a seed
NOTIFY = 25  # the Ganglion's handle

DECODERS: dict[str, Callable[[], StreamDecoder]] = {
    "cyton": CytonDecoder,
    "cyton-daisy": DaisyDecoder,
    "ganglion": lambda: GanglionDongleDecoder(0, NOTIFY, 2),
    "ganglion-3": lambda: GanglionDongleDecoder(0, NOTIFY, 3),
    "myo": MyoDongleDecoder,
    "framed": lambda: FramedDecoder(8),
    "csv": lambda: LinesDecoder(8),
}
# Boards whose firmware streams after a single command; the dongles' notifications are put together by hand.
FIRMWARE: dict[str, Callable[[], Firmware]] = {
    "cyton": CytonFirmware,
    "cyton-daisy": lambda: CytonFirmware(daisy=True),
    "framed": FramedFirmware,
    "csv": LinesFirmware,
}
NOTIFICATION = {  # header of a dongle's attribute value, up to the value
    "myo": [bytes([0x80, 21, 4, 5, 0, handle, 0, 1, 16]) for handle in (0x2B, 0x2E, 0x31, 0x34)],
    "ganglion": [bytes([0x80, 25, 4, 5, 0, NOTIFY, 0, 1, 20])],
    "ganglion-3": [bytes([0x80, 25, 4, 5, 0, NOTIFY, 0, 1, 20])],
}


def seed(name: str) -> bytes:
    """Bytes of a good stream."""
    rng = np.random.default_rng(0)
    if name in NOTIFICATION:
        headers = NOTIFICATION[name]
        values = [rng.bytes(16) if name == "myo" else bytes([k]) + rng.bytes(19) for k in range(8)]
        return b"".join(headers[k % len(headers)] + value for k, value in enumerate(values))
    board = FIRMWARE[name]()
    board.receive(b"b")
    rows = rng.integers(board.limits[0] // 2, board.limits[1] // 2, (round(SECONDS * board.rate_hz), board.channels))
    return b"".join(packet.data for packet in board.encode(rows.astype(np.int32)))


def whole_and_cut(make: Callable[[], StreamDecoder], data: bytes) -> None:
    """Decode at once and in two or more pieces; both must give the same samples and numbers."""
    if not data:
        return
    step, wire = 1 + data[0], data[1:]
    whole = make().push(wire)
    decoder = make()
    pieces = [decoder.push(wire[start : start + step]) for start in range(0, len(wire), step)]
    counts = np.concatenate([piece.counts for piece in pieces]) if pieces else np.empty((0, decoder.channels))
    number = np.concatenate([piece.number for piece in pieces]) if pieces else np.empty(0)
    if not np.array_equal(counts, whole.counts) or not np.array_equal(number, whole.number):
        raise AssertionError(f"cut every {step} bytes, other samples come")
    if sum(piece.skipped for piece in pieces) != whole.skipped:
        raise AssertionError(f"cut every {step} bytes, {whole.skipped} skipped bytes become others")


def main() -> None:
    name, *arguments = sys.argv[1:]
    make = DECODERS[name]
    with tempfile.TemporaryDirectory() as corpus:
        wire = seed(name)
        for k, step in enumerate((0, 2, 32, 99)):
            Path(corpus, str(k)).write_bytes(bytes([step]) + wire)
        atheris.Setup([sys.argv[0], *arguments, corpus], lambda data: whole_and_cut(make, data))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
