"""The float forms of a training run's network, as plain functions: what int8 is held against."""

from pathlib import Path

from emg_edge.decoding.interpreter import Logits, Network
from emg_edge.decoding.runfolder import Decoder
from emg_edge.quantize.convert import convert
from emg_edge.quantize.network import in_keras, network_of

KERAS, TFLITE = "float Keras", "float TFLite"


def float_networks(run: Path, decoder: Decoder) -> dict[str, Logits]:
    """Load it in Keras, and convert it to float TFLite. Raises RunFolderError where it is not this decoder's."""
    network = network_of(run, decoder)
    return {KERAS: in_keras(network), TFLITE: Network(convert(network, None)).each}
