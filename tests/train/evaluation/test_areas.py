from typing import Any

import pytest

from emg_edge.train.evaluation.areas import areas_for_improvement


def row(**changes: Any) -> dict[str, Any]:
    """A row in which nothing is to be improved, but for the changes."""
    scores = {"median": 0.9, "mean": 0.9, "subjects": {f"DB5-S{i}": 0.9 for i in range(1, 6)}}
    metrics = {"balanced_accuracy": scores, **changes.pop("metrics", {})}
    perfect = {"movements": [0, 1, 2], "names": ["rest", "fist", "pinch"], "counts": [[9, 0, 0], [0, 9, 0], [0, 0, 9]]}
    return {
        "decoders": {"int8": metrics},
        "confusion": {"int8": changes.pop("confusion", perfect)},
        "by_onset": {"int8": changes.pop("onset")} if "onset" in changes else {},
        **changes,
    }


def means(**values: float) -> dict[str, Any]:
    return {name: {"mean": value} for name, value in values.items()}


def test_nothing_is_said_where_nothing_is_wrong() -> None:
    """An empty list, also where there is no decoder of ours at all."""
    assert areas_for_improvement(row()) == []
    assert areas_for_improvement({"decoders": {"majority": {}}}) == []


def test_pairs_that_are_taken_for_one_another_are_named() -> None:
    """Three of twenty windows of both; rest taken for a movement is no pair."""
    counts = [[5, 5, 0], [0, 9, 1], [0, 2, 8]]
    found = areas_for_improvement(
        row(confusion={"movements": [0, 1, 2], "names": ["rest", "fist", "pinch"], "counts": counts})
    )
    assert found == ["Taken for one another most often: fist and pinch in 15.0 % of their windows."]


def test_the_worst_pairs_come_first_and_are_three_at_most() -> None:
    """Of four confused pairs the least is not named."""
    counts = [[66, 20, 14, 0], [0, 84, 0, 16], [0, 0, 70, 30], [0, 0, 0, 100]]
    names = ["a", "b", "c", "d"]
    found = areas_for_improvement(row(confusion={"movements": [1, 2, 3, 4], "names": names, "counts": counts}))
    assert found[0].count("windows") == 3
    assert found[0].index("c and d") < found[0].index("a and b") < found[0].index("b and d")
    assert "a and c" not in found[0]


def test_people_far_below_the_median_are_named() -> None:
    """The lowest two where ten are not there; who is near the median suffers nothing."""
    scores = {"median": 0.9, "mean": 0.88, "subjects": {"A": 0.9, "B": 0.8, "C": 0.92, "D": 0.89}}
    found = areas_for_improvement(row(metrics={"balanced_accuracy": scores}))
    assert found == ["B (10.0 points below) stays far from the median balanced accuracy of 90.0 %."]
    two = {**scores, "subjects": {"A": 0.9, "B": 0.8, "C": 0.92, "D": 0.85}}
    assert areas_for_improvement(row(metrics={"balanced_accuracy": two}))[0].startswith(
        "B (10.0 points below) and D (5.0 points below) stay far"
    )


def test_of_ten_people_the_worst_tenth_is_named() -> None:
    """One of ten, though a second is low as well; of three people none is a minority."""
    subjects = {f"P{i}": 0.9 for i in range(8)} | {"X": 0.5, "Y": 0.6}
    scores = {"median": 0.9, "mean": 0.83, "worst_decile": 0.5, "subjects": subjects}
    assert "Y" not in areas_for_improvement(row(metrics={"balanced_accuracy": scores}))[0]
    few = {"median": 0.9, "mean": 0.8, "subjects": {"A": 0.9, "B": 0.5, "C": 0.9}}
    assert areas_for_improvement(row(metrics={"balanced_accuracy": few})) == []


def test_errors_at_onsets_are_told_from_settled_ones() -> None:
    """Weighted by how many executions last so long: 3 of 4 errors are early."""
    curve = {"time_s": [0.0, 0.1, 0.5, 1.0], "accuracy": [0.2, 0.8, 0.9, 0.8], "executions": [10, 5, 10, 10]}
    found = areas_for_improvement(row(onset=curve, metrics=means(delay_s=0.22)))
    assert found == [
        "Errors gather at onsets: 40.0 % right in the first 300 ms of a movement and 85.0 % after, so that 75.0 % of"
        " the errors in the first 1.0 s fall there; the first stable right decision takes 220 ms."
    ]
    even = {**curve, "accuracy": [0.8, 0.8, 0.85, 0.85]}
    assert areas_for_improvement(row(onset=even)) == []
    assert areas_for_improvement(row(onset={"time_s": [0.0], "accuracy": [0.1], "executions": [1]})) == []


@pytest.mark.parametrize(
    ("false", "missed", "begin"),
    [(0.2, 0.1, "False activations: 20.0 %"), (0.1, 0.2, "Missed activations: 20.0 %"), (0.01, 0.02, None)],
)
def test_the_larger_problem_of_rest_is_named(false: float, missed: float, begin: str | None) -> None:
    """False or missed activations, or neither where both are rare."""
    metrics = means(false_activation=false, missed_activation=missed, false_activations_per_min=7.0)
    found = areas_for_improvement(row(metrics=metrics))
    assert [sentence.startswith(begin or "") for sentence in found] == ([True] if begin else [])


def test_a_threshold_that_does_not_hold_is_named() -> None:
    """5 % in training, 9 % on test; 6 % would be as good as chosen."""
    found = areas_for_improvement(row(metrics=means(false_activation_at_5_percent=0.09)))
    assert len(found) == 1
    assert "lets 9.0 % pass on the test repetitions" in found[0]
    assert areas_for_improvement(row(metrics=means(false_activation_at_5_percent=0.06))) == []


@pytest.mark.parametrize(
    ("scores", "said"),
    [([0.7, 0.8, 0.83], "would help: going from 2 to 4 training repetitions still gains 3.0 points of"),
     ([0.7, 0.8, 0.798], "would help little: going from 2 to 4 training repetitions changes balanced")],
)  # fmt: skip
def test_the_last_repetition_says_whether_more_would_help(scores: list[float], said: str) -> None:
    """Its gain does; a curve of one point says nothing."""
    curve = {"repetitions": [1, 2, 4], "int8": {"balanced_accuracy": scores}}
    found = areas_for_improvement(row(learning_curve=curve))
    assert len(found) == 1
    assert said in found[0]
    assert areas_for_improvement(row(learning_curve={"repetitions": [1], "int8": {"balanced_accuracy": [0.7]}})) == []
