import itertools

import pytest

from emg_edge.signal.source import Unit
from emg_edge.signal.units import factor, is_exact


def test_volts_and_microvolts_are_one_quantity() -> None:
    """The factor is a million, and exact."""
    assert (factor("V", "uV"), factor("uV", "V")) == (1e6, 1e-6)
    assert is_exact("V", "uV")
    assert is_exact("uV", "V")


@pytest.mark.parametrize(("unit", "worth"), [("uV", 0.2), ("V", 0.2e6)])
def test_a_myo_count_has_a_nominal_worth(unit: Unit, worth: float) -> None:
    """Five microvolts, and not exact either way."""
    assert factor(unit, "myo-count") == pytest.approx(worth)
    assert factor("myo-count", unit) == pytest.approx(1 / worth)
    assert not is_exact(unit, "myo-count")
    assert not is_exact("myo-count", unit)


@pytest.mark.parametrize("unit", ["uV", "V", "myo-count"])
def test_db1s_volts_are_worth_nothing_elsewhere(unit: Unit) -> None:
    """They come from behind an amplifier of unknown gain."""
    assert factor("db1-volt", unit) is factor(unit, "db1-volt") is None
    assert factor("db1-volt", "db1-volt") == 1


def test_a_way_there_and_back_is_none() -> None:
    """The factors of any two units undo one another."""
    for one, other in itertools.product(("uV", "V", "myo-count"), repeat=2):
        assert factor(one, other) * factor(other, one) == pytest.approx(1)
