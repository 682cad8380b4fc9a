"""The work of bench/training.py: which network learns from what, handed to either side as one .npz file.

Numpy alone, so that a PyTorch interpreter needs nothing of ours.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HELD = 100  # frames that a movement is held: 5 s of an envelope's
CLIP = 2.5  # as signal.spec.CLIP_SD
GAMMA = 5.0  # where fitting.network starts batch norm's scale
SEED = 0


@dataclass(frozen=True)
class Work:
    """One network, and how much it learns from an epoch. Drop-out, smoothing and decay are the recipe's for that."""

    domain: str
    montage: str
    features: int
    width: int
    dilations: tuple[int, ...]
    classes: int
    sequences: int
    dropout: float
    label_smoothing: float
    weight_decay: float

    @property
    def context(self) -> int:
        """Frames that one output is made of."""
        return 1 + 2 * sum(self.dilations)

    @property
    def layers(self) -> list[tuple[int, int]]:
        """(inputs, outputs) of each convolution's matrix, its three taps side by side."""
        inputs = [self.features, *[self.width] * (len(self.dilations) - 1)]
        return [(3 * n, self.width) for n in inputs]


WORKS = {
    # `emg-edge train` on 22 people of DB1 and DB5, ring of eight
    "merged": Work("envelope", "ring8", 8, 144, (1, 2), 13, 8000, 0.0, 0.15, 0.01),
    # One person of DB5, both rings, without rest
    "own": Work("raw", "ring16", 16, 128, (1, 2, 4), 12, 270, 0.2, 0.0, 0.1),
}


def synthetic(work: Work, random: np.random.Generator, outputs: int) -> dict[str, NDArray[Any]]:
    """Frames in which each class has a place of its own, a third of them not learnt from, as a test side is not."""
    holds = -(-work.sequences * outputs * 3 // (2 * HELD))
    classes = np.repeat(random.integers(work.classes, size=holds), HELD)
    places = random.normal(size=(work.classes, work.features))
    frames = np.clip(places[classes] + random.normal(size=(len(classes), work.features)), -CLIP, CLIP)
    counted = np.repeat(np.arange(holds) % 3 < 2, HELD)
    return {"frames": frames.astype(np.float32), "classes": classes, "counted": counted}


def first_weights(work: Work, random: np.random.Generator) -> list[NDArray[np.float32]]:
    """Glorot-uniform matrices and fresh batch norms, in the order of emg_edge.train.fitting.network.weights_of."""
    weights = []
    for inputs, outputs in work.layers:
        fresh = [GAMMA, 0.0, 0.0, 1.0]  # gamma, beta, and the running mean and variance
        weights += [_glorot(inputs, outputs, random), *(np.full(outputs, value) for value in fresh)]
    weights += [_glorot(work.width, work.classes, random), np.zeros(work.classes)]
    return [weight.astype(np.float32) for weight in weights]


def _glorot(inputs: int, outputs: int, random: np.random.Generator) -> NDArray[np.float64]:
    limit = np.sqrt(6 / (inputs + outputs))
    return random.uniform(-limit, limit, (inputs, outputs))


def write(path: Path, work: Work, settings: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
    text = np.array(json.dumps({"work": asdict(work), **settings}))
    np.savez(path, allow_pickle=False, settings=text, **arrays)


def read(path: Path) -> tuple[Work, dict[str, Any], dict[str, NDArray[Any]]]:
    """The work, the other settings, and the arrays."""
    with path.open("rb") as file, np.load(file) as stored:
        arrays = {name: stored[name] for name in stored.files}
    settings = json.loads(str(arrays.pop("settings")))
    work = settings.pop("work")
    return Work(**{**work, "dilations": tuple(work["dilations"])}), settings, arrays


def weights_in(arrays: dict[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
    """First weights, which stand as weight_00, weight_01, ... in order."""
    return [arrays[name] for name in sorted(arrays) if name.startswith("weight_")]
