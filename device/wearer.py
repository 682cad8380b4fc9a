"""Whose standardisation to use: the wearer's own where the model knows them, else the mean of its people."""

import math
from dataclasses import dataclass

import msgspec

from emg_edge.decoding.modelfile import Description
from emg_edge.errors import SpecError
from emg_edge.signal.frontend import Standardisation
from emg_edge.signal.montage import rings
from emg_edge.signal.source import Source

MEAN = "mean"
_UV_PER_V = 1e6


@dataclass(frozen=True)
class Choice:
    """A standardisation and where it comes from ('SIM-S1/upper', or 'mean of uV')."""

    scale: Standardisation
    name: str
    note: str = ""  # what the user should know about it


@dataclass(frozen=True)
class Ring:
    """Which ring of the source is read."""

    name: str
    note: str = ""


def choose_ring(description: Description, source: Source, asked: str | None) -> Ring:
    """Choose the ring that was asked for, or the first of the source; SignalPath says what is wrong with a bad one."""
    there = rings(source.layout, description.signal.montage)
    if asked is not None or not there:
        return Ring(asked or "")
    note = f"the source holds the rings {' and '.join(there)}: {there[0]} is used (--ring changes it)"
    return Ring(there[0], note if len(there) > 1 else "")


def choose_scale(
    description: Description, source: Source, wearer: str | None, ring: str, asked: str | None = None
) -> Choice:
    """Choose for a wearer and ring; `asked` is a wearer the user named, or 'mean'.

    Raises SpecError when the model knows neither the wearer that was asked for nor the source's unit.
    """
    scales = description.scales
    who = asked or wearer
    if who and who != MEAN:
        key = f"{who}/{ring}"
        if key in scales.wearers:
            return Choice(scales.wearers[key], key)
        if asked:
            known = ", ".join(scales.wearers) or "nobody by name"
            raise SpecError(
                f"the model does not know the wearer '{asked}' with the ring '{ring}'; it knows {known}; "
                f"say --wearer {MEAN} for the mean of its people"
            )
    name = f"{MEAN} of {source.unit}"
    note = (
        f"{'the wearer' if not who or who == MEAN else who} is not among the people of this model: the mean scale of "
        "those people is used, and decisions will be less certain than for them"
    )
    if source.unit in scales.units:
        return Choice(scales.units[source.unit], name, "" if asked == MEAN else note)
    if source.unit == "uV" and "V" in scales.units:  # the same quantity: a factor is an offset in the logarithm
        volts = scales.units["V"]
        mean = tuple(value + math.log(_UV_PER_V) for value in volts.mean)
        return Choice(msgspec.structs.replace(volts, mean=mean), f"{MEAN} of V", "" if asked == MEAN else note)
    raise SpecError(
        f"the source is in '{source.unit}', and the people of this model were recorded in "
        f"{', '.join(scales.units) or 'no unit that it names'}; use a model trained on recordings in '{source.unit}'"
    )
