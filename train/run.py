"""One training run, from recordings to a run folder."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge import __version__
from emg_edge.decoding import runfolder
from emg_edge.decoding.modelfile import Training
from emg_edge.decoding.runfolder import Decoder, write_json
from emg_edge.errors import RecordingError, RunFolderError
from emg_edge.files import cannot_write, write_atomically
from emg_edge.progress import Progress, in_order
from emg_edge.signal.spec import SignalSpec, default_spec
from emg_edge.train import merge
from emg_edge.train.baseline import td6_lda
from emg_edge.train.checkpoint import CHECKPOINT
from emg_edge.train.config import TrainConfig
from emg_edge.train.dataset import Dataset, make_dataset
from emg_edge.train.fit import Report, fit, logits_at
from emg_edge.train.network import Shape, deployed_network, shape_for
from emg_edge.train.orientation import orientation
from emg_edge.train.pictures import save_confusion, save_curves
from emg_edge.train.results import by_person, mean_over_people, test_confusion
from emg_edge.train.sequences import FrameSet
from emg_edge.train.splits import Side
from emg_edge.train.track import Track
from emg_edge.train.windows import choose_windows, save_windows

_RESULTS = (runfolder.DECODER, runfolder.METRICS, runfolder.NETWORK, runfolder.WINDOWS, CHECKPOINT)

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
    found = merge.look(Path(config.data), config.databases, config.subjects, watch.files)
    domain = merge.domain_of(found.takes, config.domain, config.montage)
    shape = shape_for(domain, config.context_ms)
    spec = default_spec(domain, shape.context, config.montage, config.notch_hz)
    resolved = msgspec.structs.replace(config, domain=domain, data=str(Path(config.data).resolve()))
    merged = merge.merge(found, spec, watch.files)
    for remark in merged.remarks:
        watch.say(f"note: {remark}")
    data = make_dataset(merged.tracks, spec, rest=config.rest)
    _claim(out, resolved, merged.tracks, force=force)
    if (out / runfolder.METRICS).exists():
        watch.say(f"{out} is finished already; --force trains it anew")
        return _stored(out / runfolder.METRICS)
    watch.say(_described(data, resolved))
    if config.each_subject:
        return _each_subject(merged.tracks, resolved, out, watch)
    return _one_decoder(data, shape, resolved, out, watch, "training")


def _one_decoder(
    data: Dataset, shape: Shape, config: TrainConfig, out: Path, watch: Watch, title: str
) -> dict[str, Any]:
    began = time.monotonic()
    frames = data.frames()
    network, history = fit(frames, len(data.movements), shape, config, out / CHECKPOINT, watch.fitting(title))
    decided = _decided_at_test(network, data, frames)
    members = list(range(len(data.tracks)))
    wearers = list(dict.fromkeys(track.wearer for track in data.tracks))
    baselines = {"td6_lda": td6_lda(data, members)}
    if len(wearers) > 1:
        baselines["td6_lda_each_subject"] = {
            i: classes
            for wearer in wearers
            for i, classes in td6_lda(data, [k for k in members if data.tracks[k].wearer == wearer]).items()
        }
    metrics = mean_over_people(by_person(data, decided, baselines))
    metrics["protocol"] = _protocol(data, frames, config)
    metrics["orientation"] = orientation(data)
    metrics["training"] = {
        "epochs": {stage: sum(row["stage"] == stage for row in history) for stage in ("search", "refit")},
        "parameters": int(network.count_params()),
        "seconds": round(time.monotonic() - began, 1),
    }
    _save(data, frames, network, shape, history, decided, config, out, metrics)
    return metrics


def _each_subject(tracks: tuple[Track, ...], config: TrainConfig, out: Path, watch: Watch) -> dict[str, Any]:
    assert config.domain is not None
    shape = shape_for(config.domain, config.context_ms)
    spec = default_spec(config.domain, shape.context, config.montage, config.notch_hz)
    rows, protocols = [], {}
    wearers = list(dict.fromkeys(track.wearer for track in tracks))
    everyone = {wearer: _dataset_of(wearer, tracks, spec, config) for wearer in wearers}  # refuses before any long work
    for number, (wearer, data) in enumerate(everyone.items(), 1):
        own = data.tracks[0]
        folder = out / runfolder.SUBJECTS / wearer
        one = msgspec.structs.replace(config, each_subject=False, databases=(own.database,), subjects=(own.subject,))
        if (folder / runfolder.METRICS).exists():
            metrics = _stored(folder / runfolder.METRICS)
        else:
            write_json(folder / runfolder.CONFIG, one)
            title = f"{wearer} ({number} of {len(wearers)})"
            metrics = _one_decoder(data, shape, one, folder, watch, title)
        rows += metrics["subjects"]
        protocols[wearer] = metrics["protocol"]
    document = mean_over_people(rows)
    document["protocol"] = protocols[wearers[0]] | {"each_subject": True}
    write_json(out / runfolder.METRICS, document)
    return document


def _dataset_of(wearer: str, tracks: tuple[Track, ...], spec: SignalSpec, config: TrainConfig) -> Dataset:
    try:
        return make_dataset([track for track in tracks if track.wearer == wearer], spec, rest=config.rest)
    except RecordingError as error:
        raise RecordingError(f"{wearer} cannot have a decoder of their own: {error}") from error


def _decided_at_test(network: Any, data: Dataset, frames: FrameSet) -> dict[int, NDArray[np.int64]]:
    decided, offset = {}, 0
    for i, track in enumerate(data.tracks):
        ends = data.decided(i, Side.TEST)
        logits = logits_at(network, frames.frames, ends + offset, data.spec.context)
        decided[i] = logits.argmax(axis=1)
        offset += len(track.frames)
    return decided


def _save(
    data: Dataset,
    frames: FrameSet,
    network: Any,
    shape: Shape,
    history: list[dict[str, Any]],
    decided: dict[int, NDArray[np.int64]],
    config: TrainConfig,
    out: Path,
    metrics: dict[str, Any],
) -> None:
    """Write the results; metrics.json comes last and says that the run is whole."""
    deployed = deployed_network(network, shape)
    part = out / f".part-{runfolder.NETWORK}"
    try:
        deployed.save(part)
        part.replace(out / runfolder.NETWORK)
    except OSError as error:
        raise cannot_write(out / runfolder.NETWORK, error) from error
    finally:
        part.unlink(missing_ok=True)
    save_windows(choose_windows(data, frames, config.seed), out / runfolder.WINDOWS)
    keys = list(dict.fromkeys(key for row in history for key in row))
    lines = [",".join(keys), *(",".join(str(row.get(key, "")) for key in keys) for row in history)]
    write_atomically(out / "history.csv", ("\n".join(lines) + "\n").encode())
    save_curves(history, out / "curves.png")
    matrix = test_confusion(data, decided, list(range(len(data.tracks))))
    people = len({track.wearer for track in data.tracks})
    title = f"{people} {'person' if people == 1 else 'people'}, test repetitions"
    save_confusion(matrix, data.movements, out / "confusion.png", title)
    subjects: dict[str, list[int]] = {}
    for track in data.tracks:
        subjects.setdefault(track.database, []).append(track.subject)
    backend = keras.backend.backend()
    training = Training(
        databases={name: sorted(set(numbers)) for name, numbers in subjects.items()},
        repetitions={name: split.as_dict() for name, split in data.splits.items()},
        seed=config.seed,
        versions={"emg-edge": __version__, **{name: version(name) for name in ("keras", "numpy", backend)}},
        simulated=any(track.simulated for track in data.tracks),
    )
    write_json(out / runfolder.DECODER, Decoder(data.spec, data.movements, data.model_scales(), training))
    write_json(out / runfolder.METRICS, metrics)
    (out / CHECKPOINT).unlink(missing_ok=True)


def _claim(out: Path, config: TrainConfig, tracks: tuple[Track, ...], *, force: bool) -> None:
    """Make `out` this run's folder, or find that it is."""
    content = hashlib.blake2b(digest_size=16)
    for track in tracks:
        content.update(f"{track.scale_name} {track.take} {len(track.frames)}".encode())
        content.update(np.ascontiguousarray(track.movement).tobytes())
    claim = msgspec.to_builtins(config) | {"content": content.hexdigest()}
    place = out / runfolder.CONFIG
    if force and place.exists():
        for name in _RESULTS:
            (out / name).unlink(missing_ok=True)
        for one in (out / runfolder.SUBJECTS).glob("*"):
            for name in _RESULTS:
                (one / name).unlink(missing_ok=True)
    elif place.exists():
        standing = _stored(place)
        differing = [key for key, value in claim.items() if standing.get(key) != msgspec.json.decode(_json(value))]
        if differing:
            raise RunFolderError(
                f"{out} is a run with other settings ({', '.join(differing)} differ); choose another --out, or say "
                "--force to train it anew"
            )
        return
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RunFolderError(f"{out} exists and is not a training run; choose an empty or a new folder for --out")
    write_json(place, claim)


def _stored(place: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(place.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RunFolderError(f"{place} is damaged: {error}; --force starts afresh") from error


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)


def _protocol(data: Dataset, frames: FrameSet, config: TrainConfig) -> dict[str, Any]:
    counted = np.isin(frames.sides, (Side.TRAIN, Side.VALIDATION))
    share = np.bincount(frames.classes[counted], minlength=len(data.movements)) / counted.sum()
    databases = sorted(data.splits)
    return {
        "domain": data.spec.domain,
        "montage": data.spec.montage,
        "context_ms": data.spec.context_ms,
        "hop_ms": data.spec.hop_ms,
        "rest": config.rest,
        "each_subject": False,
        "seed": config.seed,
        "split": {name: split.as_dict() for name, split in data.splits.items()},
        "balance": {
            "by": config.balance,
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
        f"classes{' with rest' if config.rest else ''}, balanced by {config.balance}; "
        + "; ".join(f"{n}: train {s.train}, validation {s.validation}, test {s.test}" for n, s in data.splits.items())
    )
