"""The float forms of a training run's network, as plain functions: what int8 is held against."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.interpreter import Network
from emg_edge.decoding.runfolder import NETWORK, read_decoder
from emg_edge.quantize.convert import convert, load_network

Logits = Callable[[NDArray[np.float32]], NDArray[np.float32]]  # (n, context, features) -> (n, classes)


def float_networks(run: Path) -> dict[str, Logits]:
    """Load it in Keras, and convert it to float TFLite. Raises RunFolderError where the folder is no finished run."""
    read_decoder(run)
    network = load_network(run / NETWORK)
    return {"float Keras": in_keras(network), "float TFLite": Network(convert(network, None)).each}


def in_keras(network: Any) -> Logits:
    def logits(windows: NDArray[np.float32]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = network.predict(windows[:, :, None], batch_size=256, verbose=0)["logits"]
        return found.reshape(len(windows), -1)

    return logits
