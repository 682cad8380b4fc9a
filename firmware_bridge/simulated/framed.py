"""A home-made board that speaks the framed packet, as the reference sketch does."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import BoardError
from emg_edge.firmware_bridge.protocols import framed
from emg_edge.firmware_bridge.simulated.firmware import Firmware, Packet

DEFAULT = framed.Hello(
    name="emg-edge simulated",
    channels=8,
    rate_hz=1000.0,
    width=2,
    unit="uV",
    per_count=0.25,  # uV: +-8 mV in 16 bits, finer than the noise of an electrode
    limits=framed.count_limits(2),
    firmware=(1, 0),
)


class FramedFirmware(Firmware):
    """Behaves as `hello` describes it, and sends so many samples a frame.

    acceleration_g  what its sensor measures, sent with each frame where it has an IMU
    """

    def __init__(self, hello: framed.Hello = DEFAULT, samples_per_frame: int = 8) -> None:
        longest = framed.Layout(samples_per_frame, hello.channels, hello.width, hello.imu).frame
        if longest > framed.MAX_FRAME:
            raise BoardError(
                f"{samples_per_frame} samples of {hello.channels} channels make a frame of {longest} bytes; "
                f"expected at most {framed.MAX_FRAME}: put fewer samples into one"
            )
        self._hello = hello
        self._samples = samples_per_frame
        self.channels, self.rate_hz, self.limits = hello.channels, hello.rate_hz, hello.limits
        self.acceleration_g = (0.0, 0.0, 1.0)
        self.power_cycle()

    def power_cycle(self) -> None:
        self.streaming = False
        self._begin()

    def _begin(self) -> None:
        self._number = 0
        self._waiting = np.zeros((0, self.channels), np.int32)

    def receive(self, data: bytes) -> bytes:
        replies = b""
        for command in (data[index : index + 1] for index in range(len(data))):
            if command == framed.ASK_HELLO:
                replies += self.describe()
            elif command == framed.START and not self.streaming:
                self._begin()
                self.streaming = True
            elif command == framed.STOP:
                self.streaming = False
        return replies

    def describe(self) -> bytes:
        """Make the hello frame; a real board also sends it once a second while it is idle."""
        return framed.encode_hello(replace(self._hello, streaming=self.streaming))

    def digitise(self, samples_uv: NDArray[np.floating]) -> NDArray[np.int32]:
        saturated: NDArray[np.floating] = np.clip(np.rint(samples_uv / self._hello.per_count), *self.limits)
        return saturated.astype(np.int32)

    def encode(self, counts: NDArray[np.int32]) -> list[Packet]:
        waiting = np.concatenate([self._waiting, counts])
        full = len(waiting) - len(waiting) % self._samples
        acceleration_g = self.acceleration_g if self._hello.imu else None
        packets = []
        for start in range(0, full, self._samples):
            frame = waiting[start : start + self._samples]
            packets.append(
                Packet(framed.encode_data(frame, self._number, self._hello.width, acceleration_g), self._samples)
            )
            self._number = (self._number + self._samples) % framed.WRAP
        self._waiting = waiting[full:]
        return packets
