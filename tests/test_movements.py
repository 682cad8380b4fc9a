import pytest

from emg_edge.errors import EmgEdgeError
from emg_edge.movements import NAMES, name_of, names_of, number_of


def test_gestures_that_are_none_of_ninapros_have_names_of_their_own():
    """Without one they are named by their number; NinaPro's keep theirs."""
    own = {100: "finger snap", 18: "wave"}
    assert names_of((0, 18, 100, 101), own) == ("rest", "fist", "finger snap", "movement 101")
    assert name_of(100) == "movement 100"


def test_names_and_numbers_find_a_movement():
    """Either way, in either case; what is neither is told with what is near."""
    assert all(number_of(name.upper()) == number == number_of(str(number)) for number, name in enumerate(NAMES))
    with pytest.raises(EmgEdgeError, match="near it are fist"):
        number_of("fists")
