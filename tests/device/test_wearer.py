import math

import msgspec
import pytest

from emg_edge.decoding.modelfile import Scales
from emg_edge.device.wearer import choose_ring, choose_scale
from emg_edge.errors import SpecError
from emg_edge.signal.frontend import Standardisation
from emg_edge.signal.source import Source

MYO = Source("raw", 200.0, "myo-count", "ring8")
TWO_MYOS = Source("raw", 200.0, "myo-count", "ninapro-db5")
CYTON = Source("raw", 200.0, "uV", "ring8")


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
    """--wearer goes before what the board says."""
    assert choose_scale(description, MYO, "SIM-S2", "only", asked="DB1-S1").scale == scale(3)


def test_the_user_may_ask_for_the_mean(description):
    """--wearer mean is not worth a warning."""
    choice = choose_scale(description, MYO, "SIM-S1", "only", asked="mean")
    assert (choice.scale, choice.note) == (scale(0), "")


def test_a_wearer_that_was_asked_for_must_be_there(description):
    """A name that the model does not know is refused with those it knows."""
    with pytest.raises(SpecError, match=r"'DB9-S9'.*DB5-S1/upper"):
        choose_scale(description, MYO, "SIM-S1", "only", asked="DB9-S9")


def test_a_unit_that_nobody_was_recorded_in_is_refused(description):
    """Counts and microvolts are not the same: both units are named."""
    with pytest.raises(SpecError, match=r"'uV'.*myo-count"):
        choose_scale(description, CYTON, None, "only")


def test_volts_serve_microvolts(description):
    """The same quantity at another factor: an offset of ln(10^6) in the logarithm."""
    volts = msgspec.structs.replace(description, scales=Scales({"V": scale(-11.0)}, {}))
    choice = choose_scale(volts, CYTON, None, "only")
    assert choice.scale.mean[0] == pytest.approx(-11.0 + math.log(1e6))
    assert choice.name == "mean of V"


def test_the_first_of_two_rings_is_used_and_said(description):
    """A sixteen-channel source for a ring of eight: the upper ring, unless the user says otherwise."""
    ring = choose_ring(description, TWO_MYOS, None)
    assert ring.name == "upper"
    assert "--ring" in ring.note
    assert choose_ring(description, TWO_MYOS, "lower").name == "lower"


def test_an_only_ring_is_not_worth_a_word(description):
    """An armband of eight for a model of eight."""
    assert choose_ring(description, MYO, None).note == ""
