"""What quantising costs: the float network, its float TFLite and the quantised file on the same test windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emg_edge.decoding.interpreter import Logits, Network
from emg_edge.decoding.parity import Judge, Row, problems
from emg_edge.decoding.runfolder import Windows
from emg_edge.decoding.runtimes import PREFERRED, runtimes
from emg_edge.progress import Progress
from emg_edge.quantize.floats import KERAS, TFLITE
from emg_edge.quantize.network import in_keras

_BATCH = 2048  # windows cut and run at once: some megabytes


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

    def row(name: str, form: Logits) -> Row:
        starts = range(0, len(windows.test), _BATCH)
        cut = (windows.cut(windows.test[at : at + _BATCH], context) for at in progress(starts, name))
        return judge.of_logits(name, np.concatenate([form(some) for some in cut]))

    as_keras, as_float = row(KERAS, in_keras(network)), row(TFLITE, Network(float_tflite).each)
    here = sorted(runtimes(), key=lambda runtime: runtime.name != PREFERRED)
    rows = tuple(row(f"{scheme}, {runtime.name}", Network(model, runtime).each) for runtime in here)
    return Parity(len(windows.test), as_keras, as_float, rows, len(float_tflite), len(model))
