"""Where the electrodes of each layout sit on the simulated forearm.

Layouts are those of emg_edge.signal.montage, column by column; the same wearer looks alike under all of them.
"""

from dataclasses import dataclass

from emg_edge.errors import EmgEdgeError


@dataclass(frozen=True)
class Electrode:
    """A bipolar electrode: degrees around the forearm as in forearm.muscles, mm towards the hand."""

    angle_deg: float
    along_mm: float = 0.0


_RING8 = tuple(Electrode(45.0 * index) for index in range(8))
_MIRRORED = tuple(reversed(_RING8))  # DB1's laboratory counts the other way round
_LOWER = tuple(Electrode(45.0 * index + 22.5, 25.0) for index in range(8))  # DB5's second Myo
_FDS, _EDS = Electrode(228.0, 30.0), Electrode(52.0, 30.0)  # on the main activity of finger flexors and extensors
_BICEPS, _TRICEPS = Electrode(230.0, -200.0), Electrode(50.0, -200.0)
_SIX_BELOW = tuple(reversed([Electrode(60.0 * index + 22.5, 30.0) for index in range(6)]))

LAYOUTS: dict[str, tuple[Electrode, ...]] = {
    "ring8": _RING8,
    "ring4": _RING8[::2],
    "double-ring": (*_RING8, *_LOWER),
    "ninapro-db1": (*_MIRRORED, _FDS, _EDS),
    "ninapro-db5": (*_RING8, *_LOWER),
    "ninapro-delsys12": (*_MIRRORED, _FDS, _EDS, _BICEPS, _TRICEPS),
    "ninapro-delsys10": (*_MIRRORED, _FDS, _EDS),
    "ninapro-db6": (*_MIRRORED, *_SIX_BELOW),
}


def electrodes(layout: str) -> tuple[Electrode, ...]:
    """Electrodes of a layout, column by column. Raises EmgEdgeError when the forearm does not know it."""
    if layout not in LAYOUTS:
        raise EmgEdgeError(
            f"the simulated forearm knows no electrode layout '{layout}'; known are {', '.join(LAYOUTS)}"
        )
    return LAYOUTS[layout]
