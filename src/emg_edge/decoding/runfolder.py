"""The run folder: what `train` leaves and `quantize` reads. Files are the interface between the two.

config.json          resolved settings            metrics.json      test metrics beside the baselines
decoder.json         the Decoder below            history.csv       loss and accuracy by epoch
network.keras        the float network            curves.png, confusion.png
windows.npz          frames (n, channels) float32 standardised; ends of the windows: calibration (training
                     repetitions, rest included) and test, with the test windows' class indices
checkpoint.npz       only while training is unfinished
subjects/WEARER/     a folder like this for each person, where each has a decoder of their own
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.damage import ARCHIVE_ERRORS
from emg_edge.decoding.modelfile import Scales, Training
from emg_edge.errors import RunFolderError, SpecError
from emg_edge.files import Kind, kind_of
from emg_edge.plain import plain
from emg_edge.signal.spec import SignalSpec

CONFIG = "config.json"
DECODER = "decoder.json"
NETWORK = "network.keras"
WINDOWS = "windows.npz"
METRICS = "metrics.json"
SUBJECTS = "subjects"


class Decoder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the model file will say of the network; `movements` in the order of the logits.

    movement_names  number -> name, of gestures that are none of NinaPro's movements
    """

    signal: SignalSpec
    movements: tuple[int, ...]
    scales: Scales
    training: Training
    movement_names: dict[int, str] = {}


@dataclass(frozen=True)
class Windows:
    """Windows as indices of their newest frame into one array of standardised frames."""

    frames: NDArray[np.float32]  # (n, channels)
    calibration: NDArray[np.int64]
    test: NDArray[np.int64]
    test_classes: NDArray[np.int64]

    def cut(self, ends: NDArray[np.int64], context: int) -> NDArray[np.float32]:
        """Windows (len(ends), context, channels), copied."""
        windows: NDArray[np.float32] = self.frames[ends[:, None] + np.arange(1 - context, 1)]
        return windows


def read_decoder(run: Path) -> tuple[Decoder, dict[str, Any]]:
    """The decoder and its metrics. Raises RunFolderError when the folder is not a finished run."""
    kind = kind_of(run)
    if kind is Kind.FILE:
        raise RunFolderError(
            f"{run} is a file, and a training run is a folder; make one with: emg-edge train --data PATH --out runs/all"
        )
    if kind is not Kind.FOLDER:
        raise RunFolderError(f"there is no run folder {run}; make one with: emg-edge train --data PATH --out {run}")
    missing = next(
        (name for name in (DECODER, METRICS) if kind_of(run / name) is not Kind.FILE), None
    )  # METRICS comes last
    if missing:
        people = sorted(p.name for p in (run / SUBJECTS).glob("*") if (p / DECODER).exists())
        if people:
            raise RunFolderError(
                f"{run} holds a decoder for each of {len(people)} people; name one: {run / SUBJECTS / people[0]}"
            )
        remedy = (
            "its training is unfinished: the same train command goes on"
            if (run / CONFIG).exists()
            else "name a folder that emg-edge train made with --out"
        )
        raise RunFolderError(f"{run} is not a finished training run: it has no {missing}; {remedy}")
    try:
        decoder = msgspec.json.decode((run / DECODER).read_bytes(), type=Decoder)
        metrics = msgspec.json.decode((run / METRICS).read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, SpecError) as error:
        raise RunFolderError(f"the run folder {run} is damaged: {plain(error)}; train again") from error
    return decoder, metrics


def read_windows(run: Path) -> Windows:
    try:
        with (run / WINDOWS).open("rb") as file, np.load(file) as stored:  # by its name, numpy leaves it open
            return Windows(**{name: stored[name] for name in ("frames", "calibration", "test", "test_classes")})
    except ARCHIVE_ERRORS as error:
        raise RunFolderError(f"the run folder {run} has no readable {WINDOWS}: {error}; train again") from error
