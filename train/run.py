"""One training run, from recordings to a run folder."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding import runfolder
from emg_edge.errors import RecordingError, SpecError
from emg_edge.files import write_json
from emg_edge.progress import Progress, in_order
from emg_edge.signal.spec import AXES, default_spec
from emg_edge.train.claim import claim, refuse_foreign, sole_user, stored
from emg_edge.train.config import TrainConfig
from emg_edge.train.data import merge
from emg_edge.train.data.dataset import Dataset, make_dataset
from emg_edge.train.data.orientation import orientation
from emg_edge.train.data.sequences import FrameSet
from emg_edge.train.data.splits import TRAINED, Side
from emg_edge.train.fitting.baseline import hop_features, td6_lda
from emg_edge.train.fitting.checkpoint import CHECKPOINT
from emg_edge.train.fitting.fit import Report, fit, logits_at
from emg_edge.train.fitting.shape import Shape, shape_for
from emg_edge.train.fitting.task import Task
from emg_edge.train.results import by_person, mean_over_people
from emg_edge.train.save import Fitted, save

Say = Callable[[str], None]


@dataclass(frozen=True)
class Watch:
    """How a run tells what it does: sentences, a bar over files, a bar over batches."""

    say: Say
    files: Progress = in_order
    fitting: Callable[[str], Report] = lambda title: lambda step: None  # noqa: ARG005 - shows nothing


def train(config: TrainConfig, out: Path, watch: Watch, *, force: bool = False) -> dict[str, Any]:
    """Train as configured into `out`; returns the metrics that stand in metrics.json.

    The same call goes on with an interrupted run and returns at once from a finished one.
    Raises RunFolderError when `out` holds something else; nothing there is replaced without `force`.
    """
    if config.recipe.members > 1:
        raise SpecError(
            f"a run folder holds one network, and a committee of {config.recipe.members} was asked for; leave members "
            "out (emg-edge evaluate has committees)"
        )
    refuse_foreign(out)
    found = merge.look(Path(config.data), config.databases, config.subjects, watch.files)
    domain = merge.domain_of(found.takes, config.domain, config.montage)
    axes = AXES if config.acceleration else 0
    shape = shape_for(domain, config.context_ms, config.recipe, config.frames, axes)
    spec = default_spec(domain, shape.context, config.montage, config.notch_hz, frames=config.frames, acceleration=axes)
    resolved = msgspec.structs.replace(config, domain=domain, data=str(Path(config.data).resolve()))
    merged = merge.merge(found, spec, watch.files)
    for remark in merged.remarks:
        watch.say(f"note: {remark}")
    data = make_dataset(merged.tracks, spec, rest=config.rest)
    if not config.each_subject:
        with_head(data, config)  # refuses before any long work
    with sole_user(out):
        claim(out, resolved, merged.tracks, force=force)
        if (out / runfolder.METRICS).exists():
            watch.say(f"{out} is finished already; --force trains it anew")
            return stored(out / runfolder.METRICS)
        watch.say(_described(data, resolved))
        if config.each_subject:
            return _each_subject(data, shape, resolved, out, watch)
        return _one_decoder(data, shape, resolved, out, watch, "training")


def _one_decoder(
    data: Dataset, shape: Shape, config: TrainConfig, out: Path, watch: Watch, title: str
) -> dict[str, Any]:
    began = time.monotonic()
    data, head = with_head(data, config)
    frames = data.frames()
    task = Task(frames, len(data.movements), shape, config.recipe, config.seed, data.spec, head)
    network, history = fit(
        task,
        out / CHECKPOINT,
        watch.fitting(title),
        going_on=lambda epoch: watch.say(f"{title}: going on after epoch {epoch}"),
    )
    decided = _decided_at_test(network, data, frames)
    members = list(range(len(data.tracks)))
    wearers = list(dict.fromkeys(track.wearer for track in data.tracks))
    features = hop_features(data)
    baselines = {"td6_lda": td6_lda(features, members)}
    if len(wearers) > 1:
        baselines["td6_lda_each_subject"] = {
            i: classes
            for wearer in wearers
            for i, classes in td6_lda(features, [k for k in members if data.tracks[k].wearer == wearer]).items()
        }
    metrics = mean_over_people(by_person(data, decided, baselines))
    metrics["protocol"] = _protocol(data, frames, config)
    metrics["orientation"] = orientation(data)
    metrics["training"] = {
        "epochs": len(history),
        "parameters": int(network.count_params()),
        "seconds": round(time.monotonic() - began, 1),
    }
    save(Fitted(data, frames, network, shape, history, decided), config, out, metrics)
    return metrics


def _each_subject(data: Dataset, shape: Shape, config: TrainConfig, out: Path, watch: Watch) -> dict[str, Any]:
    """A decoder for each wearer of `data` in a run folder of their own, and the mean over them."""
    rows: list[dict[str, Any]] = []
    wearers = list(dict.fromkeys(track.wearer for track in data.tracks))
    everyone = {wearer: _dataset_of(wearer, data, config) for wearer in wearers}  # refuses before any long work
    for number, (wearer, own) in enumerate(everyone.items(), 1):
        track, folder = own.tracks[0], out / runfolder.SUBJECTS / wearer
        one = msgspec.structs.replace(
            config, each_subject=False, head=None, databases=(track.database,), subjects=(track.subject,)
        )
        if (folder / runfolder.METRICS).exists():
            metrics = stored(folder / runfolder.METRICS)
        else:
            write_json(folder / runfolder.CONFIG, one)
            title = f"{wearer} ({number} of {len(wearers)})"
            metrics = _one_decoder(own, shape, one, folder, watch, title)
        rows += metrics["subjects"]
    document = mean_over_people(rows)
    document["protocol"] = _protocol(data, data.frames(), config)
    write_json(out / runfolder.METRICS, document)
    return document


def _dataset_of(wearer: str, data: Dataset, config: TrainConfig) -> Dataset:
    try:
        return make_dataset([t for t in data.tracks if t.wearer == wearer], data.spec, rest=config.rest)
    except RecordingError as error:
        raise RecordingError(f"{wearer} cannot have a decoder of their own: {error}") from error


def with_head(data: Dataset, config: TrainConfig) -> tuple[Dataset, int]:
    """The index of the database whose head the decoder gets; with heads of their own, it is tested on this one alone.

    Raises SpecError where several have heads and none is named.
    """
    names = data.databases
    if config.recipe.heads == "shared" or names == [config.head or names[0]]:
        return data, 0
    if config.head not in names:
        raise SpecError(
            f"each of {', '.join(names)} gets a head of its own, and a decoder has one; say --head {names[-1]}"
            + (f" in place of {config.head}" if config.head else "")
        )
    sides = tuple(
        np.where((side == Side.TEST) & (track.database != config.head), np.int8(Side.NONE), side)
        for track, side in zip(data.tracks, data.sides, strict=True)
    )
    return replace(data, sides=sides), names.index(config.head)


def _decided_at_test(network: Any, data: Dataset, frames: FrameSet) -> dict[int, NDArray[np.int64]]:
    decided, offset = {}, 0
    for i, track in enumerate(data.tracks):
        ends = data.decided(i, Side.TEST)
        logits = logits_at(network, frames.frames, ends + offset, data.spec.context)
        decided[i] = logits.argmax(axis=1)
        offset += len(track.frames)
    return decided


def _protocol(data: Dataset, frames: FrameSet, config: TrainConfig) -> dict[str, Any]:
    counted = np.isin(frames.sides, TRAINED)
    share = np.bincount(frames.classes[counted], minlength=len(data.movements)) / counted.sum()
    databases = sorted(data.splits)
    return {
        "domain": data.spec.domain,
        "montage": data.spec.montage,
        "context_ms": data.spec.context_ms,
        "hop_ms": data.spec.hop_ms,
        "rest": config.rest,
        "each_subject": config.each_subject,
        "seed": config.seed,
        "split": {name: split.as_dict() for name, split in data.splits.items()},
        "balance": {
            "by": config.recipe.balance,
            "share_of_rest_in_training": float(share[0]) if config.rest else 0.0,
            "share_of_database_in_training": {
                name: float((frames.group[counted] == k).mean()) for k, name in enumerate(databases)
            },
        },
    }


def _described(data: Dataset, config: TrainConfig) -> str:
    people = len({track.wearer for track in data.tracks})
    names = ", ".join(sorted(data.splits))
    return (
        f"{people} {'person' if people == 1 else 'people'} of {names}, {len(data.tracks)} recordings; domain "
        f"{data.spec.domain}, {data.spec.montage}, {data.spec.context_ms:.0f} ms of context, {len(data.movements)} "
        f"classes{' with rest' if config.rest else ''}, balanced by {config.recipe.balance}; "
        + "; ".join(f"{n}: train {s.train}, validation {s.validation}, test {s.test}" for n, s in data.splits.items())
    )
