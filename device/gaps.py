"""What becomes of missing samples: a short gap is bridged, a long one starts the front end anew.

Bridging repeats the samples just before the gap, so that the amplitude stays and the decisions keep their rhythm.
Samples that are not finite count as missing: one NaN in a recursive filter would stay for ever.
"""

from collections import deque
from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.sampleblock import SampleBlock


class Stretch(msgspec.Struct, frozen=True):
    """Samples that follow one another, ready for the decoder.

    fresh   the samples before were lost for longer than can be bridged: the decoder's past is void
    lost    samples missing before this stretch; `samples` begins with that many made up ones unless it is fresh
    """

    samples: NDArray[np.float32]  # (n, channels)
    movement: NDArray[np.int16] | None  # (n,)
    fresh: bool
    lost: int


class Gaps:
    """Turns blocks into stretches; gaps of up to `bridge` samples are filled."""

    def __init__(self, bridge: int) -> None:
        self._bridge = bridge
        self._missing = 0
        # What a gap would be filled with: the newest samples as they came, put together only when there is one.
        self._recent: deque[NDArray[np.float32]] = deque()
        self._have = 0
        self.not_finite = 0  # samples that were refused so far

    def take(self, block: SampleBlock) -> Iterator[Stretch]:
        """Yield the usable stretches of a block, in order."""
        self._missing += block.lost
        finite = np.isfinite(block.samples)
        if 0 not in finite.tobytes():  # nearly always; `all` takes five times as long to say so
            yield self._stretch(block.samples, block.movement)
            return
        finite = np.logical_and.reduce(finite, axis=1)
        edges = np.flatnonzero(np.diff(finite)) + 1
        for start, stop in zip([0, *edges], [*edges, len(finite)], strict=True):
            if finite[start]:
                movement = None if block.movement is None else block.movement[start:stop]
                yield self._stretch(block.samples[start:stop], movement)
            else:
                self._missing += int(stop - start)
                self.not_finite += int(stop - start)

    def _stretch(self, samples: NDArray[np.float32], movement: NDArray[np.int16] | None) -> Stretch:
        lost, self._missing = self._missing, 0
        fresh = lost > min(self._have, self._bridge)
        if fresh:
            self._recent.clear()
            self._have = 0
        elif lost:
            samples = np.concatenate([np.concatenate(self._recent)[-lost:], samples])
            if movement is not None:
                movement = np.concatenate([np.repeat(movement[:1], lost), movement])
        self._recent.append(samples)
        self._have += len(samples)
        while len(self._recent) > 1 and self._have - len(self._recent[0]) >= self._bridge:
            self._have -= len(self._recent.popleft())
        return Stretch(samples, movement, fresh, lost)
