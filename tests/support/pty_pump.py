"""A simulated board behind a real pseudo-terminal, for clients that open a serial port themselves."""

import os
import select
import termios
import threading
import tty
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.simulated.firmware import Firmware

PACKET_S = 0.002  # between packets: faster than real boards, so that tests are short, and no client minds


class PtyPump:
    """Answers commands at once, and sends one packet after the other while the host has the board streaming.

    `path` is the port to open; `heard` is all that the host has written. Rows are fed from the first at every start.
    """

    def __init__(self, firmware: Firmware, rows: NDArray[np.int32]) -> None:
        self._firmware, self._rows = firmware, rows
        self.heard = b""
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs, termios.TCSANOW)
        os.set_blocking(self._ours, False)
        self.path = os.ttyname(self._theirs)
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finished.set()
        self._thread.join()
        os.close(self._ours)
        os.close(self._theirs)

    def feed(self, rows: NDArray[np.int32]) -> None:
        """Send these, from the next start on."""
        self._rows = rows

    def _run(self) -> None:
        packets: Iterator[bytes] = iter(())
        unsent = bytearray()
        while not self._finished.is_set():
            # What it has to say never keeps it from hearing: BrainFlow's Ganglion driver writes until it is answered,
            # and reads nothing more until all that is taken.
            ours = [self._ours]
            readable, writable, _ = select.select(ours, ours if unsent else [], [], PACKET_S)
            if writable:
                del unsent[: os.write(self._ours, unsent)]
            if readable:
                said = os.read(self._ours, 4096)
                self.heard += said
                unsent += self._firmware.receive(said)
                if b"b" in said:
                    packets = (packet.data for row in self._rows for packet in self._firmware.encode(row[None]))
            elif not writable and not unsent and self._firmware.streaming:
                unsent += next(packets, b"")
