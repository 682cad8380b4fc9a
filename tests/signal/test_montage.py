import pytest

from emg_edge.errors import SpecError
from emg_edge.signal.montage import LAYOUTS, columns, rings


def test_db1_counts_the_other_way_round() -> None:
    """DB1's column c lies where DB5's upper ring has column 9 - c."""
    assert columns("ninapro-db1", "ring8") == (7, 6, 5, 4, 3, 2, 1, 0)
    assert columns("ninapro-db5", "ring8", "upper") == (0, 1, 2, 3, 4, 5, 6, 7)
    assert columns("ninapro-db5", "ring8", "lower") == (8, 9, 10, 11, 12, 13, 14, 15)


def test_two_rings_interleave() -> None:
    """The second ring is turned by half an electrode: 1, 9, 2, 10, and so on."""
    assert columns("ninapro-db5", "ring16") == (0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_holds_a_ring_of_eight(layout: str) -> None:
    """Eight different columns, all of them there, whichever ring is meant."""
    names = rings(layout, "ring8")
    assert names
    for ring in names:
        assert len(set(columns(layout, "ring8", ring))) == 8
        assert max(columns(layout, "ring8", ring)) < LAYOUTS[layout]


def test_a_layout_that_cannot_serve_is_refused() -> None:
    """The source's channels and the model's are both named."""
    assert rings("ninapro-db1", "ring16") == ()
    with pytest.raises(SpecError, match=r"10 channels in the layout 'ninapro-db1'.*16-channel montage 'ring16'"):
        columns("ninapro-db1", "ring16")


@pytest.mark.parametrize(("ring", "said"), [(None, "none was named"), ("left", "'left' is not one of them")])
def test_where_there_are_two_rings_one_must_be_named(ring: str | None, said: str) -> None:
    """Nothing is guessed: the choices are named."""
    with pytest.raises(SpecError, match=f"the ring upper or lower, and {said}; say --ring upper"):
        columns("ninapro-db5", "ring8", ring)


def test_a_ring_that_is_not_there_is_refused() -> None:
    """DB1 has one ring, and no upper one."""
    with pytest.raises(SpecError, match="'upper' is not one of them"):
        columns("ninapro-db1", "ring8", "upper")
