"""NinaPro's movements in one numbering: A is 1-12, B 13-29, C 30-52, D 53-61, rest 0.

Source: Atzori et al., Scientific Data 1:140053 (2014), tables of exercises A to D.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence

from emg_edge.errors import EmgEdgeError, SpecError

REST = 0
LARGEST = 1000  # number of a movement; NinaPro's end at 61, a user's own may follow

_A = (
    "index flexion", "index extension", "middle flexion", "middle extension", "ring flexion", "ring extension",
    "little flexion", "little extension", "thumb adduction", "thumb abduction", "thumb flexion", "thumb extension",
)  # fmt: skip
_B = (
    "thumb up", "index and middle extension", "ring and little flexion", "thumb opposing little finger",
    "finger abduction", "fist", "pointing index", "finger adduction", "wrist supination (middle)",
    "wrist pronation (middle)", "wrist supination (little)", "wrist pronation (little)", "wrist flexion",
    "wrist extension", "radial deviation", "ulnar deviation", "wrist extension with fist",
)  # fmt: skip
_C = (
    "large diameter grasp", "small diameter grasp", "fixed hook grasp", "index-finger-extension grasp", "medium wrap",
    "ring grasp", "prismatic four-finger grasp", "stick grasp", "writing tripod grasp", "power sphere grasp",
    "three-finger sphere grasp", "precision sphere grasp", "tripod grasp", "prismatic pinch", "tip pinch",
    "quadpod grasp", "lateral grasp", "parallel extension grasp", "extension type grasp", "power disk grasp",
    "open a bottle", "turn a screw", "cut something",
)  # fmt: skip
_D = (
    "little force", "ring force", "middle force", "index force", "thumb abduction force", "thumb flexion force",
    "index and little force", "ring and middle force", "index and thumb force",
)  # fmt: skip

NAMES: tuple[str, ...] = ("rest", *_A, *_B, *_C, *_D)
OWN_FROM = 100  # a gesture that is none of NinaPro's: its movements end at 61, those of DB6 at 72
FIRST_OF_EXERCISE: dict[str, int] = {"A": 1, "B": 13, "C": 30, "D": 53}
SIZE_OF_EXERCISE: dict[str, int] = {"A": len(_A), "B": len(_B), "C": len(_C), "D": len(_D)}


def name_of(number: int, own: Mapping[int, str] | None = None) -> str:
    """Name of a movement; of those beyond NinaPro's list, as `own` says, else by the number."""
    return NAMES[number] if 0 <= number < len(NAMES) else (own or {}).get(number, f"movement {number}")


def names_of(numbers: Iterable[int], own: Mapping[int, str] | None = None) -> tuple[str, ...]:
    return tuple(name_of(number, own) for number in numbers)


def refuse_numbers(numbers: Sequence[int]) -> None:
    """Raise SpecError where these cannot be the movements that a network decides."""
    if len(set(numbers)) < len(numbers) or not all(0 <= number <= LARGEST for number in numbers):
        raise SpecError(f"movements are different whole numbers from 0 to {LARGEST}, and other ones are named")


def number_of(word: str) -> int:
    """Find a movement by its name, or its number; a number beyond NinaPro's list is a user's own gesture.

    Raises EmgEdgeError for a name that is none.
    """
    if word.isdecimal() and int(word) <= LARGEST:
        return int(word)
    if word.lower() in NAMES:
        return NAMES.index(word.lower())
    near = difflib.get_close_matches(word.lower(), NAMES, n=3)
    hint = (
        f"near it are {', '.join(near)}"
        if near
        else f"say one of NinaPro's, as fist, or a number of your own from {OWN_FROM} on"
    )
    raise EmgEdgeError(f"'{word}' is no movement and no number from 0 to {LARGEST}: {hint}")
