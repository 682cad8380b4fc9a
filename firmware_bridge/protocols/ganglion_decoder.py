"""The Ganglion on a BLED112 dongle: the decoder of what streams. ganglion_dongle has the dialogue that starts it."""

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols import bgapi, ganglion
from emg_edge.firmware_bridge.protocols.bgapi_codes import NOTIFY
from emg_edge.firmware_bridge.protocols.bgapi_packet import HEADER_BYTES
from emg_edge.firmware_bridge.protocols.bgapi_stream import SHORT, disconnection, kind_of, split, walk
from emg_edge.firmware_bridge.protocols.decoding import Decoded, StreamDecoder
from emg_edge.firmware_bridge.protocols.ganglion_samples import ganglion_samples

_DISCONNECTED = kind_of(bgapi.Disconnected)
_AT = HEADER_BYTES + bgapi.AttributeValue.fixed + 1  # where a value begins
_WHOLE = _AT + ganglion.LENGTH
_LARGEST = ganglion.IMPEDANCE - 1  # of the identifiers that stand before samples


class GanglionDongleDecoder(StreamDecoder):
    """Ganglion counts of what one connection's notifications hold; all else that the dongle says is passed by.

    Which samples a lost, repeated or late notification costs: see ganglion_samples. BGAPI has no checksum: a byte
    that was changed within a notification is believed.
    """

    channels = ganglion.CHANNELS

    def __init__(self, connection: int, handle: int, version: int, *, accelerometer: bool = False) -> None:
        self._samples = ganglion_samples(version, accelerometer)
        self.wrap = self._samples.wrap
        self._connection = connection
        empty = bgapi.AttributeValue(connection, handle, NOTIFY, bytes(ganglion.LENGTH)).pack()
        self._header = empty[:_AT]
        self.reset()

    def reset(self) -> None:
        self._kept = b""
        self._samples.reset()

    def push(self, data: bytes) -> Decoded:
        data = self._kept + data
        values, gone, used, skipped = self._few(data) if len(data) <= SHORT else self._many(data)
        self._kept = data[used:]
        packets = np.frombuffer(values, np.uint8).reshape(-1, ganglion.LENGTH)
        if any(identifier > _LARGEST for identifier in set(values[:: ganglion.LENGTH])):
            packets = packets[packets[:, 0] <= _LARGEST]
        decoded = self._samples.push(packets)
        ended = disconnection("Ganglion", data, gone, self._connection)
        return Decoded(decoded.counts, decoded.number, skipped, decoded.acceleration, ended)

    def _few(self, data: bytes) -> tuple[bytes, list[int], int, int]:
        """Find the notifications, the places of disconnections, the bytes used and those skipped."""
        found = walk(data, (ganglion.LENGTH,))
        values = [data[at + _AT : at + _WHOLE] for at, _, _ in found.packets if data.startswith(self._header, at)]
        gone = [at for at, _, kind in found.packets if kind == _DISCONNECTED]
        return b"".join(values), gone, found.used, found.skipped

    def _many(self, data: bytes) -> tuple[bytes, list[int], int, int]:
        found = split(data, (ganglion.LENGTH,))
        start: NDArray[np.int64] = found.start[found.length == _WHOLE]
        windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(data, np.uint8), _WHOLE)[start]
        ours = (windows[:, :_AT] == np.frombuffer(self._header, np.uint8)).all(axis=1)
        gone = found.start[found.kind == _DISCONNECTED].tolist()
        return windows[ours, _AT:].tobytes(), gone, found.used, found.skipped
