from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wilcoxon

from emg_edge.train.evaluation.people import compare, in_order, summary


def test_a_summary_by_hand() -> None:
    """Means over seeds, then over people; the sd over seeds is that of each person."""
    found = summary({"DB5-S10": [0.5, 0.7], "DB5-S2": [0.9, 0.9], "DB5-S3": [0.9]}, higher=True)
    assert found == {
        "mean": pytest.approx(0.8),
        "sd": pytest.approx(np.sqrt(0.03)),
        "median": pytest.approx(0.9),
        "seed_sd": pytest.approx(np.sqrt(0.02) / 2),
        "subjects": {"DB5-S2": pytest.approx(0.9), "DB5-S3": 0.9, "DB5-S10": pytest.approx(0.6)},
    }
    assert list(found["subjects"]) == ["DB5-S2", "DB5-S3", "DB5-S10"]


def test_one_person_with_one_seed_has_no_spread() -> None:
    """None, which JSON can say, and not nan, which it can't."""
    found = summary({"P": [0.5]}, higher=True)
    assert (found["sd"], found["seed_sd"], found["mean"]) == (None, None, 0.5)


@pytest.mark.parametrize(
    ("people", "higher", "worst"), [(10, True, 0), (10, False, 9), (20, True, 0.5), (9, True, None)]
)
def test_the_worst_tenth_is_there_from_ten_people_on(people: int, higher: bool, worst: float | None) -> None:
    """The lowest where more is better, the highest where less is."""
    found = summary({f"P{i}": [float(i)] for i in range(people)}, higher=higher)
    assert found.get("worst_decile") == worst


@given(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=3), min_size=1, max_size=12), st.randoms())
def test_the_order_of_people_changes_nothing(values: list[list[float]], random) -> None:
    """Not even the last digit."""
    people = [(f"DB1-S{i}", list(one)) for i, one in enumerate(values)]
    shuffled = random.sample(people, len(people))
    assert summary(dict(people), higher=True) == summary(dict(shuffled), higher=True)
    ours, theirs = ({name: one[i] for name, one in people} for i in (0, -1))
    again = {name: ours[name] for name, _ in shuffled}
    assert compare(again, theirs, higher=True) == compare(ours, theirs, higher=True)


def test_names_without_numbers_stand_beside_those_with() -> None:
    """Any name sorts."""
    assert in_order(["b", "a2", "a10", "2", "a"]) == ["2", "a", "a2", "a10", "b"]


def test_a_comparison_by_hand() -> None:
    """Student's t with four degrees of freedom is 2.776; p is the share of the 32 signs that lie as far out."""
    ours = {f"P{i}": 0.5 + d for i, d in enumerate([0.01, 0.02, 0.03, 0.04, -0.005])}
    found = compare(ours, dict.fromkeys(ours, 0.5), higher=True)
    assert found is not None
    half = 2.776 * np.std([0.01, 0.02, 0.03, 0.04, -0.005], ddof=1) / np.sqrt(5)
    assert found["difference"] == pytest.approx(0.019)
    assert found["interval95"] == pytest.approx([0.019 - half, 0.019 + half], abs=1e-5)
    assert (found["better"], found["people"]) == (4, 5)
    ranks = [2, 3, 4, 5, 1]
    sums = [sum(r for r, up in zip(ranks, signs, strict=True) if up) for signs in product([0, 1], repeat=5)]
    assert found["wilcoxon_p"] == pytest.approx(2 * np.mean([s >= 14 for s in sums]))


@settings(max_examples=30)
@given(st.lists(st.integers(-4, 4), min_size=5, max_size=7).filter(any))
def test_p_is_scipys(points: list[int]) -> None:
    """With ties and with people who do not differ, and exactly."""
    ours = {f"P{i}": 0.5 + point / 100 for i, point in enumerate(points)}
    found = compare(ours, dict.fromkeys(ours, 0.5), higher=True)
    assert found is not None
    assert found["wilcoxon_p"] == pytest.approx(wilcoxon([point for point in points if point]).pvalue)


def test_p_of_many_people_is_scipys_too() -> None:
    """Too many signs to try."""
    differences = np.random.default_rng(2).normal(0.1, 1, 22)
    ours = {f"P{i}": float(one) for i, one in enumerate(differences)}
    found = compare(ours, dict.fromkeys(ours, 0.0), higher=True)
    assert found is not None
    assert found["wilcoxon_p"] == pytest.approx(wilcoxon(differences).pvalue)


def test_better_minds_the_direction_and_the_difference_does_not() -> None:
    """Fewer false activations: below 0, and better."""
    found = compare({"P": 1.0, "Q": 2.0, "R": 3.0}, {"P": 1.75, "Q": 2.5, "R": 2.5}, higher=False)
    assert found is not None
    assert (found["difference"], found["better"]) == (-0.25, 2)


def test_only_people_that_both_have_are_compared() -> None:
    """Nobody in common is no comparison; one is a difference without an interval."""
    assert compare({"P": 1.0}, {"Q": 1.0}, higher=True) is None
    assert compare({"P": 1.0, "R": 0.0}, {"P": 0.5}, higher=True) == {
        "difference": 0.5,
        "interval95": None,
        "wilcoxon_p": None,
        "better": 1,
        "people": 1,
    }


def test_too_few_people_or_no_difference_have_no_p() -> None:
    """Four who agree, and six whose means differ by rounding alone."""
    four = {f"P{i}": 0.6 for i in range(4)}
    six = {f"P{i}": 0.1 + 0.2 for i in range(6)}
    tested = [compare(four, dict.fromkeys(four, 0.5), higher=True), compare(six, dict.fromkeys(six, 0.3), higher=True)]
    assert [found and found["wilcoxon_p"] for found in tested] == [None, None]
    assert tested[1] is not None
    assert (tested[1]["interval95"], tested[1]["better"]) == ([0.0, 0.0], 0)
