"""What int8 costs: the float network, its float TFLite and the int8 file on the same test windows, on every runtime."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.interpreter import Network, softmax
from emg_edge.decoding.metrics import confusion, scores
from emg_edge.decoding.parity import agreement, shortfalls
from emg_edge.decoding.runfolder import Windows
from emg_edge.decoding.runtimes import PREFERRED, runtimes
from emg_edge.progress import Progress
from emg_edge.quantize.network import in_keras

_BATCH = 4096  # windows cut and run at once: some ten MB


@dataclass(frozen=True)
class Row:
    """One model on the test windows; agreement, near-ties and probability error are against the float Keras network."""

    name: str
    accuracy: float
    balanced_accuracy: float
    agreement: float
    near_ties: float
    max_probability_error: float
    bytes: int | None


@dataclass(frozen=True)
class Parity:
    """`int8` is a row for each runtime of this machine, the one that a device prefers first."""

    windows: int
    float_keras: Row
    float_tflite: Row
    int8: tuple[Row, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.float_keras, self.float_tflite, *self.int8

    @property
    def problems(self) -> tuple[str, ...]:
        """Where int8 misses the bound, a clause each; empty when it holds."""
        reference = self.float_keras
        return tuple(
            clause
            for row in self.int8
            for clause in shortfalls(
                row.name, reference.name, row.agreement, reference.balanced_accuracy - row.balanced_accuracy
            )
        )


def compare(
    network: Any, float_tflite: bytes, int8: bytes, windows: Windows, context: int, progress: Progress
) -> Parity:
    """Run all over every test window."""
    as_keras = _keras_logits(network, windows, context)
    reference = softmax(as_keras)
    here = sorted(runtimes(), key=lambda runtime: runtime.name != PREFERRED)
    as_float = _tflite_logits(Network(float_tflite), windows, context, progress, "float TFLite")
    names = {f"int8, {runtime.name}": runtime for runtime in here}
    told = {
        name: _tflite_logits(Network(int8, runtime), windows, context, progress, name)
        for name, runtime in names.items()
    }
    return Parity(
        len(windows.test),
        _row("float Keras", as_keras, reference, windows, None),
        _row("float TFLite", as_float, reference, windows, len(float_tflite)),
        tuple(_row(name, logits, reference, windows, len(int8)) for name, logits in told.items()),
    )


def _keras_logits(network: Any, windows: Windows, context: int) -> NDArray[np.float32]:
    logits = in_keras(network)
    starts = range(0, len(windows.test), _BATCH)
    return np.concatenate([logits(windows.cut(windows.test[at : at + _BATCH], context)) for at in starts])


def _tflite_logits(
    model: Network, windows: Windows, context: int, progress: Progress, name: str
) -> NDArray[np.float32]:
    logits = np.empty((len(windows.test), model.classes), np.float32)
    for row, end in enumerate(progress(windows.test.tolist(), name)):
        logits[row] = model(windows.frames[end + 1 - context : end + 1])
    return logits


def _row(
    name: str,
    logits: NDArray[np.float32],
    reference: NDArray[np.float64],
    windows: Windows,
    size: int | None,
) -> Row:
    decided = logits.argmax(axis=1)
    found = scores(confusion(windows.test_classes, decided, logits.shape[1]))
    return Row(
        name,
        found["accuracy"],
        found["balanced_accuracy"],
        *agreement(decided, reference),
        float(np.abs(softmax(logits) - reference).max()),
        size,
    )
