"""What is wrong with samples: refused when they cannot be used, remarked when a channel is dead."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import RecordingError

# A Myo at full contraction rails for a few samples in a thousand; a lead that came off rails all the time.
RAILED_SHARE = 0.5
_LARGEST = float(np.finfo(np.float32).max)  # recordings are float32


def dead_channels(samples: NDArray[Any], rate_hz: float, where: str, *, rectified: bool) -> tuple[str, ...]:
    """Remark on each flat or railed column of (n, channels); an envelope rests on its floor, which is no rail.

    Raises RecordingError, naming the column and the place, when a sample is not a finite float32.
    """
    low, high = samples.min(axis=0), samples.max(axis=0)
    if not (_is_finite(low).all() and _is_finite(high).all()):
        raise _not_finite(samples, rate_hz, where)
    share = (samples == high).mean(axis=0)
    if not rectified:
        share = np.maximum(share, (samples == low).mean(axis=0))
    remarks = []
    for column, (lowest, highest, railed) in enumerate(zip(low, high, share, strict=True), start=1):
        if lowest == highest:
            remarks.append(f"channel {column} is flat (always {lowest:g}): its electrode was off")
        elif railed > RAILED_SHARE:
            remarks.append(f"channel {column} is railed for {railed:.0%} of the time: its electrode was off")
    return tuple(remarks)


def _is_finite(values: NDArray[Any]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.abs(values.astype(np.float64)) <= _LARGEST  # false for NaN too
    return found


def _not_finite(samples: NDArray[Any], rate_hz: float, where: str) -> RecordingError:
    bad = ~_is_finite(samples)
    row, column = (int(index) for index in np.argwhere(bad)[0])
    return RecordingError(
        f"{where}: {bad.sum()} of its samples are not finite numbers, the first in channel {column + 1} at "
        f"{row / rate_hz:.2f} s (sample {row}); a recording must not have holes"
    )
