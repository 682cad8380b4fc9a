"""What the simulated Cyton puts into a packet's six auxiliary bytes: acceleration, a marker, the board's clock."""

import numpy as np
from numpy.typing import NDArray

from emg_edge.firmware_bridge.protocols import cyton_framing as framing

# A board that lies almost level: 1 g is 8000. BrainFlow takes a reading for new only where its x is not zero.
RESTING = (0x0100, 0x0000, 0x1F40)
READING_EVERY = 10  # packets: the accelerometer runs at 25 Hz
PACKET_MS = 4
AXIS_OF_LAST_DIGIT = 7  # of the counter: with time stamps, x goes with 7, y with 8, z with 9


def auxiliary(
    counter: NDArray[np.int64],
    age: NDArray[np.int64],
    *,
    accelerometer: bool,
    stamped: bool,
    set_now: bool,
    marker: int,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """(n,) packet counters, and packets since power-on -> (n, 6) bytes and (n,) kinds.

    `set_now` marks the first packet after time stamps were asked for; `marker` goes into the first as well.
    """
    n = len(counter)
    words = np.zeros((n, 3), np.int64)
    kind = np.full(n, framing.KIND_ACCELERATION if accelerometer else framing.KIND_AUXILIARY, np.uint8)
    if accelerometer and not stamped:
        words[counter % READING_EVERY == 0] = RESTING
    if not accelerometer:
        words[:1, 0] = marker
    if stamped:
        if accelerometer:
            axis = (counter & 0xFF) % 10 - AXIS_OF_LAST_DIGIT
            words[:, 0] = np.where(axis >= 0, np.array(RESTING)[np.maximum(axis, 0)], 0)
        kind[:] = framing.KIND_STAMPED_ACCELERATION if accelerometer else framing.KIND_STAMPED_AUXILIARY
        if set_now:
            kind[:1] -= 1
        words[:, 1], words[:, 2] = age * PACKET_MS >> 16, age * PACKET_MS & 0xFFFF
    return words.astype(">u2").view(np.uint8).reshape(n, 6), kind
