"""One ring of one take, ready for training: its signal, its log frames, and a label a frame."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emg_edge.signal.source import Unit


@dataclass(frozen=True)
class Track:
    """Arrays are memory-mapped from the cache; windows are cut from them as views.

    signal      (n, channels) float32, at the spec's rate, after montage, domain and filters (TD6 is made of it)
    frames      (k, channels) float32, logarithms, not yet standardised
    ends        (k,) int64, index into `signal` of each frame's newest sample
    movement    (k,) int16, at each frame's newest sample
    repetition  (k,) int16, likewise; 0 belongs to no split
    overlap     frames before each whose newest samples it may be made of too
    acceleration  (k, axes) float32, likewise, or None
    movement_names  number -> name, of gestures that are none of NinaPro's movements
    """

    wearer: str
    database: str
    subject: int
    session: int
    exercise: str
    take: str
    ring: str
    unit: Unit
    simulated: bool
    overlap: int
    signal: NDArray[np.float32]
    frames: NDArray[np.float32]
    ends: NDArray[np.int64]
    movement: NDArray[np.int16]
    repetition: NDArray[np.int16]
    acceleration: NDArray[np.float32] | None = None
    movement_names: Mapping[int, str] = field(default_factory=dict)

    def reach(self, context: int) -> int:
        """Frames that must lie on one side, or in one movement, so that all samples of a window of `context` do.

        A frame's label is that of its newest sample, so the frame before the window's oldest sample counts too.
        """
        return context + self.overlap

    @property
    def scale_name(self) -> str:
        """Under which its standardisation stands in the model file."""
        return f"{self.wearer}/{self.ring}"
