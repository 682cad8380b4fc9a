"""What quantising costs: the float network, its float TFLite and the quantised file on the same test windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.interpreter import Network
from emg_edge.decoding.parity import Judge, Row, problems
from emg_edge.decoding.runfolder import Windows
from emg_edge.decoding.runtimes import PREFERRED, runtimes
from emg_edge.progress import Progress
from emg_edge.quantize.network import in_keras

_BATCH = 4096  # windows cut and run at once: some ten MB


@dataclass(frozen=True)
class Parity:
    """Rows against the float Keras network; `quantised` has one for each runtime, what a device prefers first."""

    windows: int
    float_keras: Row
    float_tflite: Row
    quantised: tuple[Row, ...]
    float_bytes: int
    quantised_bytes: int

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.float_keras, self.float_tflite, *self.quantised

    @property
    def problems(self) -> list[str]:
        """Where the quantised network misses a bound, a clause each; empty when all hold."""
        return problems(self.float_keras, self.quantised)


def compare(
    network: Any,
    float_tflite: bytes,
    quantised: tuple[str, bytes],
    windows: Windows,
    context: int,
    names: Sequence[str],
    progress: Progress,
) -> Parity:
    """Run all over every test window; `quantised` is its scheme (int8, int16) and the model, `names` the classes'."""
    judge = Judge(windows.test_classes, names)
    scheme, model = quantised
    as_keras = judge.of_logits("float Keras", _keras_logits(network, windows, context))

    def row(name: str, network: Network) -> Row:
        return judge.of_logits(name, _tflite_logits(network, windows, context, progress, name))

    as_float = row("float TFLite", Network(float_tflite))
    here = sorted(runtimes(), key=lambda runtime: runtime.name != PREFERRED)
    rows = tuple(row(f"{scheme}, {runtime.name}", Network(model, runtime)) for runtime in here)
    return Parity(len(windows.test), as_keras, as_float, rows, len(float_tflite), len(model))


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
