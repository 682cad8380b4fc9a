"""Everything that was decided for one person with one seed, as one line of instants with gaps in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.onsets import Onsets, onsets
from emg_edge.decoding.runs import follows, runs
from emg_edge.train.evaluation.decided import Decided, Said


@dataclass(frozen=True)
class Spoken:
    """One decoder along the line; all (m,).

    above   whether `active` reaches the decoder's threshold; None where it has none, as without rest
    """

    decided: NDArray[np.int16]
    movement: NDArray[np.int16]
    above: NDArray[np.bool_] | None


@dataclass(frozen=True)
class Joined:
    """All arrays (m,); the tracks, rings and sessions of the person follow one another, each after a gap.

    linked   whether an instant comes one hop after the one before it
    run      number of its execution, or of its rest
    scored   as in Decided; without rest, movements only
    """

    hop_s: float
    linked: NDArray[np.bool_]
    run: NDArray[np.int64]
    truth: NDArray[np.int16]
    scored: NDArray[np.bool_]
    onsets: Onsets
    decoders: dict[str, Spoken]


def join(stretches: Sequence[Decided], *, rest: bool) -> Joined:
    """Join what belongs to one person and one seed; at least one stretch, all with the same decoders and hop."""
    names, hop_s = set(stretches[0].decoders), stretches[0].hop_s
    for one in stretches:
        if set(one.decoders) != names or not np.isclose(one.hop_s, hop_s):
            raise ValueError(
                f"{one.wearer} was decided by {sorted(one.decoders)} every {one.hop_s:g} s in {one.take} and by"
                f" {sorted(names)} every {hop_s:g} s in {stretches[0].take}; one condition has the same throughout"
            )
    linked = np.concatenate([follows(one.time_s, hop_s) for one in stretches])
    truth = np.concatenate([one.truth for one in stretches])
    scored = np.concatenate([one.scored for one in stretches])
    run = runs(linked, truth, np.concatenate([one.repetition for one in stretches]))
    return Joined(
        hop_s,
        linked,
        run,
        truth,
        scored if rest else scored & (truth != 0),
        onsets(linked, run, truth),
        {name: _spoken([one.decoders[name] for one in stretches]) for name in stretches[0].decoders},
    )


def _spoken(said: list[Said]) -> Spoken:
    # Each stretch has its own threshold: it was chosen on that fold's training repetitions.
    thresholds = not any(np.isnan(one.threshold) for one in said)
    return Spoken(
        np.concatenate([one.decided for one in said]),
        np.concatenate([one.movement for one in said]),
        np.concatenate([one.active >= one.threshold for one in said]) if thresholds else None,
    )
