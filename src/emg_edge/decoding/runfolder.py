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
from emg_edge.movements import refuse_numbers
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

    def __post_init__(self) -> None:
        refuse_numbers(self.movements)


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


def _people(folder: Path) -> list[str]:
    """Names of the runs of one person each that lie in a folder."""
    return sorted(one.name for one in folder.glob("*") if (one / DECODER).exists()) if folder.name == SUBJECTS else []


def read_decoder(run: Path) -> tuple[Decoder, dict[str, Any]]:
    """The decoder and its metrics. Raises RunFolderError when the folder is not a finished run."""
    kind = kind_of(run)
    if kind is Kind.FILE:
        raise RunFolderError(
            f"{run} is a file, and a training run is a folder; make one with: emg-edge train --data PATH --out RUN; "
            "a .tflite that was made before goes with --target micro or edgetpu"
        )
    if kind is not Kind.FOLDER:
        if beside := _people(run.parent):
            raise RunFolderError(f"there is no run folder {run}; beside it lie those of {', '.join(beside)}")
        raise RunFolderError(f"there is no run folder {run}; make one with: emg-edge train --data PATH --out {run}")
    missing = next(
        (name for name in (DECODER, METRICS) if kind_of(run / name) is not Kind.FILE), None
    )  # METRICS comes last
    if missing:
        if people := _people(run / SUBJECTS):
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
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, SpecError, RecursionError) as error:
        raise damaged(run, plain(error)) from error
    return decoder, metrics


def read_windows(run: Path) -> Windows:
    """The windows of a run. Raises RunFolderError where they are not there, or where they cannot be windows."""
    if kind_of(run / WINDOWS) not in (Kind.FILE, Kind.ABSENT):
        raise damaged(run, f"{WINDOWS} is no plain file")
    try:
        with (run / WINDOWS).open("rb") as file, np.load(file) as stored:  # by its name, numpy leaves it open
            windows = Windows(**{name: stored[name] for name in ("frames", "calibration", "test", "test_classes")})
    except (*ARCHIVE_ERRORS, TypeError) as error:  # TypeError: it holds one array, and is no archive
        raise RunFolderError(f"the run folder {run} has no readable {WINDOWS}: {error}; train again") from error
    wrong = _wrong(windows)
    if wrong is not None:
        raise damaged(run, f"{WINDOWS} {wrong}")
    return windows


def refuse_misfit(run: Path, decoder: Decoder, windows: Windows) -> None:
    """Raise RunFolderError where the windows of a run are not those of its decoder."""
    if windows.frames.shape[1] != decoder.signal.features:
        reason = f"{WINDOWS} has frames of {windows.frames.shape[1]} numbers, {DECODER} of {decoder.signal.features}"
        raise damaged(run, reason)
    ends = np.concatenate([windows.calibration, windows.test])
    if ends.min(initial=decoder.signal.context) < decoder.signal.context - 1:
        raise damaged(run, f"{WINDOWS} has windows that begin before the first frame")
    if windows.test_classes.max(initial=0) >= len(decoder.movements):
        raise damaged(run, f"{WINDOWS} names a class that none of the {len(decoder.movements)} movements is")


def damaged(run: Path, reason: str) -> RunFolderError:
    """The error of a run folder whose files cannot be what `train` left there."""
    return RunFolderError(f"the run folder {run} is damaged: {reason}; train again")


def _wrong(windows: Windows) -> str | None:
    """What no windows have, or nothing."""
    lists = {name: getattr(windows, name) for name in ("calibration", "test", "test_classes")}
    if windows.frames.ndim != 2 or windows.frames.dtype != np.float32 or not np.isfinite(windows.frames).all():
        return "holds frames that are no table of finite numbers"
    if odd := [name for name, values in lists.items() if values.ndim != 1 or values.dtype.kind != "i"]:
        return f"holds `{odd[0]}`, which is no list of whole numbers"
    if len(windows.test) != len(windows.test_classes):
        return f"has {len(windows.test)} test windows and the classes of {len(windows.test_classes)}"
    if any(values.min(initial=0) < 0 for values in lists.values()) or max(
        windows.calibration.max(initial=-1), windows.test.max(initial=-1)
    ) >= len(windows.frames):
        return "has windows of frames that it does not hold"
    return None
