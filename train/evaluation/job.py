"""One job: train on one side of one fold, with one seed, and say at every hop of the other side what was decided."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emg_edge.recordings.take import Take
from emg_edge.recordings.takes import Found
from emg_edge.signal.spec import AXES, FrameChoice, SignalSpec, default_spec
from emg_edge.signal.td6 import td4, td6
from emg_edge.train.data import merge
from emg_edge.train.data.splits import Side
from emg_edge.train.evaluation.decided import Decided, Said
from emg_edge.train.evaluation.network import ToInt8, train_network
from emg_edge.train.evaluation.prepared import Prepared, prepare
from emg_edge.train.evaluation.protocol import Protocol, Row
from emg_edge.train.evaluation.saying import said, threshold
from emg_edge.train.evaluation.store import pack
from emg_edge.train.fitting.baseline import Features
from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.fitting.shape import Shape, shape_for

_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9._+-]")  # a wearer may be called anything
_FEATURES: dict[str, Features] = {"td6_lda": td6, "td4_lda": td4}


@dataclass(frozen=True)
class Variant:
    """What of the decoder may be chosen beside the protocol. `network` False leaves the baselines alone."""

    recipe: Recipe = field(default_factory=Recipe)
    frames: FrameChoice = "amplitude"
    acceleration: bool = False
    network: bool = True
    baselines: tuple[str, ...] = ("td6_lda",)


@dataclass(frozen=True)
class Job:
    """A fold of a row, and a seed.

    ring         of the tested person that has a decoder here; "" is all of them
    takes        all that is trained and tested on
    copies       groups of takes with the same content
    fingerprint  of all that decides the result: another protocol, recipe or recording is another job
    """

    protocol: Protocol
    row: Row
    wearer: str
    ring: str
    seed: int
    takes: tuple[Take, ...]
    copies: tuple[tuple[str, ...], ...]
    variant: Variant
    fingerprint: str = ""

    @property
    def key(self) -> str:
        wearer = _NO_FILE_NAME.sub("_", self.wearer)
        ring = f"-{self.ring}" if self.ring else ""
        return f"{self.row.name}.{wearer}{ring}.seed{self.seed}.{self.fingerprint}"


def front_end(protocol: Protocol, variant: Variant) -> tuple[Shape, SignalSpec]:
    """Shape of the network, and what it sees."""
    axes = AXES if variant.acceleration else 0
    shape = shape_for(protocol.domain, protocol.context_ms, variant.recipe, variant.frames, axes)
    spec = default_spec(protocol.domain, shape.context, protocol.montage, frames=variant.frames, acceleration=axes)
    return shape, spec


def run_job(job: Job, to_int8: ToInt8) -> bytes:
    """Do it; returns the packed decisions of every decoder, and what training cost.

    Raises ProtocolError for a leak, RecordingError where the recordings leave nothing to train or to test on.
    """
    protocol, variant = job.protocol, job.variant
    shape, spec = front_end(protocol, variant)
    merged = merge.merge(Found(job.takes, (), (), {}), spec)
    tracks = tuple(track for track in merged.tracks if track.wearer != job.wearer or job.ring in ("", track.ring))
    fold = prepare(protocol, job.row, job.wearer, tracks, spec, job.copies)
    asked = {i: fold.asked(i) for i in range(len(fold.data.tracks))}
    asked = {i: at for i, at in asked.items() if len(at)}
    decoders = {name: _baseline(fold, asked, _FEATURES[name]) for name in variant.baselines}
    facts: dict[str, Any] = {"remarks": [*merged.remarks, *_unscored(fold)]}
    if variant.network:
        began = time.monotonic()
        trained = train_network(fold, asked, shape, variant.recipe, job.seed, to_int8)
        facts |= trained.facts | {"training_seconds": round(time.monotonic() - began, 1)}
        for name, scores in (("model", trained.model), ("int8", trained.int8)):
            decoders[name] = {i: said(x, fold.data.movements, trained.threshold) for i, x in scores.items()}
    return pack([_decided(fold, i, at, decoders) for i, at in asked.items()], facts)


def _unscored(fold: Prepared) -> list[str]:
    numbers = ", ".join(map(str, fold.unscored))
    if not numbers:
        return []
    return [
        f"{fold.wearer}: movements that nobody was trained on are not scored in '{fold.row.name}': {numbers}; add "
        "recordings of them to the training side"
    ]


def _baseline(fold: Prepared, asked: dict[int, NDArray[np.int64]], features: Features) -> dict[int, Said]:
    """LDA on features at the same context, with the same scale, and a threshold chosen in the same way."""
    found, movements = fold.features(features), fold.data.movements
    # What others taught a network, an LDA cannot go on from: it learns from the wearer alone.
    own_only = fold.row.pretrain
    learnt = [
        i
        for i, trained in enumerate(fold.trained)
        if trained and (not own_only or fold.data.tracks[i].wearer == fold.wearer)
    ]
    at_least = float("nan")
    if fold.protocol.rest:
        model = found.fit(learnt, (Side.TRAIN,))
        held = [model.scores(found.values[i][np.isin(found.frames[i], fold.held_rest(i))]) for i in learnt]
        at_least = threshold(np.concatenate(held), movements)
    model = found.fit(learnt)
    return {
        i: said(model.scores(found.values[i][np.isin(found.frames[i], at)]), movements, at_least)
        for i, at in asked.items()
    }


def _decided(fold: Prepared, i: int, at: NDArray[np.int64], decoders: dict[str, dict[int, Said]]) -> Decided:
    track, spec = fold.data.tracks[i], fold.data.spec
    return Decided(
        wearer=track.wearer,
        database=track.database,
        session=track.session,
        take=f"{track.take} {track.ring}",
        hop_s=spec.hop_ms / 1000,
        time_s=track.ends[at] / spec.rate_hz,
        truth=track.movement[at],
        repetition=track.repetition[at],
        scored=fold.data.sides[i][at] == Side.TEST,
        decoders={name: told[i] for name, told in decoders.items()},
    )
