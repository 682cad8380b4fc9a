import msgspec
import pytest

from emg_edge.decoding.modelfile import Scales
from emg_edge.decoding.wearer import choose_ring, choose_scale
from emg_edge.errors import SpecError
from emg_edge.signal.frontend import Standardisation
from emg_edge.signal.source import Source

MYO = Source("raw", 200.0, "myo-count", "ring8")
TWO_MYOS = Source("raw", 200.0, "myo-count", "ninapro-db5")


def scale(mean: float) -> Standardisation:
    return Standardisation((mean,) * 8, (1.0,) * 8)


@pytest.fixture
def description(model):
    scales = Scales(
        {"myo-count": scale(0)}, {"DB5-S1/upper": scale(1), "DB5-S1/lower": scale(2), "DB1-S1/only": scale(3)}
    )
    return msgspec.structs.replace(model.description, scales=scales)


@pytest.mark.parametrize(
    ("wearer", "ring", "mean"), [("DB5-S1", "upper", 1), ("DB5-S1", "lower", 2), ("DB1-S1", "only", 3)]
)
def test_a_known_wearer_has_their_own_scale(description, wearer, ring, mean):
    """Wearer and ring together name a scale, and nothing needs to be said."""
    choice = choose_scale(description, MYO, wearer, ring)
    assert (choice.scale, choice.name, choice.note) == (scale(mean), f"{wearer}/{ring}", "")


@pytest.mark.parametrize("wearer", [None, "DB5-S9"])
def test_an_unknown_wearer_gets_the_mean_and_is_told(description, wearer):
    """The mean of the people in that unit is used, and said to be."""
    choice = choose_scale(description, MYO, wearer, "only")
    assert choice.scale == scale(0)
    assert choice.name == "mean of myo-count"
    assert "mean scale" in choice.note


def test_the_user_may_name_a_wearer(description):
    """--wearer goes before what the board says; the name may have the ring, as the list of those known has it."""
    assert choose_scale(description, MYO, "SIM-S2", "only", asked="DB1-S1").scale == scale(3)
    assert choose_scale(description, MYO, "SIM-S2", "only", asked="DB1-S1/only").scale == scale(3)


def test_the_user_may_ask_for_the_mean(description):
    """--wearer mean is not worth a warning."""
    choice = choose_scale(description, MYO, "SIM-S1", "only", asked="mean")
    assert (choice.scale, choice.note) == (scale(0), "")


def test_a_wearer_that_was_asked_for_must_be_there(description):
    """A name that the model does not know is refused with those it knows."""
    with pytest.raises(SpecError, match=r"'DB9-S9'.*DB5-S1/upper"):
        choose_scale(description, MYO, "SIM-S1", "only", asked="DB9-S9")
    with pytest.raises(SpecError, match="does not know the wearer ''"):
        choose_scale(description, MYO, "SIM-S1", "only", asked="")


def in_units(description, *units, wearers=()):
    scales = Scales({unit: scale(i) for i, unit in enumerate(units)}, {f"{name}/only": scale(9) for name in wearers})
    return msgspec.structs.replace(description, scales=scales)


@pytest.mark.parametrize(
    ("source", "units", "chosen"),
    [
        ("uV", ("myo-count", "V", "uV"), "uV"),  # its own
        ("uV", ("myo-count", "V"), "V"),  # an exact factor goes before a nominal one
        ("V", ("db1-volt", "uV"), "uV"),
        ("uV", ("db1-volt", "myo-count"), "myo-count"),
        ("myo-count", ("V",), "V"),
    ],
)
def test_the_samples_are_brought_to_a_unit_of_the_model(description, source, units, chosen):
    """The mean of the people in the nearest unit that there is a factor to."""
    choice = choose_scale(in_units(description, *units), Source("raw", 250.0, source, "ring8"), None, "only")
    assert choice.unit == chosen
    assert choice.name == f"mean of {chosen}"
    assert choice.scale == scale(units.index(chosen))


@pytest.mark.parametrize(
    ("source", "known"), [("db1-volt", "myo-count"), ("uV", "db1-volt"), ("V", "db1-volt"), ("myo-count", "db1-volt")]
)
def test_a_unit_without_a_factor_is_refused(description, source, known):
    """DB1's volts are worth nothing known in others: both units are named."""
    with pytest.raises(SpecError, match=rf"'{source}'.*{known}"):
        choose_scale(in_units(description, known), Source("envelope", 100.0, source, "ring8"), None, "only")


@pytest.mark.parametrize(
    ("wearer", "source", "unit"),
    [
        ("DB5-S1", "V", "myo-count"),  # not volts, though the model knows those too
        ("DB2-S1", "uV", "V"),
        ("DB1-S1", "V", "V"),  # no factor to DB1's volts: as the source is
        ("SIM-S1", "uV", "V"),  # of what it was simulated the name does not tell: the nearest
    ],
)
def test_a_wearers_own_scale_is_for_the_unit_they_were_recorded_in(description, wearer, source, unit):
    """Their database tells, where it is one of NinaPro's."""
    known = in_units(description, "myo-count", "V", "db1-volt", wearers=[wearer])
    choice = choose_scale(known, Source("raw", 250.0, source, "ring8"), None, "only", asked=wearer)
    assert (choice.unit, choice.scale) == (unit, scale(9))


def test_the_first_of_two_rings_is_used_and_said(description):
    """A sixteen-channel source for a ring of eight: the upper ring, unless the user says otherwise."""
    ring = choose_ring(description, TWO_MYOS, None)
    assert ring.name == "upper"
    assert "--ring" in ring.note
    assert choose_ring(description, TWO_MYOS, "lower").name == "lower"


def test_an_only_ring_is_not_worth_a_word(description):
    """An armband of eight for a model of eight."""
    assert choose_ring(description, MYO, None).note == ""
