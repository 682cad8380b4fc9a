"""What a job leaves: what every decoder said at every hop of a test recording, so that any figure can be made later."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Said:
    """One decoder along one stretch.

    decided   (m,) int16   movement number decided, by the largest probability; 0 is rest
    movement  (m,) int16   the likeliest movement when rest is left out; equal to `decided` without rest
    active    (m,) float32 log odds that it is any movement, against rest; infinite without rest
    threshold least `active` at which 5 % of the rest held out of training would be taken for a movement; nan without
              rest. Chosen on training repetitions alone.
    """

    decided: NDArray[np.int16]
    movement: NDArray[np.int16]
    active: NDArray[np.float32]
    threshold: float = float("nan")


@dataclass(frozen=True)
class Decided:
    """A test track at every hop of the live loop, in order of time; all arrays (m,).

    time_s      float64, of the newest sample, since the recording's begin; a step of more than a hop is a gap
    truth       int16, movement at the newest sample, 0 at rest
    repetition  int16, that the instant belongs to (rest: of the movement that it precedes)
    scored      bool, instants that count as windows: settled in one movement, and all of the context on the test side
                or before it. The others are there for onsets and delays
    decoders    name ("int8", "model" for the float network, "td6_lda", "td4_lda") -> what it said
    """

    wearer: str
    database: str
    session: int
    take: str  # the recording, and which ring of it
    hop_s: float
    time_s: NDArray[np.float64]
    truth: NDArray[np.int16]
    repetition: NDArray[np.int16]
    scored: NDArray[np.bool_]
    decoders: dict[str, Said]
