"""Folds: a side for each repetition of each tested person, before any window exists, and the refusal of leaks."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import ProtocolError
from emg_edge.train.data.splits import TRAINED, Side
from emg_edge.train.data.track import Track
from emg_edge.train.evaluation.protocol import Protocol, Row

Sides = list[NDArray[np.int8]]
Repetitions = frozenset[int]
_NOBODY = Repetitions()
_LEARNT, _TESTED = "trained on", "tested"


def sides_of(protocol: Protocol, row: Row, wearer: str, tracks: Sequence[Track]) -> Sides:
    """Side of each frame of each track when `wearer` is tested.

    With rest, each trained person's last training repetition of a session is VALIDATION: it chooses the threshold of
    activity, and is trained on, too, for the final decoder. People that a person's decoder is only pre-trained on
    choose no threshold.
    """
    chosen = [_learnt_and_tested(protocol, row, wearer, track) for track in tracks]
    of_session: dict[tuple[str, str, int], set[int]] = defaultdict(set)  # it may be cut into many files
    for track, (learnt, _) in zip(tracks, chosen, strict=True):
        if protocol.rest and (track.wearer == wearer or not row.pretrain):
            of_session[track.database, track.wearer, track.session] |= learnt
    held = {session: max(learnt) for session, learnt in of_session.items() if len(learnt) > 1}
    return [
        _sides(track.repetition, learnt, tested, held.get((track.database, track.wearer, track.session)))
        for track, (learnt, tested) in zip(tracks, chosen, strict=True)
    ]


def _learnt_and_tested(protocol: Protocol, row: Row, wearer: str, track: Track) -> tuple[Repetitions, Repetitions]:
    """Repetitions of a track that are trained on, and those that are tested."""
    every = frozenset(np.unique(track.repetition).tolist()) - {0}
    if protocol.evaluation == "CrossSubject":
        if track.wearer != wearer:
            return every, _NOBODY
        return every & frozenset(row.calibration), every - frozenset(row.calibration)
    if track.wearer != wearer:
        return (every, _NOBODY) if row.pretrain else (_NOBODY, _NOBODY)
    if protocol.evaluation == "CrossSession":
        learnt = every if track.session in protocol.train_sessions else _NOBODY
        return learnt, every if track.session in protocol.test_sessions else _NOBODY
    tested = frozenset(row.test or protocol.test.get(track.database, ()))
    learnt = frozenset(row.train) if row.train else every - tested
    return every & learnt, every & tested


def _sides(
    repetition: NDArray[np.int16], learnt: Repetitions, tested: Repetitions, held: int | None
) -> NDArray[np.int8]:
    if learnt & tested:
        raise ProtocolError(f"the repetitions {sorted(learnt & tested)} would be trained on and tested")
    sides = np.full(len(repetition), Side.NONE, np.int8)
    sides[np.isin(repetition, list(learnt))] = Side.TRAIN
    sides[np.isin(repetition, list(tested))] = Side.TEST
    if held in learnt:
        sides[repetition == held] = Side.VALIDATION
    return sides


def refuse_leaks(
    tracks: Sequence[Track], sides: Sequence[NDArray[np.int8]], copies: Iterable[Sequence[str]] = ()
) -> None:
    """Raise ProtocolError when anything stands on both the training and the test side.

    That is a repetition of a take (whichever ring it was seen through), or a file and its copy under another name:
    `copies` holds groups of takes with the same content.
    """
    seen: dict[tuple[str, int], set[str]] = {}
    of_take: dict[str, set[str]] = {}
    for track, side in zip(tracks, sides, strict=True):
        for word, members in ((_LEARNT, TRAINED), (_TESTED, (Side.TEST,))):
            for repetition in np.unique(track.repetition[np.isin(side, members)]).tolist():
                seen.setdefault((track.take, repetition), set()).add(word)
                of_take.setdefault(track.take, set()).add(word)
    for (take, repetition), words in seen.items():
        if len(words) > 1:
            raise ProtocolError(f"repetition {repetition} of {take} would be both trained on and tested: a leak")
    for alike in copies:
        learnt, tested = ([take for take in alike if word in of_take.get(take, ())] for word in (_LEARNT, _TESTED))
        for one, other in itertools.product(learnt, tested):
            if one != other:
                raise ProtocolError(
                    f"{one} and {other} are copies of one recording, and one would be trained on while the other is "
                    "tested: a leak; remove the copy"
                )
