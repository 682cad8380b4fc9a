import json
import random

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score, precision_recall_fscore_support
from support.stretches import HOP_S, Said, stretch

from emg_edge.train.evaluation.decided import Decided
from emg_edge.train.evaluation.figures import make_learning_curve, make_row

PEOPLE = tuple(f"DB5-S{i}" for i in range(1, 13))


def noisy(person: str, seed: int, right: float = 0.7) -> Decided:
    """A long stretch with rest, decided right by chance."""
    chance = np.random.default_rng([int(person[5:]), seed])
    truth = np.repeat(np.tile([0, 1, 0, 2, 0, 3], 4), 12)

    def say(share: float) -> Said:
        decided = np.where(chance.random(len(truth)) < share, truth, chance.integers(0, 4, len(truth)))
        movement = np.maximum(decided, 1)
        active = chance.random(len(truth)).astype(np.float32)
        return Said(decided.astype(np.int16), movement.astype(np.int16), active, 0.9)

    digits = "".join(map(str, truth))
    return stretch(person, digits, int8=say(right), td6_lda=say(right - 0.1))


ROW = {seed: [noisy(person, seed) for person in PEOPLE] for seed in (0, 1, 2)}


def test_a_row_has_what_the_document_promises() -> None:
    """Every part, no nan, and decoders that LDA is the baseline of."""
    row = make_row("A title", ROW, rest=True, cost={"parameters": 7})
    json.dumps(row, allow_nan=False)
    assert row["title"] == "A title"
    assert set(row["decoders"]) == {"int8", "td6_lda", "majority"}
    assert set(row["decoders"]["majority"]) == {"accuracy", "balanced_accuracy", "macro_f1"}
    assert set(row["against_td6_lda"]) == {"int8"}
    for part in ("by_movement", "by_onset", "confusion"):
        assert set(row[part]) == {"int8", "td6_lda"}
    assert (row["cost"], "learning_curve" in row) == ({"parameters": 7}, False)
    accuracy = row["decoders"]["int8"]["accuracy"]
    assert set(accuracy) == {"mean", "sd", "median", "worst_decile", "seed_sd", "subjects"}
    assert tuple(accuracy["subjects"]) == PEOPLE
    difference = row["against_td6_lda"]["int8"]["accuracy"]
    assert difference["difference"] == pytest.approx(accuracy["mean"] - row["decoders"]["td6_lda"]["accuracy"]["mean"])
    assert difference["people"] == len(PEOPLE)


def test_figures_are_scikit_learns() -> None:
    """Scores of one person, and recall and precision over all."""
    row = make_row("", {0: ROW[0]}, rest=True)
    first = ROW[0][0]
    truth, decided = first.truth, first.decoders["int8"].decided
    scores = {name: of["subjects"]["DB5-S1"] for name, of in row["decoders"]["int8"].items()}
    assert scores["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(truth, decided))
    assert scores["macro_f1"] == pytest.approx(f1_score(truth, decided, average="macro"))

    truth = np.concatenate([one.truth for one in ROW[0]])
    decided = np.concatenate([one.decoders["int8"].decided for one in ROW[0]])
    precision, recall, _, _ = precision_recall_fscore_support(truth, decided)
    table = row["by_movement"]["int8"]
    assert [line["name"] for line in table] == ["rest", "index flexion", "index extension", "middle flexion"]
    assert [line["recall"] for line in table] == pytest.approx(recall)
    assert [line["precision"] for line in table] == pytest.approx(precision)


def test_the_order_of_stretches_changes_nothing() -> None:
    """People, and the two tracks of each, are mixed: the document is the same to the last digit."""
    mixed = {seed: [*many, *(noisy(person, 7) for person in PEOPLE)] for seed, many in ROW.items()}
    shuffled = {seed: random.Random(3).sample(many, len(many)) for seed, many in reversed(mixed.items())}
    assert json.dumps(make_row("", shuffled, rest=True)) == json.dumps(make_row("", mixed, rest=True))


def test_seeds_are_averaged_before_people_are() -> None:
    """A person decided right with one seed and wrong with the other counts as half."""
    row = make_row("", {0: [stretch("P", "11", int8="11")], 1: [stretch("P", "11", int8="22")]}, rest=False)
    accuracy = row["decoders"]["int8"]["accuracy"]
    assert (accuracy["mean"], accuracy["sd"]) == (0.5, None)
    assert accuracy["seed_sd"] == pytest.approx(np.sqrt(0.5))
    assert row["against_td6_lda"] == {}


def test_a_decoder_may_lack_a_seed() -> None:
    """LDA has nothing random in it, and is compared by the seed that it has."""
    both = stretch("P", "1122", int8="1122", td6_lda="1222")
    row = make_row("", {0: [both], 1: [stretch("P", "1122", int8="1222")]}, rest=False)
    assert row["decoders"]["td6_lda"]["accuracy"]["mean"] == 0.75
    assert row["against_td6_lda"]["int8"]["accuracy"]["difference"] == pytest.approx(0.125)


def test_movements_by_hand() -> None:
    """Recall, precision, executions and what is taken for what; precision is absent where nothing was so decided."""
    row = make_row("", {0: [stretch("P", "11112222", int8="11131111")]}, rest=False)
    assert row["by_movement"]["int8"] == [
        {
            "movement": 1,
            "name": "index flexion",
            "recall": 0.75,
            "precision": pytest.approx(3 / 7),
            "execution_accuracy": 1.0,
            "taken_for": [["middle flexion", 0.25]],
        },
        {
            "movement": 2,
            "name": "index extension",
            "recall": 0.0,
            "execution_accuracy": 0.0,
            "taken_for": [["index flexion", 1.0]],
        },
    ]
    assert row["confusion"]["int8"] == {
        "movements": [1, 2, 3],
        "names": ["index flexion", "index extension", "middle flexion"],
        "counts": [[3, 0, 1], [4, 0, 0], [0, 0, 0]],
    }


def test_accuracy_by_onset_is_the_mean_over_people() -> None:
    """One person with one execution weighs as much as one with two; those that last are counted."""
    one = stretch("P", "01110", int8="00110")
    two = stretch("Q", "011022", int8="011000")
    row = make_row("", {0: [one, two], 1: [one, two]}, rest=True)
    assert row["by_onset"]["int8"] == {
        "time_s": [0.0, HOP_S, 2 * HOP_S],
        "accuracy": [pytest.approx((0 + 0.5) / 2), pytest.approx((1 + 0.5) / 2), 1.0],
        "executions": [3, 3, 1],
    }


def test_without_an_onset_there_is_no_curve() -> None:
    """Recordings that begin inside the movement have no onset, no delay, and none that was missed."""
    row = make_row("", {0: [stretch("P", "1111", int8="1111")]}, rest=False)
    assert row["by_onset"] == {}
    assert not {"delay_s", "onsets_missed"} & set(row["decoders"]["int8"])


def test_rest_that_is_marked_scored_is_no_class_without_rest() -> None:
    """A condition without rest has movements only."""
    row = make_row("", {0: [stretch("P", "0011", int8="3311")]}, rest=False)
    assert row["confusion"]["int8"]["movements"] == [1]
    assert row["decoders"]["majority"]["accuracy"]["mean"] == 1.0


def test_a_learning_curve_is_made_of_rows() -> None:
    """By repetitions in order, the means of what all rows have."""
    many, few = (make_row("", {0: [noisy("DB5-S1", 0, share)]}, rest=True) for share in (0.9, 0.4))
    del few["decoders"]["td6_lda"]
    curve = make_learning_curve({4: many, 1: few})
    assert (curve["repetitions"], set(curve)) == ([1, 4], {"repetitions", "int8"})
    means = [row["decoders"]["int8"]["accuracy"]["mean"] for row in (few, many)]
    assert curve["int8"]["accuracy"] == means
    assert make_row("", ROW, rest=True, learning_curve=curve)["learning_curve"] == curve


def test_nothing_decided_is_refused() -> None:
    """A condition whose jobs left nothing is a defect before it, named."""
    with pytest.raises(ValueError, match="nothing was decided in 'A title'"):
        make_row("A title", {0: []}, rest=True)
