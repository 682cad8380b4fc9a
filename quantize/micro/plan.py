"""What the C front end computes, read off the stages that Python runs: the numbers cannot drift apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emg_edge.decoding.modelfile import Description
from emg_edge.decoding.wearer import choose_ring, choose_scale
from emg_edge.errors import SpecError
from emg_edge.signal.adaptation import Adjustment
from emg_edge.signal.bands import SubBands
from emg_edge.signal.biquad import Biquad, Section
from emg_edge.signal.frames import Frames
from emg_edge.signal.framing import SlidingMean
from emg_edge.signal.frontend import SignalPath, Standardisation
from emg_edge.signal.resample import Resample
from emg_edge.signal.source import Source, Unit
from emg_edge.signal.spec import SignalSpec
from emg_edge.signal.stage import Gain, Stage


@dataclass(frozen=True)
class Sliding:
    """Amplitude of the last `length` samples, every `step`: root mean square, or mean."""

    length: int
    step: int
    square: bool


AS_IT_IS = Sliding(1, 1, square=False)


@dataclass(frozen=True)
class Plan:
    """The front end of one model on one source, stage after stage.

    columns        of the source, in the montage's order
    gain           the model's unit of one of the source's
    taps, down     of the resampler: (places, span), and how far an output lies after the one before, in places
    sections       second-order sections of every channel, at the model's rate (an envelope's: at the source's)
    smooth         what makes an envelope of a raw signal
    bands          sections of each band, as many in each
    frame, scale   amplitudes, and what standardises them; `wearer` says whose that is, `unit` in what they are
    """

    spec: SignalSpec
    source: Source
    columns: tuple[int, ...]
    unit: Unit
    gain: float
    taps: NDArray[np.float64]
    down: int
    sections: tuple[Section, ...]
    smooth: Sliding
    bands: tuple[tuple[Section, ...], ...]
    frame: Sliding
    scale: Standardisation
    wearer: str


def plan(description: Description, source: Source, wearer: str | None = None) -> Plan:
    """Plan for a source in microvolts. Raises SpecError where it cannot be brought to the model, or C cannot follow."""
    spec = description.signal
    if spec.acceleration:
        raise SpecError(
            "this model takes an acceleration beside the EMG, and the export for microcontrollers has the EMG alone; "
            "train one without --acceleration"
        )
    ring = choose_ring(description, source, None)
    chosen = choose_scale(description, source, None, ring.name, wearer)
    path = SignalPath(spec, source, ring.name or None, Adjustment(unit=chosen.unit))
    gain, taps, down, rest = _front(path.stages)
    sections, rest = _sections(rest)
    smooth, rest = _sliding(rest)
    more, rest = _sections(rest)
    if more and smooth != AS_IT_IS:
        raise SpecError(
            "this model filters an envelope after making it, and the export for microcontrollers does not; "
            "use a model of raw EMG"
        )
    bands, frames = _bands(Frames(spec, path.unit).stages)
    frame, beyond = _sliding(frames)
    if unknown := [*rest, *beyond]:
        raise SpecError(
            f"this model's front end has the stage {type(unknown[0]).__name__}, and the export for microcontrollers "
            "does not"
        )
    return Plan(
        spec=spec,
        source=source,
        columns=path.columns,
        unit=path.unit,
        gain=gain,
        taps=taps,
        down=down,
        sections=sections,
        smooth=smooth,
        bands=bands,
        frame=frame,
        scale=chosen.scale,
        wearer=chosen.name,
    )


def _front(stages: Sequence[Stage]) -> tuple[float, NDArray[np.float64], int, Sequence[Stage]]:
    gain, taps, down = 1.0, np.ones((1, 1)), 1
    if stages and isinstance(stages[0], Gain):
        gain, stages = stages[0].factor, stages[1:]
    if stages and isinstance(stages[0], Resample):
        taps, down, stages = stages[0].taps, stages[0].down, stages[1:]
    return gain, taps, down, stages


def _sections(stages: Sequence[Stage]) -> tuple[tuple[Section, ...], Sequence[Stage]]:
    found: list[Section] = []
    while stages and isinstance(stages[0], Biquad):
        (section,) = stages[0].sections
        found.append(section)
        stages = stages[1:]
    return tuple(found), stages


def _sliding(stages: Sequence[Stage]) -> tuple[Sliding, Sequence[Stage]]:
    if stages and isinstance(stages[0], SlidingMean):
        found = stages[0]
        return Sliding(found.length, found.stride, square=found.root_mean_square), stages[1:]
    return AS_IT_IS, stages


def _bands(stages: Sequence[Stage]) -> tuple[tuple[tuple[Section, ...], ...], Sequence[Stage]]:
    """Sections band by band: a stage of sub-bands has them for each column, all channels of a band together."""
    if not stages or not isinstance(stages[0], SubBands):
        return (), stages
    split, cascade = stages[0].copies, stages[0].cascade
    channels = len(cascade[0].sections) // split
    return tuple(tuple(one.sections[band * channels] for one in cascade) for band in range(split)), stages[1:]
