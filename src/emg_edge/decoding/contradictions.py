"""Does a model file agree with itself? What can be told without a recording, in clauses for the user."""

import math
from collections.abc import Iterator

from emg_edge.decoding import delegates
from emg_edge.decoding.interpreter import Network, QuantisedTensor
from emg_edge.decoding.modelfile import ANEW, ModelFile
from emg_edge.errors import ModelFileError
from emg_edge.signal.probe import TOLERANCE, probe

# An input's range is what calibration saw of frames limited to +-clip, so it reaches from about -clip to clip.
_LEAST_REACH, _MOST_REACH = 0.5, 1.5  # of that


def contradictions(model: ModelFile, opened: Network | None = None) -> list[str]:
    """Hold the network against the description. Empty where all agrees; `opened` is the network where it is open.

    A model that was compiled for an accelerator opens there alone: unopened, only its front end is looked at.
    """
    if opened is None and delegates.compiled_for(model.flatbuffer) is not None:
        return list(_front_end(model))
    try:
        network = opened or Network(model.flatbuffer)
    except ModelFileError as error:
        return [f"{str(error).splitlines()[0]} (an operator that is not supported, or damage)"]
    return [*_shapes(model, network), *_range(model, network.input), *_front_end(model)]


def refuse_contradictions(model: ModelFile, name: str, opened: Network | None = None, remedy: str = ANEW) -> None:
    """Raise ModelFileError where there are any; `name` is what the user calls the model."""
    found = contradictions(model, opened)
    if found:
        raise ModelFileError(f"{name} contradicts itself: {'; '.join(found)}; {remedy}")


def _shapes(model: ModelFile, network: Network) -> Iterator[str]:
    spec, classes = model.description.signal, len(model.description.movements)
    expected = (1, spec.context, 1, spec.features)
    if network.input_shape != expected:
        yield (
            f"the network takes {network.input_shape}, and the description's front end makes {expected}: they do not "
            "belong together"
        )
    if network.classes != classes:
        yield f"the network decides {network.classes} movements, and the description names {classes}"


def _front_end(model: ModelFile) -> Iterator[str]:
    here, there = probe(model.description.signal), model.description.probe
    if not all(map(math.isfinite, here)):
        yield "the front end makes no numbers of a known signal: its filters are unstable, so they were altered"
        return
    if not there:
        return
    apart = math.inf if len(here) != len(there) else max(abs(a - b) for a, b in zip(here, there, strict=True))
    if apart > TOLERANCE:
        yield (
            f"the front end here makes other frames of a known signal (by {apart:.3g}, and {TOLERANCE:g} is allowed) "
            "than the one that the network was trained with: the description was altered, or the versions differ"
        )


def _range(model: ModelFile, given: QuantisedTensor) -> Iterator[str]:
    if given.scale == 0:  # a float network takes everything
        return
    clip = model.description.signal.clip
    lowest, highest = given.reach
    if not all(_LEAST_REACH * clip <= reach <= _MOST_REACH * clip for reach in (-lowest, highest)):
        yield (
            f"the network's input reaches from {lowest:.3g} to {highest:.3g}, and the front end gives -{clip:g} to "
            f"{clip:g}: its scale is wrong, or the front end is another's"
        )
