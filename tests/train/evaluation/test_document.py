import json
from typing import Any

import pytest
from support.stretches import said, stretch

from emg_edge.train.evaluation.document import make_document, table
from emg_edge.train.evaluation.figures import make_row

PROTOCOL = {"title": "Twelve movements", "context_ms": 400, "rest": True}


def document(people: int = 2, *, rest: bool = True) -> dict[str, Any]:
    def one(person: int) -> Any:
        wrong = "2" if person else "1"
        return stretch(
            f"P{person}",
            "0000011111",
            int8=said(f"000001111{wrong}", threshold=0.5),
            td6_lda=said("0000011122", threshold=0.5),
        )

    row = make_row("Own scale", {0: [one(person) for person in range(people)]}, rest=rest)
    other = make_row("Another", {0: [stretch("P0", "0011", int8="0000")]}, rest=rest)
    protocol = {**PROTOCOL, "rest": rest}
    data = {"people": [f"P{i}" for i in range(people)], "databases": {}, "recordings": people}
    rows = {"own": row, "other": other}
    return make_document(protocol, data, (0,), rows, "own", {"emg-edge": "1"}, {"cores": 2})


def test_the_headline_stands_at_the_top() -> None:
    """Its decoders and their comparison, as they stand in its row; it is JSON as it is."""
    found = document()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert list(found)[:7] == ["schema", "protocol", "data", "seeds", "versions", "machine", "headline"]
    assert (found["schema"], found["seeds"], found["headline"]) == (1, [0], "own")
    for name in ("int8", "td6_lda", "majority"):
        assert found[name] == found["rows"]["own"]["decoders"][name]
    assert found["against_td6_lda"] == found["rows"]["own"]["against_td6_lda"]
    assert set(found["rows"]) == {"own", "other"}


def test_a_headline_that_is_no_row_is_refused() -> None:
    """Both are named."""
    with pytest.raises(ValueError, match="the headline 'x' is none of the rows own"):
        make_document(PROTOCOL, {}, (0,), {"own": {}}, "x", {}, {})


def test_the_table_by_hand() -> None:
    """A heading, a line a decoder, what is not there as a dash, and the differences."""
    lines = table(document())
    assert lines[:8] == [
        "Twelve movements: 2 people, 1 seed, 400 ms of context, with rest",
        "",
        "Own scale",
        "                 accuracy %  balanced %  macro F1 %  executions %  false/min  right at 5 % false  delay ms",
        "int8 network    95.0 +- 7.1        95.0        97.2         100.0        0.0                90.0         0",
        "TD6 + LDA       80.0 +- 0.0        80.0        87.5         100.0        0.0                60.0         -",
        "majority class  50.0 +- 0.0        50.0        33.3             -          -                   -         -",
        "int8 network against TD6 + LDA, accuracy: +15.0 points"
        " (95 % interval -48.5 to +78.5, better in 2 of 2 people)",
    ]
    assert lines[10:12] == ["", "Another"]
    assert not any("against" in line for line in lines[11:])


def test_the_table_leaves_out_what_nobody_has() -> None:
    """Without rest no columns of rest; with ten people the worst tenth, and a p."""
    lines = table(document(10, rest=False))
    assert "false" not in lines[3]
    assert "worst tenth" in lines[3]
    assert any("Wilcoxon p = " in line for line in lines)
    assert "worst" not in table(document(9))[3]
