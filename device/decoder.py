"""From samples to probabilities: front end, context, network. The same windows as offline, however they arrive."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.contradictions import refuse_contradictions
from emg_edge.decoding.interpreter import softmax
from emg_edge.decoding.modelfile import ModelFile
from emg_edge.decoding.placement import Placement, on_cpu
from emg_edge.errors import SpecError
from emg_edge.signal.adaptation import NONE, Adjustment
from emg_edge.signal.frontend import ContextStack, FrontEnd, Scale
from emg_edge.signal.source import Source


class Prediction(msgspec.Struct, frozen=True):
    """What the network says of one window.

    sample         index, in the samples pushed last, of the newest sample that the window is made of
    probabilities  (classes,) float64, in the order of the model's movements
    """

    sample: int
    probabilities: NDArray[np.float64]


class Decoder:
    """A model on a source. Raises SpecError when the source cannot be brought to what the model expects.

    So it does for a model that takes the acceleration too: the way from a board to here carries the EMG alone.
    Raises ModelFileError when the description and the network do not belong together.
    """

    def __init__(
        self,
        model: ModelFile,
        source: Source,
        scale: Scale,
        ring: str | None = None,
        threads: int = 1,
        adjustment: Adjustment = NONE,
        placement: Placement | None = None,
    ) -> None:
        """`placement` is of this model; without one, the CPU runs it."""
        spec = model.description.signal
        if spec.acceleration:
            raise SpecError(
                f"this model takes an acceleration of {spec.acceleration} axes beside the EMG, and live decoding has "
                "the EMG alone; use a model that was trained without it"
            )
        self.network = (placement or on_cpu(model)).network(threads)
        refuse_contradictions(model, "the model", self.network)
        self._front = FrontEnd(spec, source, scale, ring, adjustment)
        self._context = ContextStack(spec.context, spec.hop, spec.features)
        self._first, self._hop = spec.context - 1, spec.hop  # in frames
        self._held: list[NDArray[np.floating]] = []
        self._newest = 0
        self.reset()

    def push(self, samples: NDArray[np.floating]) -> list[Prediction]:
        """(n, source channels) in the source's unit -> a prediction for every window that these samples complete."""
        start = self._pushed
        self._pushed += len(samples)
        self._held.append(samples)
        if self._pushed <= self._newest:
            return []
        made: list[Prediction] = []
        held = samples if len(self._held) == 1 else np.concatenate(self._held)
        self._held = []
        for window in self._context.push(self._front.push(held)):
            made.append(Prediction(self._newest - start, self.probabilities(window)))
            self._windows += 1
            self._newest = self._front.timing.newest(self._first + self._windows * self._hop)
        return made

    def probabilities(self, window: NDArray[np.float32]) -> NDArray[np.float64]:
        """(context, features) standardised frames -> (classes,), what the network says of them."""
        return softmax(self.network(window))

    @property
    def due(self) -> int:
        """Samples that must still be pushed for the next prediction."""
        return self._newest + 1 - self._pushed

    def reset(self) -> None:
        """Forget the past, as after a gap: nothing is decided until the context is full again."""
        self._front.reset()
        self._context.reset()
        self._pushed = self._windows = 0
        self._newest = self._front.timing.newest(self._first)  # sample that the next window waits for
        # Until it is there samples are only kept: a board hands over a few at a time, and numpy's calls cost the same
        # for one as for many.
        self._held = []
