"""Where the electrodes are: which columns of a source make up a model's montage, and in which direction.

A *layout* names what a source delivers, column by column. A *montage* is what a model reads. The direction of
the ring of eight is that of NinaPro DB5's upper Myo; DB1 counts the other way round (measured on 22 people:
mean log-amplitude patterns correlate at 0.70 mirrored, 0.45 column by column).
"""

from dataclasses import dataclass

from emg_edge.errors import SpecError

RING4 = "ring4"  # every second electrode of a ring of eight, from the first on
RING8 = "ring8"
RING8_2 = "ring8+2"  # a ring of eight, then one electrode on the finger flexors and one on the finger extensors
RING16 = "ring16"  # two rings of eight, the second turned by half an electrode: 1, 9, 2, 10, and so on
CHANNELS: dict[str, int] = {RING4: 4, RING8: 8, RING8_2: 10, RING16: 16}
ON_RING: dict[str, int] = CHANNELS | {RING8_2: 8}  # first channels of each that lie evenly around the arm

# Layouts whose electrodes have known places -> number of columns.
PLACED: dict[str, int] = {
    "ring8": 8,  # a Myo, a ring of eight on a Cyton, the simulated forearm
    "ring4": 4,  # a Ganglion's four pairs around the arm
    "double-ring": 16,  # two Myos, or a Cyton with Daisy: columns as in DB5
    "ninapro-db1": 10,
    "ninapro-db5": 16,
    "ninapro-delsys12": 12,  # DB2, DB3, DB4, DB7
    "ninapro-delsys10": 10,  # DB3 subjects 6 and 7
    "ninapro-db6": 14,
}
MOST_UNPLACED = 64  # channels that our own packet for home-made boards carries

# All layouts. The last ones can be recorded and looked at; nobody knows where their electrodes are.
LAYOUTS: dict[str, int] = PLACED | {f"channels-{count}": count for count in range(1, MOST_UNPLACED + 1)}

_FORWARD = tuple(range(8))
_MIRRORED = tuple(reversed(range(8)))
_TWO = {"upper": _FORWARD, "lower": tuple(range(8, 16))}

# layout -> ring -> its columns, in the direction of DB5's upper Myo. A source of two rings says which is meant.
_RINGS: dict[str, dict[str, tuple[int, ...]]] = {
    "ring8": {"upper": _FORWARD},  # a single armband is worn where DB5's upper one is
    "ring4": {"upper": tuple(range(4))},
    "double-ring": _TWO,
    "ninapro-db1": {"only": _MIRRORED},
    "ninapro-db5": _TWO,
    # Placed by DB1's laboratory with DB1's protocol, hence mirrored like DB1; no file of these is here to measure.
    "ninapro-delsys12": {"only": _MIRRORED},
    "ninapro-delsys10": {"only": _MIRRORED},
    "ninapro-db6": {"only": _MIRRORED},
}

# layout -> columns on the main activity of the flexor and of the extensor digitorum superficialis. They sit on their
# muscles however the ring is counted or worn, so no turn moves them.
_ON_FINGER_MUSCLES: dict[str, tuple[int, int]] = dict.fromkeys(
    ("ninapro-db1", "ninapro-delsys12", "ninapro-delsys10"), (8, 9)
)


@dataclass(frozen=True)
class Turn:
    """Electrode k of the one ring lies where electrode (shift + k), or (shift - k) if mirrored, of the other does."""

    shift: int = 0
    mirrored: bool = False

    @property
    def is_identity(self) -> bool:
        return self.shift == 0 and not self.mirrored


AS_IT_IS = Turn()


def layout_of(channels: int) -> str:
    """Name the layout of a board with so many channels and no more to say: a ring, or two, where the number fits.

    Raises SpecError when there are none, or more than any layout has.
    """
    if not 1 <= channels <= MOST_UNPLACED:
        raise SpecError(f"a board with {channels} channels cannot be read: expected 1 to {MOST_UNPLACED}")
    return {4: "ring4", 8: "ring8", 16: "double-ring"}.get(channels, f"channels-{channels}")


def rings(layout: str, montage: str) -> tuple[str, ...]:
    """Names of the rings of a layout that can serve as the montage; empty when none can."""
    return tuple(_choices(layout, montage, AS_IT_IS))


def around(layout: str) -> int:
    """Electrodes of one ring of a layout; 0 where their places are unknown."""
    return max(map(len, _RINGS.get(layout, {}).values()), default=0)


def columns(layout: str, montage: str, ring: str | None = None, turn: Turn = AS_IT_IS) -> tuple[int, ...]:
    """Columns of a source, in the montage's order. `ring` is needed only where the source holds several.

    `turn` says how the source is worn: electrode 1 of the model lies where electrode 1 + shift of its ring does.
    Raises SpecError when the layout cannot serve, or when the ring is missing or unknown.
    """
    choices = _choices(layout, montage, turn)
    if not choices:
        raise SpecError(
            f"this source has {LAYOUTS.get(layout, 'unknown')} channels in the layout '{layout}', which cannot serve "
            f"as the {CHANNELS.get(montage, '?')}-channel montage '{montage}' that the model expects; "
            f"{_way_out(layout)}"
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


def _way_out(layout: str) -> str:
    """What to do with a layout that a model cannot use."""
    for montage in reversed(CHANNELS):  # the most channels first
        if _choices(layout, montage, AS_IT_IS):
            return f"use another source, or a model for this one: emg-edge train --montage {montage}"
    return "use another source, or choose channels that make up a ring (--channels)"


def _choices(layout: str, montage: str, turn: Turn) -> dict[str, tuple[int, ...]]:
    """Ring -> columns in the montage's order, for the rings that can serve."""
    found = {name: _turned(ring, turn) for name, ring in _RINGS.get(layout, {}).items()}
    if montage == RING16:
        if len(found) < 2:
            return {}
        # Mirrored, the second ring's electrode lies half a place before the first ring's of the same number, not after.
        lower = _turned(_RINGS[layout]["lower"], Turn(turn.shift - turn.mirrored, turn.mirrored))
        return {"both": tuple(column for pair in zip(found["upper"], lower, strict=True) for column in pair)}
    if montage == RING8_2:
        extra = _ON_FINGER_MUSCLES.get(layout)
        return {name: (*ring, *extra) for name, ring in found.items()} if extra else {}
    wanted = CHANNELS.get(montage, 0)
    return {name: ring[:: len(ring) // wanted] for name, ring in found.items() if wanted and len(ring) >= wanted}


def _turned(ring: tuple[int, ...], turn: Turn) -> tuple[int, ...]:
    """Columns in the order of the model's electrodes, all the way around."""
    direction = -1 if turn.mirrored else 1
    return tuple(ring[(turn.shift + direction * k) % len(ring)] for k in range(len(ring)))
