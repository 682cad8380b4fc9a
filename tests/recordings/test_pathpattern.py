import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emg_edge.recordings.pathpattern import check_sum, check_template, compile_pattern, fill, number


def test_fields_are_read_from_a_path_in_either_case():
    """Text stays within one name, a number is digits, and a field that stands twice must be the same."""
    pattern = compile_pattern("{who}/Day{day:number}/D{day:number}_{what}.csv")
    assert (pattern.fields, pattern.numbers) == ({"who", "day", "what"}, {"day"})
    assert pattern.match("al/day12/D12_fist.CSV") == {"who": "al", "day": "12", "what": "fist"}
    for other in ("al/day12/D1_fist.csv", "x/al/day12/D12_fist.csv", "al/dayone/Done_fist.csv", "al/day1/D1_.csv"):
        assert pattern.match(other) is None, other


@pytest.mark.parametrize(
    ("text", "value"), [(7, 7), ("n", 15), ("n + 1", 16), ("n - 3", 12), ("n % 7", 1), ("n // 7 + 1", 3)]
)
def test_a_little_arithmetic_is_done(text, value):
    """A number, a field, and what sets that count through all files need."""
    check_sum(text, compile_pattern("{n:number}.csv"))
    assert number(text, {"n": "15"}) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("n % 0", "is no number"),
        ("n * 2", "is no number"),
        ("__import__('os')", "is no number"),
        ("m + 1", "'m', which its pattern has not"),
        ("who", "write {who:number}"),
    ],
)
def test_other_arithmetic_is_refused(text, said):
    """Nothing is ever evaluated that is not understood."""
    with pytest.raises(ValueError, match=re.escape(said)):
        check_sum(text, compile_pattern("{who}/{n:number}.csv"))


@pytest.mark.parametrize(
    "pattern", ["/{a}.csv", "../{a}.csv", "{a}//b.csv", "", "{A}.csv", "{a:int}.csv", "{a.csv", "a}.csv", "{}.csv"]
)
def test_what_is_no_pattern_is_refused(pattern):
    """It must lie below the folder, and its fields must be of the two kinds."""
    with pytest.raises(ValueError, match="pattern"):
        compile_pattern(pattern)


def test_a_template_takes_fields_of_its_pattern_only():
    """Known fields are filled in; others, and stray braces, are refused."""
    pattern = compile_pattern("{who}.csv")
    check_template("LAB-{who}", pattern)
    assert fill("LAB-{who}", {"who": "al"}) == "LAB-al"
    for wrong in ("{what}", "{who", "{who:number}"):
        with pytest.raises(ValueError, match="'"):
            check_template(wrong, pattern)


@given(st.text(alphabet="ab{}:/.number()[]*+?\\", max_size=20), st.text(max_size=20))
def test_any_text_is_a_pattern_or_refused(text, path):
    """A pattern without fields matches itself alone, whatever regular expressions would make of it."""
    try:
        pattern = compile_pattern(text)
    except ValueError:
        return
    pattern.match(path)
    if not pattern.fields:
        assert pattern.match(text) == {}
