import numpy as np
import pytest
from support.stretches import said, stretch

from emg_edge.train.evaluation.decided import Decided
from emg_edge.train.evaluation.joined import join
from emg_edge.train.evaluation.measures import METRICS, Measured, measure, measure_majority

THREE = np.array([0, 1, 2])


def measured(*stretches: Decided, rest: bool = True) -> Measured:
    return measure(join(stretches, rest=rest), "int8", THREE, rest=rest)


def test_every_metric_of_a_stretch_by_hand() -> None:
    """Twelve instants, each metric counted on fingers."""
    #                      truth         scored                              decided
    found = measured(
        stretch(
            "P",
            "000011111122",
            "110001111111",
            int8=said(
                "020001111022",
                "121211111122",
                [0.1, 0.9, 0.6, 0.4, 0.2, 0.9, 0.9, 0.9, 0.9, 0.3, 0.9, 0.9],
                0.5,
            ),
        )
    )
    assert found.metrics == {
        "accuracy": pytest.approx(7 / 9),
        "balanced_accuracy": pytest.approx((1 / 2 + 4 / 5 + 1) / 3),
        "macro_f1": pytest.approx((2 * 1 / (2 + 2) + 2 * 4 / (5 + 4) + 2 * 2 / (2 + 3)) / 3),
        "execution_accuracy": 1.0,
        "active_error": pytest.approx(1 / 7),
        "instability": pytest.approx(5 / 11),
        "switches_per_s": pytest.approx(1 / (5 * 0.1)),
        "delay_s": pytest.approx(0.1),
        "onsets_missed": 0.0,
        "false_activation": 0.5,
        "false_activations_per_min": pytest.approx(1 / (0.2 / 60)),
        "missed_activation": pytest.approx(1 / 7),
        "right_at_5_percent": pytest.approx(6 / 7),
        "false_activation_at_5_percent": 0.5,
    }
    assert found.confusion.tolist() == [[1, 0, 1], [1, 4, 0], [0, 0, 2]]
    assert found.executions.tolist() == [[0, 0], [1, 1], [1, 1]]
    assert found.since_onset[:7].tolist() == [[2, 1], [2, 2], [1, 1], [1, 1], [1, 1], [1, 0], [0, 0]]


def test_deciding_the_truth_is_perfect() -> None:
    """Every share of the right is 1, every fault 0, but for the changes that the truth itself makes."""
    metrics = measured(stretch("P", "0000111100002222", int8=said("0000111100002222", threshold=0.5))).metrics
    faults = set(METRICS) - {"false_activation_at_5_percent", "instability"}
    assert {name: metrics[name] for name in faults} == {name: float(METRICS[name]) for name in faults}
    assert metrics["instability"] == pytest.approx(3 / 15)


def test_deciding_another_movement_always_is_never_right() -> None:
    """All wrong: no onset is ever reached, so that there is no delay."""
    metrics = measured(stretch("P", "000011112222", int8="111122221111")).metrics
    assert [metrics[name] for name in ("accuracy", "balanced_accuracy", "macro_f1", "execution_accuracy")] == [0.0] * 4
    assert (metrics["active_error"], metrics["onsets_missed"], metrics["false_activation"]) == (1.0, 1.0, 1.0)
    assert "delay_s" not in metrics


def test_without_rest_there_are_no_metrics_of_rest() -> None:
    """Rest is never scored, whatever is marked, nor are the changes of what is said at rest."""
    metrics = measured(stretch("P", "00001111", int8="12121111"), rest=False).metrics
    assert set(metrics) == set(list(METRICS)[:9])
    assert (metrics["accuracy"], metrics["instability"], metrics["active_error"]) == (1.0, 0.0, 0.0)


def test_without_a_threshold_nothing_is_said_about_it() -> None:
    """One fold without it is enough: shares of some of the folds would be others' figures."""
    known = stretch("P", "0011", int8=said("0011", threshold=0.5))
    assert "right_at_5_percent" in measured(known).metrics
    assert "right_at_5_percent" not in measured(known, stretch("P", "0011", int8="0011")).metrics


def test_at_the_threshold_the_likeliest_movement_counts() -> None:
    """Rest is likelier than either movement, and yet the instant passes as the movement it is."""
    folds = stretch("P", "11", int8=said("01", "12", [0.4, 0.9], 0.3))
    assert measured(folds).metrics["right_at_5_percent"] == 0.5
    folds = stretch("P", "11", int8=said("00", "11", [0.4, 0.9], 0.3))
    assert measured(folds).metrics["right_at_5_percent"] == 1.0


def test_each_fold_has_its_own_threshold() -> None:
    """The same probabilities pass one, reaching it being enough, and not the other."""
    folds = [stretch("P", "11", int8=said("11", active=[0.5, 0.6], threshold=limit)) for limit in (0.5, 0.7)]
    assert measured(*folds).metrics["right_at_5_percent"] == 0.5


def test_tracks_of_a_person_count_together_and_are_not_one_in_time() -> None:
    """The second track begins where the first ends in time, and the movement in it is an execution of its own."""
    found = measured(stretch("P", "0111", int8="0222"), stretch("P", "1", begin_s=0.4, int8="1"))
    assert found.executions.tolist() == [[0, 0], [2, 1], [0, 0]]
    assert found.metrics["accuracy"] == pytest.approx(2 / 5)


def test_stretches_that_do_not_belong_together_are_refused() -> None:
    """Another decoder, or another hop: shares over both would mean nothing."""
    with pytest.raises(ValueError, match=r"P was decided by \['model'\] every 0.1 s in take and by \['int8'\]"):
        join([stretch("P", "1", int8="1"), stretch("P", "1", model="1")], rest=True)


def test_the_majority_is_the_commonest_of_the_scored_test_instants() -> None:
    """Rest is the commonest by far, but hardly scored: 2 is, and is always said."""
    joined = join([stretch("P", "0000000112220", "1000000111110", int8="0" * 13)], rest=True)
    found = measure_majority(joined, THREE)
    assert found == {
        "accuracy": pytest.approx(3 / 6),
        "balanced_accuracy": pytest.approx(1 / 3),
        "macro_f1": pytest.approx(2 * 3 / (3 + 6) / 3),
    }


def test_nothing_scored_is_nothing_measured() -> None:
    """No metric is 0 for want of instants."""
    joined = join([stretch("P", "1", "0", int8="1")], rest=True)
    assert measure(joined, "int8", THREE, rest=True).metrics == {}
    assert measure_majority(joined, THREE) == {}
