import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emg_edge.recordings.catalogue import DATABASES
from emg_edge.recordings.labels import number_movements, repetitions


def _raw(*labels):
    return np.array(labels, np.int16)


@pytest.mark.parametrize(
    ("database", "exercise", "raw", "movement"),
    [
        ("DB1", 1, (0, 1, 12), (0, 1, 12)),
        ("DB1", 2, (0, 1, 17), (0, 13, 29)),
        ("DB1", 2, (0, *range(13, 30)), (0, *range(13, 30))),
        ("DB5", 3, (0, 1, 23), (0, 30, 52)),
        ("DB2", 1, (0, 1, 17), (0, 13, 29)),
        ("DB2", 2, (0, 1, 23), (0, 30, 52)),
        ("DB2", 2, (0, 18, 40), (0, 30, 52)),
        ("DB3", 3, (0, 41, 49), (0, 53, 61)),
        ("DB3", 3, (0, 1, 9), (0, 53, 61)),
        ("DB6", None, (0, 1, 3, 4, 6, 9, 10, 11), (0, 62, 64, 65, 67, 70, 71, 72)),
    ],
)
def test_both_numberings_of_a_file_become_one(database, exercise, raw, movement):
    """Labels that restart in a file and labels that run on across files name the same movements."""
    numbered = number_movements(_raw(*raw), DATABASES[database], exercise)
    assert tuple(numbered.movement) == movement
    assert numbered.strange == ()
    assert numbered.remark == ""


def test_labels_that_fit_both_numberings_are_remarked():
    """A cut-short second file of DB2 with labels 18-23 only is read as running on, and says so."""
    numbered = number_movements(_raw(0, 18, 19, 23), DATABASES["DB2"], 2)
    assert tuple(numbered.movement) == (0, 30, 31, 35)
    assert "18-23" in numbered.remark


def test_strange_labels_are_listed_and_belong_to_no_split():
    """A label outside the exercise is no movement, and gets repetition 0."""
    raw, own = _raw(0, 3, 0, 13, 0, 5), _raw(0, 1, 0, 2, 0, 3)
    numbered = number_movements(raw, DATABASES["DB1"], 1)
    assert numbered.strange == (13,)
    assert tuple(numbered.movement) == (0, 3, 0, 0, 0, 5)
    assert tuple(repetitions(raw, own, numbered.strange)) == (1, 1, 2, 0, 3, 3)


def test_rest_has_the_repetition_of_the_movement_it_precedes():
    """Rest before a movement is of its repetition, whatever the file says; rest after the last is of none."""
    raw = _raw(0, 0, 4, 4, 0, 4, 0, 0)
    own = _raw(9, 9, 1, 1, 9, 2, 9, 9)
    assert tuple(repetitions(raw, own)) == (1, 1, 1, 1, 2, 2, 0, 0)


def test_a_file_of_rest_alone_has_no_repetition():
    """With no movement to precede, rest belongs to no split."""
    assert tuple(repetitions(_raw(0, 0, 0), _raw(1, 1, 1))) == (0, 0, 0)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=60))
def test_repetitions_equal_the_plain_definition(samples):
    """The vectorised rule gives what going through the samples one by one gives."""
    raw, own = (np.array(column, np.int16) for column in zip(*samples, strict=True))
    expected = []
    for index, label in enumerate(raw):
        after = next((i for i in range(index, len(raw)) if raw[i] != 0), None)
        expected.append(int(own[index]) if label else 0 if after is None else int(own[after]))
    assert repetitions(raw, own).tolist() == expected
