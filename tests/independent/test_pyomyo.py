"""pyomyo, unmodified, reads our simulated Myo over a pseudo-terminal, and our decoder the same bytes."""

import os
import select
import threading
import time
import tty
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols import myo
from emg_edge.firmware_bridge.protocols.myo_decoder import MyoDongleDecoder
from emg_edge.firmware_bridge.simulated.feed import CounterFeed
from emg_edge.firmware_bridge.simulated.myo import MyoFirmware

pyomyo = pytest.importorskip("pyomyo", reason="pyomyo, the independent client, is not installed")

SPEED = 20  # times real time, so that a second of testing is 4000 samples
ENOUGH = 600  # samples: the counter wraps twice
GIVE_UP_S = 30.0


class Pump:
    """A Myo on a pseudo-terminal, fed with the counter. `wire` is all that it sent since it began to stream."""

    def __init__(self) -> None:
        self.firmware = MyoFirmware()
        self.ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        self.path = os.ttyname(self._theirs)
        self.wire = bytearray()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        feed = CounterFeed.of(self.firmware)
        give_up = time.monotonic() + GIVE_UP_S
        while not self._stop.is_set() and time.monotonic() < give_up:
            if select.select([self.ours], [], [], 0.005)[0]:
                was_streaming = self.firmware.streaming
                self._send(self.firmware.receive(os.read(self.ours, 4096)), keep=was_streaming)
            if self.firmware.streaming:
                counts, _ = feed.read(round(SPEED * myo.RATE_HZ * 0.005))
                self._send(b"".join(packet.data for packet in self.firmware.encode(counts)), keep=True)
        # A client that still waits is told that the port is gone, and fails.
        os.close(self.ours)
        os.close(self._theirs)

    def _send(self, data: bytes, *, keep: bool) -> None:
        if keep:
            self.wire += data
        while data and not self._stop.is_set():
            if select.select([], [self.ours], [], 0.1)[1]:
                data = data[os.write(self.ours, data) :]


@pytest.fixture
def pump() -> Iterator[Pump]:
    one = Pump()
    yield one
    one.close()


def read_with_pyomyo(pump: Pump, mode: object) -> NDArray[np.int64]:
    """Connect and collect samples (n, 8) as a user of pyomyo does."""
    got: list[tuple[int, ...]] = []
    client = pyomyo.Myo(tty=pump.path, mode=mode)
    try:
        client.add_emg_handler(lambda emg, _moving: got.append(emg))
        client.connect()
        while len(got) < ENOUGH:
            client.run()
    finally:
        client.bt.ser.close()
    return np.array(got)


@pytest.mark.parametrize("mode", ["RAW", "FILTERED"])
def test_pyomyo_gets_every_sample_and_our_decoder_the_same(pump: Pump, mode: str) -> None:
    """Counter values arrive without gap or error, and our decoder says the same of the bytes that pyomyo read."""
    got = read_with_pyomyo(pump, pyomyo.emg_mode[mode])
    pump.close()
    first = int(got[0, 0]) + 128
    numbers = first + np.arange(len(got))
    np.testing.assert_array_equal(got, (numbers[:, None] + 7 * np.arange(8)) % 256 - 128)

    decoded = MyoDongleDecoder().push(bytes(pump.wire))
    np.testing.assert_array_equal(np.diff(decoded.number) % myo.WRAP, 1)
    start = (first - int(decoded.counts[0, 0]) - 128) % 256
    candidates = range(start, len(decoded.counts) - len(got) + 1, 256)
    assert any(np.array_equal(decoded.counts[at : at + len(got)], got) for at in candidates)


def test_pyomyo_connects_to_a_myo_that_still_streams(pump: Pump) -> None:
    """What one client left behind does not keep the next from connecting."""
    for _ in range(2):
        assert len(read_with_pyomyo(pump, pyomyo.emg_mode.RAW)) >= ENOUGH
        assert pump.firmware.streaming
