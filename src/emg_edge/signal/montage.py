"""Where the electrodes are: which columns of a source make up a model's montage, and in which direction.

A *layout* names what a source delivers, column by column. A *montage* is what a model reads. The direction of
the ring of eight is that of NinaPro DB5's upper Myo; DB1 counts the other way round (measured on 22 people:
mean log-amplitude patterns correlate at 0.70 mirrored, 0.45 column by column).
"""

from emg_edge.errors import SpecError

RING8 = "ring8"
RING16 = "ring16"
CHANNELS: dict[str, int] = {RING8: 8, RING16: 16}

_FORWARD = tuple(range(8))
_MIRRORED = tuple(reversed(range(8)))
_INTERLEAVED = tuple(column for pair in zip(range(8), range(8, 16), strict=True) for column in pair)

# layout -> number of columns
LAYOUTS: dict[str, int] = {
    "ring8": 8,  # a Myo, a ring of eight on a Cyton, the simulated forearm
    "ninapro-db1": 10,
    "ninapro-db5": 16,
    "ninapro-delsys12": 12,  # DB2, DB3, DB4, DB7
    "ninapro-delsys10": 10,  # DB3 subjects 6 and 7
    "ninapro-db6": 14,
}

# (layout, montage) -> ring -> columns. Where a source holds two rings, the user or the merge says which.
_COLUMNS: dict[tuple[str, str], dict[str, tuple[int, ...]]] = {
    ("ring8", RING8): {"upper": _FORWARD},  # a single armband is worn where DB5's upper one is
    ("ninapro-db1", RING8): {"only": _MIRRORED},
    ("ninapro-db5", RING8): {"upper": _FORWARD, "lower": tuple(range(8, 16))},
    ("ninapro-db5", RING16): {"both": _INTERLEAVED},
    # Placed by DB1's laboratory with DB1's protocol, hence mirrored like DB1; no file of these is here to measure.
    ("ninapro-delsys12", RING8): {"only": _MIRRORED},
    ("ninapro-delsys10", RING8): {"only": _MIRRORED},
    ("ninapro-db6", RING8): {"only": _MIRRORED},
}


def rings(layout: str, montage: str) -> tuple[str, ...]:
    """Names of the rings of a layout that can serve as the montage; empty when none can."""
    return tuple(_COLUMNS.get((layout, montage), {}))


def columns(layout: str, montage: str, ring: str | None = None) -> tuple[int, ...]:
    """Columns of a source, in the montage's order. `ring` is needed only where the source holds several.

    Raises SpecError when the layout cannot serve, or when the ring is missing or unknown.
    """
    choices = _COLUMNS.get((layout, montage), {})
    if not choices:
        raise SpecError(
            f"this source has {LAYOUTS.get(layout, 'unknown')} channels in the layout '{layout}', which cannot serve "
            f"as the {CHANNELS.get(montage, '?')}-channel montage '{montage}' that the model expects; "
            "use another source or another model"
        )
    if ring is None and len(choices) == 1:
        return next(iter(choices.values()))
    if ring not in choices:
        named = "none was named" if ring is None else f"'{ring}' is not one of them"
        way_out = "leave --ring out" if len(choices) == 1 else f"say --ring {next(iter(choices))}"
        raise SpecError(
            f"the layout '{layout}' can serve as '{montage}' with the ring {' or '.join(choices)}, and {named}; "
            f"{way_out}"
        )
    return choices[ring]
