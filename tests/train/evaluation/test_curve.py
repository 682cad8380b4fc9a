from typing import Any

import msgspec
import pytest
from support.evaluations import LEFT_OUT, OWN, WITHIN
from support.stretches import stretch

from emg_edge.errors import ProtocolError
from emg_edge.train.evaluation.curve import drawn_together, with_curve
from emg_edge.train.evaluation.figures import make_row
from emg_edge.train.evaluation.protocol import protocol


def row(right: int) -> dict[str, Any]:
    """So many instants of ten are decided right."""
    decided = "1" * (right - 5) + "2" * (10 - right) + "2" * 5
    return make_row("", {0: [stretch("DB1-S1", "1111122222", td6_lda=decided)]}, rest=False)


def test_a_row_for_each_smaller_number_of_training_repetitions() -> None:
    """The first ones, in order; all of them is the headline itself, and the headline stays first."""
    asked = with_curve(WITHIN)
    assert [one.name for one in asked.rows] == ["own", *(f"repetitions-{count}" for count in range(1, 8))]
    assert [one.train for one in asked.rows[1:]] == [(1, 3, 4, 6, 7, 8, 9, 10)[:count] for count in range(1, 8)]
    assert {one.scale for one in asked.rows} == {"training"}


def test_a_row_that_names_its_repetitions_is_shortened() -> None:
    """Cycles 1 to 3 of the published set, tested on the fourth throughout."""
    asked = with_curve(protocol("cote-allard"))
    added = {one.name: one for one in asked.rows if one.name.startswith("repetitions-")}
    assert {name: one.train for name, one in added.items()} == {"repetitions-1": (1,), "repetitions-2": (1, 2)}
    assert all(one.test == (4,) and one.pretrain for one in added.values())


def test_the_rows_become_the_headlines_curve() -> None:
    """In the order of repetitions; they are no rows of the result."""
    few = msgspec.structs.replace(WITHIN, rows=(msgspec.structs.replace(OWN, train=(1, 3, 4)),))
    rows = {"own": row(9), "repetitions-2": row(8), "repetitions-1": row(6)}
    drawn = drawn_together(few, rows)
    assert list(drawn) == ["own"]
    curve = drawn["own"]["learning_curve"]
    assert (curve["repetitions"], curve["td6_lda"]["accuracy"]) == ([1, 2, 3], [0.6, 0.8, 0.9])
    assert isinstance(drawn["own"]["areas_for_improvement"], list)


@pytest.mark.parametrize(
    "wrong", [LEFT_OUT, msgspec.structs.replace(WITHIN, databases=("lab",))], ids=["other people", "unknown numbers"]
)
def test_without_a_number_of_repetitions_there_is_no_curve(wrong: Any) -> None:
    """One sentence, before anything is computed."""
    with pytest.raises(ProtocolError, match="a learning curve is of training repetitions, and tiny has no number"):
        with_curve(wrong)
