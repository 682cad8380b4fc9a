"""What of a recipe goes by the amount of data."""

from emg_edge.train.fitting.recipe import Recipe
from emg_edge.train.fitting.task import MANY_WINDOWS, regularised


def test_little_data_is_held_back_otherwise_than_much() -> None:
    """Drop-out and weight decay for a person's own windows, label smoothing for those of many."""
    few, many = (regularised(Recipe(), windows) for windows in (MANY_WINDOWS - 1, MANY_WINDOWS))
    assert (few.dropout, few.label_smoothing, few.weight_decay) == (0.2, 0.0, 0.1)
    assert (many.dropout, many.label_smoothing, many.weight_decay) == (0.0, 0.15, 0.01)


def test_what_was_asked_for_stands() -> None:
    """Whatever the amount of data, zero too."""
    asked = Recipe(dropout=0.0, label_smoothing=0.0, weight_decay=0.0)
    assert all(regularised(asked, windows) == asked for windows in (1, 10 * MANY_WINDOWS))
