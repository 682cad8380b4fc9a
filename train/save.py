"""What a fitted decoder leaves in its run folder."""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from emg_edge import __version__
from emg_edge.decoding import runfolder
from emg_edge.decoding.modelfile import Training
from emg_edge.decoding.runfolder import Decoder
from emg_edge.files import cannot_write, write_atomically, write_json
from emg_edge.movements import names_of
from emg_edge.train.config import TrainConfig
from emg_edge.train.data.dataset import Dataset
from emg_edge.train.data.sequences import FrameSet
from emg_edge.train.data.windows import choose_windows, save_windows
from emg_edge.train.fitting.checkpoint import CHECKPOINT
from emg_edge.train.fitting.network import deployed_network
from emg_edge.train.fitting.shape import Shape
from emg_edge.train.pictures import save_confusion, save_curves
from emg_edge.train.results import test_confusion


@dataclass(frozen=True)
class Fitted:
    """A trained network, what it was trained on, and what it decides at the test windows of each track."""

    data: Dataset
    frames: FrameSet
    network: Any
    shape: Shape
    history: list[dict[str, Any]]
    decided: dict[int, NDArray[np.int64]]


def save(fitted: Fitted, config: TrainConfig, out: Path, metrics: dict[str, Any]) -> None:
    """Write the results; metrics.json comes last and says that the run is whole."""
    data = fitted.data
    _save_network(fitted, out / runfolder.NETWORK)
    save_windows(choose_windows(data, fitted.frames, config.seed), out / runfolder.WINDOWS)
    _save_history(fitted.history, out / "history.csv")
    save_curves(fitted.history, out / "curves.png")
    people = len({track.wearer for track in data.tracks})
    title = f"{people} {'person' if people == 1 else 'people'}, test repetitions"
    own_names = {number: name for track in data.tracks for number, name in track.movement_names.items()}
    matrix = test_confusion(data, fitted.decided, list(range(len(data.tracks))))
    save_confusion(matrix, names_of(data.movements, own_names), out / "confusion.png", title)
    decoder = Decoder(data.spec, data.movements, data.model_scales(), _provenance(data, config), own_names)
    write_json(out / runfolder.DECODER, decoder)
    write_json(out / runfolder.METRICS, metrics)
    (out / CHECKPOINT).unlink(missing_ok=True)


def _save_network(fitted: Fitted, place: Path) -> None:
    part = place.with_name(f".part-{place.name}")
    try:
        deployed_network(fitted.network, fitted.shape).save(part)
        part.replace(place)
    except OSError as error:
        raise cannot_write(place, error) from error
    finally:
        part.unlink(missing_ok=True)


def _save_history(history: list[dict[str, Any]], place: Path) -> None:
    keys = list(dict.fromkeys(key for row in history for key in row))
    lines = [",".join(keys), *(",".join(str(row.get(key, "")) for key in keys) for row in history)]
    write_atomically(place, ("\n".join(lines) + "\n").encode())


def _provenance(data: Dataset, config: TrainConfig) -> Training:
    subjects: dict[str, set[int]] = {}
    for track in data.tracks:
        subjects.setdefault(track.database, set()).add(track.subject)
    backend = keras.backend.backend()
    return Training(
        databases={name: sorted(numbers) for name, numbers in subjects.items()},
        repetitions={name: split.as_dict() for name, split in data.splits.items()},
        seed=config.seed,
        versions={"emg-edge": __version__, **{name: version(name) for name in ("keras", "numpy", backend)}},
        simulated=any(track.simulated for track in data.tracks),
    )
