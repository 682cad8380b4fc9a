"""Folders of recordings as people have them, with noise in place of a signal."""

from pathlib import Path

import numpy as np

# A set with a file a movement, of text; tests change it by replacing lines.
DESCRIPTION = """
name = "lab"
rate_hz = 200
domain = "raw"
unit = "myo-count"
scale = 2
layout = "ring4"

[file]
format = "text"

[[path]]
pattern = "{who}/day{day:number}/{gesture}_{trial:number}.csv"
wearer = "LAB-{who}"
session = "day"
movement = "gesture"
repetition = "trial"

[movements]
rest = "rest"
fist = "fist"
snap = "finger snap"

[own_movements]
100 = "finger snap"
"""


def rows(seed: int, length: int = 200, channels: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).integers(-50, 50, (length, channels))


def text(path: Path, values: np.ndarray, header: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savetxt(path, values, fmt="%g", delimiter=",", header=header, comments="")
    return path


def int16(path: Path, values: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(values.astype("<i2").tobytes())
    return path


def lab(root: Path, description: str = DESCRIPTION, people: tuple[str, ...] = ("bo", "al")) -> Path:
    """Write the set of DESCRIPTION: two days, three gestures, two trials."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "emg-data.toml").write_text(description)
    seed = 0
    for who in people:
        for day in (1, 2):
            for gesture in ("rest", "fist", "snap"):
                for trial in (1, 2):
                    seed += 1
                    text(root / who / f"day{day}" / f"{gesture}_{trial}.csv", rows(seed))
    return root


def cote_allard(root: Path, people: tuple[str, ...] = ("PreTrainingDataset/Male0/training0",), files: int = 28) -> Path:
    """Write people as Cote-Allard's set has them: seven gestures, four times each."""
    for number, person in enumerate(people):
        for index in range(files):
            int16(root / person / f"classe_{index}.dat", rows(100 * number + index, 300, 8))
    return root
