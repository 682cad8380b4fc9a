"""Whose standardisation to use: the wearer's own where the model knows them, else the mean of its people."""

from dataclasses import dataclass

from emg_edge.decoding.modelfile import Description
from emg_edge.errors import SpecError
from emg_edge.recordings.catalogue import DATABASES
from emg_edge.signal.adaptation import Adjustment
from emg_edge.signal.frontend import Standardisation
from emg_edge.signal.montage import rings
from emg_edge.signal.source import Source, Unit
from emg_edge.signal.units import factor, is_exact

MEAN = "mean"


@dataclass(frozen=True)
class Choice:
    """A standardisation, where it comes from ('SIM-S1/upper', or 'mean of uV'), and the unit that it is for."""

    scale: Standardisation
    name: str
    unit: Unit
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

    The samples are to be brought to the choice's unit. Raises SpecError when the model does not know the wearer that
    was asked for, or when the source's unit is worth nothing in any that it knows.
    """
    scales = description.scales
    unit = _unit(description, source)
    who = wearer if asked is None else asked.removesuffix(f"/{ring}")
    if who is not None and who != MEAN:
        key = f"{who}/{ring}"
        if key in scales.wearers:
            return Choice(scales.wearers[key], key, _unit_of(who, description, source) or unit)
        if asked is not None:
            known = ", ".join(scales.wearers) or "nobody by name"
            raise SpecError(
                f"the model does not know the wearer '{asked}' with the ring '{ring}'; it knows {known}; "
                f"say --wearer {MEAN} for the mean of its people"
            )
    note = (
        f"{'the wearer' if not who or who == MEAN else who} is not among the people of this model: the mean scale of "
        "those people is used, and decisions will be less certain than for them"
    )
    return Choice(scales.units[unit], f"{MEAN} of {unit}", unit, "" if asked == MEAN else note)


def as_worn(
    description: Description, source: Source, wearer: str | None
) -> tuple[Standardisation, str | None, Adjustment]:
    """Choose both as `run` does where nothing is asked: scale, ring and adjustment, as a front end takes them."""
    ring = choose_ring(description, source, None)
    scale = choose_scale(description, source, wearer, ring.name)
    return scale.scale, ring.name or None, Adjustment(unit=scale.unit)


def _unit(description: Description, source: Source) -> Unit:
    """Choose the model's unit that the source's is brought to: its own, else an exact one, else a nominal one."""
    units = [unit for unit in description.scales.units if factor(source.unit, unit) is not None]
    if not units:
        known = ", ".join(description.scales.units) or "no unit that it names"
        raise SpecError(
            f"the source is in '{source.unit}', the people of this model were recorded in {known}, and there is no "
            f"factor between the two; {_way_out(source.unit)}"
        )
    return min(units, key=lambda unit: (unit != source.unit, not is_exact(source.unit, unit)))


def _way_out(unit: Unit) -> str:
    if unit == "count":
        return "say what a count is worth: --uv-per-count"
    return f"use a model trained on recordings in '{unit}'"


def _unit_of(wearer: str, description: Description, source: Source) -> Unit | None:
    """Return the unit that a training wearer was recorded in, where the name tells and the source can be brought to it.

    A model of several units would otherwise take a Myo's counts for volts.
    """
    database = DATABASES.get(wearer.partition("-")[0])
    known = database is not None and database.unit in description.scales.units
    return database.unit if database and known and factor(source.unit, database.unit) is not None else None
