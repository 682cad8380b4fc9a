"""What int8 costs: the float network, its float TFLite and the int8 file on the same test windows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.interpreter import Network, softmax
from emg_edge.decoding.metrics import confusion, scores
from emg_edge.decoding.runfolder import Windows
from emg_edge.progress import Progress

MOST_ACCURACY_LOST = 0.01
LEAST_AGREEMENT = 0.99
_BATCH = 4096  # windows cut and run at once: some ten MB


@dataclass(frozen=True)
class Row:
    """One model on the test windows; agreement and probability error are against the float Keras network."""

    name: str
    accuracy: float
    balanced_accuracy: float
    agreement: float
    max_probability_error: float
    bytes: int | None


@dataclass(frozen=True)
class Parity:
    windows: int
    rows: tuple[Row, Row, Row]  # float Keras, float TFLite, int8

    @property
    def problems(self) -> tuple[str, ...]:
        """Where int8 misses the bound, a clause each; empty when it holds."""
        reference, _, int8 = self.rows
        lost = reference.accuracy - int8.accuracy
        found = []
        if lost > MOST_ACCURACY_LOST:
            found.append(f"it loses {100 * lost:.2f} points of accuracy, and {100 * MOST_ACCURACY_LOST:.0f} is allowed")
        if int8.agreement < LEAST_AGREEMENT:
            found.append(
                f"it agrees on {100 * int8.agreement:.2f} % of windows, and {100 * LEAST_AGREEMENT:.0f} % is the least"
            )
        return tuple(found)


def compare(
    network: Any, float_tflite: bytes, int8: bytes, windows: Windows, context: int, progress: Progress
) -> Parity:
    """Run all three over every test window."""
    reference = _keras_logits(network, windows, context)
    rows = [_row("float Keras", reference, reference, windows, None)]
    for name, flatbuffer in (("float TFLite", float_tflite), ("int8", int8)):
        logits = _tflite_logits(flatbuffer, windows, context, progress, name)
        rows.append(_row(name, logits, reference, windows, len(flatbuffer)))
    return Parity(len(windows.test), (rows[0], rows[1], rows[2]))


def _keras_logits(network: Any, windows: Windows, context: int) -> NDArray[np.float32]:
    batches = [
        network.predict(
            windows.cut(windows.test[start : start + _BATCH], context)[:, :, None], batch_size=256, verbose=0
        )
        for start in range(0, len(windows.test), _BATCH)
    ]
    return np.concatenate([batch["logits"] for batch in batches]).reshape(len(windows.test), -1)


def _tflite_logits(
    flatbuffer: bytes, windows: Windows, context: int, progress: Progress, name: str
) -> NDArray[np.float32]:
    model = Network(flatbuffer)
    logits = np.empty((len(windows.test), model.classes), np.float32)
    for row, end in enumerate(progress(windows.test.tolist(), name)):
        logits[row] = model(windows.frames[end + 1 - context : end + 1])
    return logits


def _row(
    name: str,
    logits: NDArray[np.float32],
    reference: NDArray[np.float32],
    windows: Windows,
    size: int | None,
) -> Row:
    found = scores(confusion(windows.test_classes, logits.argmax(axis=1), logits.shape[1]))
    return Row(
        name,
        found["accuracy"],
        found["balanced_accuracy"],
        float((logits.argmax(axis=1) == reference.argmax(axis=1)).mean()),
        float(np.abs(softmax(logits) - softmax(reference)).max()),
        size,
    )
