import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.data_folders import DESCRIPTION

from emg_edge.errors import RecordingError
from emg_edge.movements import NAMES, OWN_FROM
from emg_edge.recordings.datadescription import parse, public_sets


def test_labels_get_the_numbers_of_movements():
    """NinaPro's by name, own ones as declared, and a label is the same with and without leading zeros."""
    described = parse(DESCRIPTION.replace("rest =", "007 =").encode(), "emg-data.toml")
    assert described.numbers == {"7": 0, "fist": NAMES.index("fist"), "snap": 100}
    assert (described.source.channels, described.source.rate_hz) == (4, 200)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "lab"', "", "`name` is missing"),
        ('name = "lab"', 'name = "DB5"', "'DB5' cannot name a data set"),
        ('name = "lab"', 'name = "own"', "'own' cannot name a data set"),
        ('name = "lab"', 'name = "a/b"', "'a/b' cannot name a data set"),
        ("rate_hz = 200", "rate_hz = 0", "rate of 0 Hz"),
        ("rate_hz = 200", "rate = 200", "`rate` means nothing there"),
        ("scale = 2", "scale = nan", "scale of nan"),
        ('"myo-count"', '"mV"', "Invalid enum value 'mV'"),
        ('"ring4"', '"ring5"', "unknown electrode layout 'ring5'"),
        ('format = "text"', 'format = "int16"', "'columns' is needed for int16"),
        ('format = "text"', 'format = "int16"\ncolumns = 4', "must end with one of .dat, .bin"),
        ('format = "text"', 'format = "text"\ncolumns = 4', "text has no need of it"),
        ('format = "text"', 'format = "text"\nsignal = [1, 2]', "2 columns of signal, and 'ring4' has 4"),
        ('format = "text"', 'format = "text"\nsignal = [1, 2, 3, 3]', "a column has two meanings"),
        ('format = "text"', 'format = "text"\nsignal = [0, 1, 2, 3]', "no column 0"),
        ('format = "text"', 'format = "text"\nmovement = "label"', "either by a column of the file, or by the pattern"),
        ('format = "text"', 'format = "text"\nrepetition = "rep"', "leave one out"),
        ('movement = "gesture"', "", "either by a column of the file, or by the pattern"),
        ('session = "day"', 'session = "who"', "write {who:number}"),
        ('"LAB-{who}"', '"{person}"', "'person', which its pattern has not"),
        ('fist = "fist"', 'fist = "fists"', "'fists', for the label 'fist', is no movement"),
        ('fist = "fist"', 'FIST = "fist"\nfist = "fist"', "one label twice"),
        ('snap = "finger snap"', "", "'finger snap' is no label's"),
        ("100 =", "61 =", "own movements have numbers from 100"),
        ("100 =", "many =", "expected a whole number"),
        ('100 = "finger snap"', '100 = "finger snap"\n101 = "finger snap"', "two own movements have one name"),
        ('100 = "finger snap"', '100 = "finger snap"\n101 = "fist"', "'fist' cannot name an own movement"),
        ("[movements]", "[movements", "does not describe a data set"),
    ],
)
def test_what_is_wrong_is_one_sentence(old, new, said):
    """It names the file and what is wrong, and where the format is told."""
    assert old in DESCRIPTION
    with pytest.raises(RecordingError) as caught:
        parse(DESCRIPTION.replace(old, new).encode(), "here/emg-data.toml")
    sentence = str(caught.value)
    assert said in sentence
    assert sentence.startswith("here/emg-data.toml does not describe a data set")
    assert "\n" not in sentence


@given(st.integers(0, len(DESCRIPTION) - 1), st.binary(max_size=3), st.integers(0, 8))
def test_damage_anywhere_is_one_sentence_or_none(place, junk, cut):
    """Bytes put in or taken out give a description or a refusal, and nothing else."""
    whole = DESCRIPTION.encode()
    said = ""
    try:
        parse(whole[:place] + junk + whole[place + cut :], "emg-data.toml")
    except RecordingError as error:
        said = str(error)
    assert "\n" not in said


def test_the_public_sets_do_not_collide():
    """Own movements of two sets never share a number, so that all may be merged."""
    sets = public_sets()
    assert {one.name for one in sets} == {"cote-allard", "libemg-myo", "myo-longterm"}
    numbers = [number for one in sets for number in one.own_movements]
    assert len(numbers) == len(set(numbers))
    assert all(number >= OWN_FROM for number in numbers)
    assert all(one.cite for one in sets)


def test_the_example_in_the_docs_is_one():
    """Users copy it."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "data-folders.md").read_text()
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert parse(example.encode(), "emg-data.toml").numbers == {"rest": 0, "fist": NAMES.index("fist"), "snap": 100}
