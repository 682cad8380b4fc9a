"""The float network of a training run, as Keras has it."""

import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from emg_edge.damage import ARCHIVE_ERRORS
from emg_edge.decoding.interpreter import Logits
from emg_edge.decoding.runfolder import DECODER, NETWORK, Decoder, damaged
from emg_edge.errors import RunFolderError


def load_network(path: Path) -> Any:
    """The float network, (batch, context, 1, channels) -> {"logits", "embedding"}."""
    if not path.is_file():
        raise RunFolderError(f"there is no network {path}; train again")
    if not zipfile.is_zipfile(path):  # of which Keras says that it is not there
        raise RunFolderError(f"the network {path} is damaged: it is no archive of Keras's; train again")
    try:
        return keras.models.load_model(path)
    except (*ARCHIVE_ERRORS, TypeError) as error:  # TypeError: it holds something else
        reason = str(error).partition("\n")[0]
        raise RunFolderError(f"the network {path} is damaged: {reason}; train again") from error


def network_of(run: Path, decoder: Decoder) -> Any:
    """The float network of a run. Raises RunFolderError where it is not the one that its decoder describes."""
    network = load_network(run / NETWORK)
    outputs = getattr(network, "output", None)
    if not isinstance(outputs, dict) or not {"logits", "embedding"} <= set(outputs):
        raise damaged(run, f"{NETWORK} does not give logits and an embedding")
    described = len(decoder.movements), (decoder.signal.context, 1, decoder.signal.features)
    found = outputs["logits"].shape[-1], tuple(network.input_shape[1:])
    if found != described:
        makes, expected = (f"{logits} logits of {shape} numbers" for logits, shape in (found, described))
        raise damaged(run, f"{NETWORK} makes {makes}, and {DECODER} describes {expected}")
    return network


def in_keras(network: Any) -> Logits:
    """Make a plain function of it."""

    def logits(windows: NDArray[np.float32]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = network.predict(windows[:, :, None], batch_size=256, verbose=0)["logits"]
        return found.reshape(len(windows), -1)

    return logits
