"""The float forms of a training run's network, as plain functions: what int8 is held against."""

from pathlib import Path

from emg_edge.decoding.interpreter import Network
from emg_edge.decoding.runfolder import NETWORK, read_decoder
from emg_edge.quantize.convert import convert
from emg_edge.quantize.network import Logits, in_keras, load_network


def float_networks(run: Path) -> dict[str, Logits]:
    """Load it in Keras, and convert it to float TFLite. Raises RunFolderError where the folder is no finished run."""
    read_decoder(run)
    network = load_network(run / NETWORK)
    return {"float Keras": in_keras(network), "float TFLite": Network(convert(network, None)).each}
