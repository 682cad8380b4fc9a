import numpy as np
import pytest

from emg_edge.errors import EmgEdgeError
from emg_edge.firmware_bridge.forearm.electrodes import LAYOUTS, electrodes
from emg_edge.firmware_bridge.forearm.gestures import activation
from emg_edge.firmware_bridge.forearm.muscles import INDEX, MUSCLES
from emg_edge.firmware_bridge.forearm.person import Person
from emg_edge.movements import NAMES
from emg_edge.signal import montage


def test_every_movement_has_a_pattern_of_its_own() -> None:
    """All 61 movements and rest are activations within 0..1, and no two are alike."""
    levels = np.stack([activation(number) for number in range(len(NAMES))])
    assert levels.min() >= 0
    assert levels.max() <= 1
    apart = np.abs(levels[:, None] - levels[None]).max(axis=2)
    assert apart[~np.eye(len(levels), dtype=bool)].min() >= 0.05


def test_movements_are_made_by_the_muscles_that_make_them() -> None:
    """Index flexion is led by an index flexor, wrist extension by a wrist extensor, and rest is low."""
    assert INDEX["FDS2"] == activation(1).argmax()
    assert MUSCLES[activation(26).argmax()].name == "ECRB"
    assert activation(0).max() < 0.05


def test_forces_are_harder_than_the_free_movement() -> None:
    """Pressing with the little finger takes more of its flexor than moving it."""
    assert activation(53)[INDEX["FDP5"]] > activation(7)[INDEX["FDP5"]]


@pytest.mark.parametrize("movement", [-1, 62])
def test_an_unknown_movement_is_refused(movement: int) -> None:
    """A movement outside NinaPro's list is named in one sentence."""
    with pytest.raises(EmgEdgeError, match=f"0 to 61, and {movement}"):
        activation(movement)


def test_layouts_are_those_of_the_montages() -> None:
    """The forearm has every layout that recordings may have, with as many electrodes."""
    assert {name: len(places) for name, places in LAYOUTS.items()} == montage.PLACED


@pytest.mark.parametrize("layout", ["ninapro-db1", "ninapro-db5", "ninapro-delsys12", "ninapro-db6"])
def test_the_ring_of_eight_of_every_layout_lies_at_the_same_places(layout: str) -> None:
    """Columns that the montage picks, mirrored ones included, are the electrodes of the plain ring."""
    ring = montage.rings(layout, montage.RING8)[0]
    picked = [electrodes(layout)[column] for column in montage.columns(layout, montage.RING8, ring)]
    assert picked == list(electrodes("ring8"))


def test_an_unknown_layout_is_refused() -> None:
    """A layout without places is named, with those there are."""
    with pytest.raises(EmgEdgeError, match="no electrode layout 'hat'; known are ring8"):
        electrodes("hat")


def test_a_person_is_the_same_under_every_layout() -> None:
    """The upper ring of two hears what a single ring hears; contact quality included."""
    person = Person(3)
    single, both = (person.gains_uv(electrodes(layout)) for layout in ("ring8", "ninapro-db5"))
    np.testing.assert_array_equal(single, both[:, :8])


def test_people_differ() -> None:
    """Two subjects share neither their muscles' places nor their habits."""
    first, second = Person(1), Person(2)
    ring = electrodes("ring8")
    assert np.corrcoef(first.gains_uv(ring).ravel(), second.gains_uv(ring).ravel())[0, 1] < 0.95
    assert np.abs(first.activation(5) - second.activation(5)).max() > 0.05


def test_turning_the_electrodes_by_one_place_turns_the_pattern() -> None:
    """Electrode 1 turned by 45 degrees hears what electrode 2 heard, but for its contact."""
    person = Person(1)
    as_worn, turned = (person.gains_uv(electrodes("ring8"), degrees) for degrees in (0.0, 45.0))
    ratio = turned[:, 0] / as_worn[:, 1]
    np.testing.assert_allclose(ratio, ratio[0])
