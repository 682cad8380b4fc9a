import numpy as np
import pytest
from support.evaluations import blank

from emg_edge.errors import RecordingError
from emg_edge.signal.frontend import Standardisation
from emg_edge.signal.running import Adaptive
from emg_edge.train.data.track import Track
from emg_edge.train.evaluation.protocol import Scale
from emg_edge.train.evaluation.scales import PRIOR_S, scales_for

# One who is trained on, at rest and moving, and one who is tested.
TRACKS = [blank([1] * 4, [0, 0, 1, 1]), blank([1, 1], [0, 1], wearer="DB1-S2")]
VALUES = [np.array([[0.0], [2.0], [8.0], [12.0]], np.float32), np.array([[100.0], [104.0]], np.float32)]
MOVEMENTS = [np.array([False, False, True, True]), np.zeros(2, bool)]
LEARNT = [np.array([False, True, True, True]), np.zeros(2, bool)]


def found(how: Scale, tracks: list[Track] = TRACKS) -> list[object]:
    return list(scales_for(how, tracks, VALUES, MOVEMENTS, LEARNT, lambda _unit: 0.01, 20.0))


def test_the_training_scale_is_of_training_movements() -> None:
    """Whom nobody trained on gets the mean of the others."""
    assert found("training") == [Standardisation((10.0,), (2.0,))] * 2


def test_the_own_signal_is_of_everything_active_of_each_person() -> None:
    """What is tested included, whether or not it is a movement; everybody is treated alike."""
    assert found("own-signal") == [Standardisation((10.0,), (2.0,)), Standardisation((104.0,), (0.01,))]
    still = [np.zeros((4, 1), np.float32), VALUES[1]]
    assert scales_for("own-signal", TRACKS, still, MOVEMENTS, LEARNT, lambda _unit: 0.01, 20.0)[0] == Standardisation(
        (0.0,), (0.01,)
    )


def test_the_causal_scale_begins_with_what_was_learnt() -> None:
    """Of the active part of training repetitions; the prior weighs a minute of frames, and all adapt.

    What is usual is the mean activity of those repetitions, rest included: (2 + 8 + 12) / 3 is 8 / 3 below 10.
    """
    prior = Standardisation((10.0,), (2.0,))
    scales = found("causal")
    assert scales == [Adaptive(prior, PRIOR_S * 20, usual=pytest.approx(-8 / 3 / 2))] * 2


def test_what_is_not_learnt_has_no_part_in_the_prior() -> None:
    """Neither in what is fitted, nor in telling what is active."""
    loud = [np.array([[1e6], [2.0], [8.0], [12.0]], np.float32), VALUES[1] * 50]
    assert scales_for("causal", TRACKS, loud, MOVEMENTS, LEARNT, lambda _unit: 0.01, 20.0) == found("causal")


@pytest.mark.parametrize("how", ["training", "causal"])
def test_a_unit_that_nobody_trained_in_is_refused(how: Scale) -> None:
    """Counts say nothing about volts."""
    with pytest.raises(RecordingError, match="DB1-S1-D1-A has no movement"):
        found(how, [TRACKS[0], blank([1, 1], [0, 1], wearer="DB1-S2", unit="myo-count")])
