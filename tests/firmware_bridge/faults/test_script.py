import math
from pathlib import Path

import pytest

from emg_edge.errors import EmgEdgeError
from emg_edge.firmware_bridge.faults.script import KINDS, Burst, Drop, LeadOff, Unplug, parse, read

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_defaults_for_all(kind):
    """A kind alone is a fault: from the start of streaming, with values that make sense."""
    (fault,) = parse(f'[[fault]]\nkind = "{kind}"\n', "x").fault
    assert type(fault) is KINDS[kind]
    assert fault.at_s == 0
    assert fault.for_s > 0


def test_values_are_read():
    """Numbers may be whole or not; channels count from 1; the seed is the script's."""
    script = parse(
        'seed = 3\n[[fault]]\nkind = "drop"\nat_s = 5\nfor_s = 2.5\nshare = 0.1\n'
        '[[fault]]\nkind = "lead-off"\nat_s = 1\nchannels = [1, 8]\n',
        "x",
    )
    assert script.seed == 3
    assert script.fault == (Drop(at_s=5, for_s=2.5, share=0.1), LeadOff(at_s=1, channels=(1, 8)))


def test_a_fault_lasts_from_its_beginning_to_before_its_end():
    """It is there at `at_s`, and no more at `at_s + for_s`; one without an end stays."""
    fault = Unplug(at_s=2, for_s=3)
    assert [fault.active(t) for t in (1.99, 2.0, 4.99, 5.0)] == [False, True, True, False]
    assert Drop().active(1e9)
    assert math.isinf(Drop().end_s)
    assert Burst(at_s=4).end_s == 4  # at once


@pytest.mark.parametrize("name", [path.name for path in sorted(EXAMPLES.glob("*.toml"))])
def test_the_examples_of_the_documentation_are_scripts(name):
    """What docs/examples holds can be run, and says something."""
    assert read(EXAMPLES / name).fault


def test_unplug_is_what_the_documentation_says():
    """Five seconds in, away for five seconds, back."""
    assert read(EXAMPLES / "unplug.toml").fault == (Unplug(at_s=5, for_s=5),)


BAD = {
    "a kind that is none": ('[[fault]]\nkind = "dorp"', "drop"),
    "no kind": ("[[fault]]\nat_s = 1", "kind"),
    "a word that is none": ('[[fault]]\nkind = "drop"\nshared = 0.1', "shared"),
    "a word of another kind": ('[[fault]]\nkind = "stall"\nshare = 0.1', "share"),
    "text for a number": ('[[fault]]\nkind = "drop"\nshare = "much"', "expected a number"),
    "a share above 1": ('[[fault]]\nkind = "drop"\nshare = 5', "share"),
    "a share below 0": ('[[fault]]\nkind = "drop"\nshare = -0.1', "share"),
    "a share that is no number": ('[[fault]]\nkind = "drop"\nshare = nan', "share"),
    "a time before the start": ('[[fault]]\nkind = "drop"\nat_s = -1', "at_s"),
    "a time that is no number": ('[[fault]]\nkind = "drop"\nat_s = nan', "at_s"),
    "a time without an end": ('[[fault]]\nkind = "drop"\nat_s = inf', "at_s"),
    "a duration of nothing": ('[[fault]]\nkind = "drop"\nfor_s = 0', "for_s"),
    "a channel 0": ('[[fault]]\nkind = "flat"\nchannels = [0]', "channels[0]"),
    "a channel that is text": (
        '[[fault]]\nkind = "flat"\nchannels = ["a"]',
        "in `fault[0].channels[0]`: expected a whole number, found a text",
    ),
    "a burst of less than nothing": ('[[fault]]\nkind = "burst-loss"\npackets = -5', "packets"),
    "a burst without an end": ('[[fault]]\nkind = "burst-loss"\npackets = 1000000000000', "packets"),
    "garbage beyond memory": ('[[fault]]\nkind = "garbage"\namount = 1000000000000', "amount"),
    "garbage of less than nothing": ('[[fault]]\nkind = "garbage"\namount = -1', "amount"),
    "a turn that is no number": ('[[fault]]\nkind = "counter-wrap"\nturns = nan', "turns"),
    "a clock that runs backwards": ('[[fault]]\nkind = "rate-drift"\nby = -1.5', "by"),
    "a clock without a rate": ('[[fault]]\nkind = "rate-drift"\nby = inf', "by"),
    "a ring that slips for ever": ('[[fault]]\nkind = "electrode-shift"\nby = 1000000000000', "by"),
    "hum that is no number": ('[[fault]]\nkind = "mains-hum"\nuv = nan', "uv"),
    "motion without a frequency": ('[[fault]]\nkind = "motion"\nhz = inf', "hz"),
    "a gain that is no number": ('[[fault]]\nkind = "saturation"\ngain = nan', "gain"),
    "fatigue in no time": ('[[fault]]\nkind = "fatigue"\nover_s = 0', "over_s"),
    "fatigue that is no number": ('[[fault]]\nkind = "fatigue"\nfactor = nan', "factor"),
    "a name that is none": ('[[fault]]\nkind = "drop"\nat = 3', "in `fault[0]`: `at` means nothing there"),
    "no TOML": ("[[fault", "x"),
    "another table": ("[faults]\n", "faults"),
    "a seed below 0": ("seed = -1", "in `seed`: expected a whole number >= 0"),
    "a seed that is text": ('seed = "a"', "in `seed`: expected a whole number, found a text"),
}


@pytest.mark.parametrize(("text", "told"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_one_sentence(text, told):
    """A bad script names itself and what is wrong with it."""
    with pytest.raises(EmgEdgeError, match="x is no fault script") as caught:
        parse(text, "x")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe", "folder"])
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path, content):
    """Missing, no text, or a folder."""
    path = tmp_path / "script.toml"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(EmgEdgeError, match=r"script\.toml") as caught:
        read(path)
    assert "\n" not in str(caught.value)
