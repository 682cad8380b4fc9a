"""What is measured of one decoder on one person with one seed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.activations import activations_per_min, active_error, share_of
from emg_edge.decoding.executions import instability, switches_per_s, votes
from emg_edge.decoding.metrics import confusion, majority, scores
from emg_edge.decoding.onsets import delays_s, right_since_onset
from emg_edge.movements import REST
from emg_edge.train.evaluation.joined import Joined

# Metric -> whether more of it is better. The order is that of the documents.
METRICS: dict[str, bool] = {
    "accuracy": True,
    "balanced_accuracy": True,
    "macro_f1": True,
    "execution_accuracy": True,
    "active_error": False,
    "instability": False,
    "switches_per_s": False,
    "delay_s": False,
    "onsets_missed": False,
    "false_activation": False,
    "false_activations_per_min": False,
    "missed_activation": False,
    "right_at_5_percent": True,
    "false_activation_at_5_percent": False,
}
SINCE_ONSET_S = 3.0  # NinaPro's movements last five seconds; after three nothing changes any more


@dataclass(frozen=True)
class Measured:
    """Metrics that have a meaning here, and the counts behind them, over the c movements of the condition.

    confusion    (c, c) scored instants, rows are the truth
    executions   (c, 2) of each movement: how many, and how many decided right
    since_onset  (bins, 2) a hop a bin: executions that last so long, and right decisions
    """

    metrics: dict[str, float]
    confusion: NDArray[np.int64]
    executions: NDArray[np.int64]
    since_onset: NDArray[np.int64]


def measure(joined: Joined, decoder: str, movements: NDArray[np.int64], *, rest: bool) -> Measured:
    """Measure a decoder; `movements` (c,) are all that occur in the condition, in order."""
    truth, run, scored, hop_s = joined.truth, joined.run, joined.scored, joined.hop_s
    spoken = joined.decoders[decoder]
    decided, moving = spoken.decided, scored & (truth != REST)
    matrix = confusion(
        np.searchsorted(movements, truth[scored]), np.searchsorted(movements, decided[scored]), len(movements)
    )
    voted = votes(run, truth, decided, scored)
    right = decided == truth
    delays = delays_s(joined.onsets, right, hop_s)
    missed = np.isnan(delays)
    bins = round(SINCE_ONSET_S / hop_s)
    right_then, lasting = right_since_onset(joined.onsets, right, bins)
    found: dict[str, float | None] = {
        **(scores(matrix) if matrix.sum() else {}),
        "execution_accuracy": voted.accuracy,
        "active_error": active_error(truth[scored], decided[scored]),
        # A decoder without rest has nothing right to say at rest: what it says there is left out.
        "instability": instability(decided, joined.linked, None if rest else truth != REST),
        "switches_per_s": switches_per_s(run, truth, decided, scored, hop_s),
        "delay_s": float(np.median(delays[~missed])) if (~missed).any() else None,
        "onsets_missed": float(missed.mean()) if len(missed) else None,
    }
    if rest:
        resting = scored & (truth == REST)
        found |= {
            "false_activation": share_of(decided != REST, resting),
            "false_activations_per_min": activations_per_min(decided != REST, resting, joined.linked, hop_s),
            "missed_activation": share_of(decided == REST, moving),
        }
        if spoken.above is not None:
            found["right_at_5_percent"] = share_of(spoken.above & (spoken.movement == truth), moving)
            found["false_activation_at_5_percent"] = share_of(spoken.above, resting)
    of = np.searchsorted(movements, voted.movement)
    held, won = (np.bincount(some, minlength=len(movements)) for some in (of, of[voted.movement == voted.voted]))
    return Measured(
        {name: value for name in METRICS if (value := found.get(name)) is not None},
        matrix,
        np.stack([held, won], axis=1),
        np.stack([lasting, right_then], axis=1),
    )


def measure_majority(joined: Joined, movements: NDArray[np.int64]) -> dict[str, float]:
    """Scores of always deciding the movement, or rest, that most of the person's scored test instants are."""
    truth = np.searchsorted(movements, joined.truth[joined.scored])
    matrix = confusion(truth, truth, len(movements))
    return majority(matrix) if matrix.sum() else {}
