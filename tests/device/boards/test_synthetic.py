import math

import numpy as np
import pytest
from support.board_conformance import BoardConformance, read_for

from emg_edge.device.boards.board import BoardOptions
from emg_edge.device.boards.synthetic import SyntheticBoard
from emg_edge.errors import EmgEdgeError


class TestSynthetic(BoardConformance):
    def opened(self):
        return SyntheticBoard((1, 2))


def played(seconds: float, **how) -> tuple[np.ndarray, np.ndarray]:
    """Samples and truth of the first seconds, without waiting."""
    with SyntheticBoard(**{"movements": (3, 5), "speed": math.inf} | how) as board:
        blocks = read_for(board, seconds)
    return np.concatenate([b.samples for b in blocks]), np.concatenate([b.movement for b in blocks])


def test_it_delivers_whole_counts_of_eight_bits():
    """Samples are what a Myo could send: whole numbers from -128 to 127."""
    samples, _ = played(20)
    np.testing.assert_array_equal(samples, np.rint(samples))
    assert -128 <= samples.min() < -5
    assert 5 < samples.max() <= 127


def test_it_makes_the_movements_asked_for_with_rest_between():
    """The truth holds rest and the movements, nothing else, and every movement follows rest."""
    _, movement = played(40)
    assert set(movement) == {0, 3, 5}
    changes = movement[np.flatnonzero(np.diff(movement, prepend=-1))]
    assert (changes[::2] == 0).all()
    assert (changes[1::2] != 0).all()


def test_a_seed_repeats_and_another_differs():
    """The same seed and subject play the same, also after a restart; another seed, or subject, does not."""
    first, _ = played(5, seed=4)
    np.testing.assert_array_equal(first, played(5, seed=4)[0])
    assert (first != played(5, seed=5)[0]).any()
    assert (first != played(5, seed=4, subject=2)[0]).any()


def test_the_speed_changes_nothing_but_the_time():
    """Real time delivers the samples that full speed delivers."""
    fast, _ = played(1)
    slow, _ = played(1, speed=30.0)
    n = min(len(fast), len(slow))
    np.testing.assert_array_equal(fast[:n], slow[:n])


def test_the_wearer_is_the_simulated_subject():
    """Subject 4 is SIM-S4 in results and model files."""
    assert SyntheticBoard.open(BoardOptions(subject=4, movements=(1,))).wearer == "SIM-S4"


def test_no_movement_is_refused():
    """A model of rest alone gives the wearer nothing to do, which is said."""
    with pytest.raises(EmgEdgeError, match="no movement"):
        SyntheticBoard.open(BoardOptions())
