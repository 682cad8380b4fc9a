"""Which muscles make which movement: activation patterns of rest and NinaPro's 61 movements.

An activation is a share of a muscle's full effort, 0..1. Exercises A and B are written out. The grasps of C are
combinations by a rule (`_grasp`), the forces of D are harder versions of A, without the fine co-contraction
of a free movement.
"""

from collections import Counter
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from emg_edge.errors import EmgEdgeError
from emg_edge.firmware_bridge.forearm.muscles import INDEX, MUSCLES
from emg_edge.movements import FIRST_OF_EXERCISE, NAMES, REST

Pattern = Mapping[str, float]

# Nobody is quite silent: the postural tone of an arm that hangs or lies on a table.
_TONE: Pattern = {"ECRB": 0.03, "EDC3": 0.03, "ECU": 0.02, "FCU": 0.02, "BR": 0.015, "FDS3": 0.02}

_A: tuple[Pattern, ...] = (
    {"FDS2": 0.55, "FDP2": 0.50, "ECRL": 0.12, "EDC4": 0.08},  # index flexion
    {"EDC2": 0.45, "EIP": 0.60, "FCR": 0.08},  # index extension
    {"FDS3": 0.55, "FDP3": 0.50, "ECRB": 0.14, "EDC2": 0.08},  # middle flexion
    {"EDC3": 0.65, "EDC4": 0.12, "FCU": 0.06},  # middle extension
    {"FDS4": 0.55, "FDP4": 0.50, "FDS3": 0.12, "ECRB": 0.12},  # ring flexion
    {"EDC4": 0.60, "EDC5": 0.25, "EDC3": 0.15},  # ring extension
    {"FDS5": 0.50, "FDP5": 0.55, "FCU": 0.15, "FDP4": 0.14},  # little flexion
    {"EDM": 0.60, "EDC5": 0.45, "ECU": 0.12},  # little extension
    {"FPL": 0.22, "EPL": 0.42, "ECRL": 0.16, "FCR": 0.12},  # thumb adduction
    {"APL": 0.62, "ECU": 0.20, "FCU": 0.08},  # thumb abduction
    {"FPL": 0.65, "ECRL": 0.14, "FCR": 0.10},  # thumb flexion
    {"EPL": 0.60, "APL": 0.38, "ECU": 0.08},  # thumb extension
)

_FLEX4: Pattern = {
    "FDS2": 0.4,
    "FDS3": 0.4,
    "FDS4": 0.4,
    "FDS5": 0.4,
    "FDP2": 0.4,
    "FDP3": 0.4,
    "FDP4": 0.4,
    "FDP5": 0.4,
}
_EXTEND4: Pattern = {"EDC2": 0.4, "EDC3": 0.4, "EDC4": 0.4, "EDC5": 0.35, "EIP": 0.3, "EDM": 0.3}
_B: tuple[Pattern, ...] = (
    {**_FLEX4, "EPL": 0.55, "APL": 0.45},  # thumb up
    {"EDC2": 0.5, "EDC3": 0.5, "EIP": 0.4, "FDS4": 0.45, "FDP4": 0.4, "FDS5": 0.4, "FDP5": 0.4, "FPL": 0.3},
    {"FDS4": 0.5, "FDP4": 0.45, "FDS5": 0.45, "FDP5": 0.45, "EDC2": 0.3, "EDC3": 0.3, "EPL": 0.35},
    {"FPL": 0.5, "FDS5": 0.3, "FCR": 0.15, "PL": 0.3, "EDC3": 0.12},  # thumb to the base of the little finger
    {**_EXTEND4, "APL": 0.45, "EPL": 0.3, "ECU": 0.25},  # abduction of all fingers
    {**_FLEX4, "FPL": 0.5, "ECRB": 0.3, "ECRL": 0.25, "ECU": 0.2},  # fist
    {"EDC2": 0.45, "EIP": 0.55, "FDS3": 0.45, "FDS4": 0.45, "FDS5": 0.4, "FDP3": 0.4, "FDP4": 0.4, "FPL": 0.35},
    {"EDC2": 0.3, "EDC3": 0.3, "EDC4": 0.3, "EDC5": 0.25, "FDS2": 0.2, "FDS5": 0.25, "PL": 0.2},  # adduction
    {"SUP": 0.65, "BIC": 0.45, "ECRB": 0.12},  # supination about the middle finger
    {"PT": 0.60, "FCR": 0.20, "BR": 0.15},  # pronation about the middle finger
    {"SUP": 0.50, "BIC": 0.60, "ECU": 0.35, "EDM": 0.15},  # supination about the little finger
    {"PT": 0.45, "FCU": 0.35, "BR": 0.30, "TRI": 0.15},  # pronation about the little finger
    {"FCR": 0.60, "FCU": 0.55, "PL": 0.60, "FDS3": 0.15},  # wrist flexion
    {"ECRL": 0.50, "ECRB": 0.60, "ECU": 0.50, "EDC3": 0.25, "EDC4": 0.20},  # wrist extension
    {"ECRL": 0.60, "FCR": 0.45, "APL": 0.35, "BR": 0.20},  # radial deviation
    {"FCU": 0.60, "ECU": 0.60},  # ulnar deviation
    {**_FLEX4, "FPL": 0.35, "ECRL": 0.55, "ECRB": 0.65, "ECU": 0.50},  # wrist extension with closed hand
)

# Exercise C, a row a grasp: effort of the thumb, index, middle, ring and little finger, how far the hand is kept
# open against them, and how hard the wrist is held.
_C: tuple[tuple[float, float, float, float, float, float, float], ...] = (
    (0.30, 0.30, 0.30, 0.30, 0.25, 0.30, 0.25),  # large diameter
    (0.40, 0.45, 0.50, 0.45, 0.40, 0.05, 0.35),  # small diameter (power grip)
    (0.00, 0.45, 0.50, 0.50, 0.45, 0.00, 0.10),  # fixed hook
    (0.35, 0.10, 0.45, 0.45, 0.40, 0.15, 0.30),  # index-finger extension
    (0.45, 0.40, 0.45, 0.35, 0.25, 0.10, 0.15),  # medium wrap
    (0.50, 0.40, 0.05, 0.00, 0.00, 0.10, 0.10),  # ring
    (0.35, 0.25, 0.25, 0.25, 0.05, 0.20, 0.10),  # prismatic four-finger
    (0.50, 0.35, 0.30, 0.15, 0.10, 0.00, 0.45),  # stick
    (0.35, 0.35, 0.25, 0.05, 0.05, 0.05, 0.35),  # writing tripod
    (0.45, 0.35, 0.40, 0.40, 0.40, 0.35, 0.40),  # power sphere
    (0.40, 0.35, 0.35, 0.00, 0.00, 0.35, 0.15),  # three-finger sphere
    (0.20, 0.20, 0.20, 0.20, 0.25, 0.45, 0.15),  # precision sphere
    (0.45, 0.45, 0.40, 0.00, 0.00, 0.05, 0.10),  # tripod
    (0.35, 0.50, 0.00, 0.00, 0.00, 0.20, 0.10),  # prismatic pinch
    (0.60, 0.35, 0.00, 0.00, 0.00, 0.00, 0.25),  # tip pinch
    (0.40, 0.30, 0.35, 0.35, 0.00, 0.15, 0.30),  # quadpod
    (0.65, 0.15, 0.10, 0.10, 0.10, 0.00, 0.20),  # lateral
    (0.25, 0.15, 0.15, 0.15, 0.15, 0.60, 0.00),  # parallel extension
    (0.15, 0.35, 0.20, 0.15, 0.05, 0.50, 0.25),  # extension type
    (0.30, 0.45, 0.40, 0.45, 0.50, 0.50, 0.05),  # power disk
    (0.60, 0.55, 0.50, 0.10, 0.10, 0.10, 0.45),  # open a bottle
    (0.55, 0.45, 0.45, 0.35, 0.30, 0.00, 0.65),  # turn a screw
    (0.40, 0.30, 0.50, 0.50, 0.50, 0.05, 0.65),  # cut something
)
# What opens a bottle or turns a screw turns the forearm too; the blade is pressed down.
_C_ARM: Mapping[int, Pattern] = {
    20: {"PT": 0.35, "SUP": 0.15},
    21: {"SUP": 0.50, "BIC": 0.40},
    22: {"FCU": 0.35, "TRI": 0.25},
}

# Exercise D: the movements of A that are pressed against a sensor, together.
_D: tuple[tuple[int, ...], ...] = ((7,), (5,), (3,), (1,), (10,), (11,), (1, 7), (5, 3), (1, 11))
_FORCE = 1.6  # how much harder than the free movement
_FORCE_FREE_OF = 0.13  # co-contraction up to this level falls away against a support


def _grasp(thumb: float, *rest: float) -> Pattern:
    *fingers, opening, wrist = rest
    pattern = {"FPL": thumb, "APL": 0.4 * thumb + 0.3 * opening, "EPL": 0.3 * opening, "EIP": 0.5 * opening}
    for finger, effort in enumerate(fingers, start=2):
        pattern[f"FDS{finger}"] = effort
        pattern[f"FDP{finger}"] = 0.8 * effort
        pattern[f"EDC{finger}"] = opening
    return {**pattern, "ECRL": 0.7 * wrist, "ECRB": wrist, "ECU": 0.7 * wrist}


def _force(movements: tuple[int, ...]) -> Pattern:
    together: Counter[str] = Counter()
    for movement in movements:
        for muscle, level in _A[movement - 1].items():
            together[muscle] += _FORCE * level if level > _FORCE_FREE_OF else 0.0  # type: ignore[assignment]
    return together


def _patterns() -> dict[int, Pattern]:
    grasps = [{**_grasp(*row), **_C_ARM.get(index, {})} for index, row in enumerate(_C)]
    exercises = {"A": _A, "B": _B, "C": grasps, "D": [_force(row) for row in _D]}
    return {
        FIRST_OF_EXERCISE[letter] + index: pattern
        for letter, rows in exercises.items()
        for index, pattern in enumerate(rows)
    } | {REST: {}}


_PATTERNS = _patterns()


def activation(movement: int) -> NDArray[np.float64]:
    """Activation of every muscle, (len(MUSCLES),) in 0..1, tone included.

    Raises EmgEdgeError when the movement is not one of NinaPro's.
    """
    if movement not in _PATTERNS:
        raise EmgEdgeError(
            f"the simulated forearm knows the movements 0 to {len(NAMES) - 1}, and {movement} is none of them"
        )
    levels = np.zeros(len(MUSCLES))
    for pattern in (_TONE, _PATTERNS[movement]):
        for name, level in pattern.items():
            levels[INDEX[name]] = max(levels[INDEX[name]], min(level, 1.0))
    return levels
