"""The windows that a model decides on in a recording, cut offline, with the truth of each."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.modelfile import ModelFile
from emg_edge.decoding.wearer import as_worn
from emg_edge.device.truth import Truth
from emg_edge.recordings.recording import Recording
from emg_edge.signal.frontend import ContextStack, FrontEnd

SETTLED_S = 0.2  # a window is judged when so much before its newest sample lies in one movement, as in `evaluate`


@dataclass(frozen=True)
class Cut:
    """Every window of one recording, in order.

    windows  (n, context, features) float32
    classes  (n,) class index of the movement at the newest sample; -1 where it cannot be judged
    """

    windows: NDArray[np.float32]
    classes: NDArray[np.int64]


def cut(model: ModelFile, recording: Recording) -> Cut:
    """Cut as the live loop would. Raises SpecError where model and recording do not go together.

    Judged are windows on the repetitions that the model was tested on, or on all where it was not trained on them.
    """
    told, source = model.description, recording.source
    spec = told.signal
    front = FrontEnd(spec, source, *as_worn(told, source, recording.wearer))
    windows = ContextStack(spec.context, spec.hop, spec.features).push(front.push(recording.samples))
    newest = np.array([front.timing.newest(spec.context - 1 + k * spec.hop) for k in range(len(windows))], np.int64)
    return Cut(windows, _classes(model, recording, newest))


def _classes(model: ModelFile, recording: Recording, newest: NDArray[np.int64]) -> NDArray[np.int64]:
    told = model.description
    truth = Truth(math.ceil(SETTLED_S * recording.source.rate_hz) - 1)  # which counts samples beyond these
    truth.take(recording.movement, len(recording.movement))
    at_newest = [truth.at(sample) for sample in newest.tolist()]
    judged = np.array([settled for _, settled in at_newest], bool)
    if recording.unlabelled is not None:
        judged &= ~recording.unlabelled[newest]
    trained = told.training.repetitions.get(recording.database, {})
    if recording.subject in told.training.databases.get(recording.database, []) and "test" in trained:
        judged &= np.isin(recording.repetition[newest], trained["test"])
    class_of = {number: index for index, number in enumerate(told.movements)}
    known = np.array([-1 if number is None else class_of.get(number, -1) for number, _ in at_newest], np.int64)
    return np.where(judged, known, -1)
