import re

import pytest

from emg_edge.errors import SpecError
from emg_edge.firmware_bridge.forearm.electrodes import electrodes
from emg_edge.signal.montage import CHANNELS, LAYOUTS, ON_RING, PLACED, RING8_2, Turn, around, columns, layout_of, rings

SERVING = [(layout, montage, ring) for layout in PLACED for montage in CHANNELS for ring in rings(layout, montage)]


def test_db1_counts_the_other_way_round() -> None:
    """DB1's column c lies where DB5's upper ring has column 9 - c."""
    assert columns("ninapro-db1", "ring8") == (7, 6, 5, 4, 3, 2, 1, 0)
    assert columns("ninapro-db5", "ring8", "upper") == (0, 1, 2, 3, 4, 5, 6, 7)
    assert columns("ninapro-db5", "ring8", "lower") == (8, 9, 10, 11, 12, 13, 14, 15)


@pytest.mark.parametrize("layout", ["ninapro-db5", "double-ring"])
def test_two_rings_interleave(layout: str) -> None:
    """The second ring is turned by half an electrode: 1, 9, 2, 10, and so on."""
    assert columns(layout, "ring16") == (0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15)


def test_a_ring_of_four_is_every_second_electrode() -> None:
    """Of an armband of eight, of DB1 counted backwards; a Ganglion has no others."""
    assert columns("ring8", "ring4") == (0, 2, 4, 6)
    assert columns("ninapro-db1", "ring4") == (7, 5, 3, 1)
    assert columns("ninapro-db5", "ring4", "lower") == (8, 10, 12, 14)
    assert columns("ring4", "ring4") == (0, 1, 2, 3)


@pytest.mark.parametrize(("layout", "montage", "ring"), SERVING)
def test_a_montage_has_its_channels_at_its_places(layout: str, montage: str, ring: str) -> None:
    """Different columns, all of them there; on the forearm they lie around it evenly, in one direction, from 0 on."""
    picked = columns(layout, montage, ring)
    assert len(set(picked)) == len(picked) == CHANNELS[montage]
    assert max(picked) < LAYOUTS[layout]
    angles = [electrodes(layout)[column].angle_deg for column in picked[: ON_RING[montage]]]
    first = 22.5 if ring == "lower" else 0.0
    assert angles == [first + k * 360 / len(angles) for k in range(len(angles))]


def test_the_finger_muscles_follow_the_ring() -> None:
    """Of the layouts that have them: columns 9 and 10, the flexor's first, after the ring in its usual direction."""
    serving = [layout for layout in PLACED if rings(layout, RING8_2)]
    assert serving == ["ninapro-db1", "ninapro-delsys12", "ninapro-delsys10"]
    for layout in serving:
        assert columns(layout, RING8_2) == (*columns(layout, "ring8"), 8, 9)
        on_flexor, on_extensor = (electrodes(layout)[column].angle_deg for column in (8, 9))
        assert on_flexor > 180 > on_extensor  # the simulated forearm has its flexors there
    with pytest.raises(SpecError, match=r"16 channels in the layout 'ninapro-db5'.*10-channel montage 'ring8\+2'"):
        columns("ninapro-db5", RING8_2)


def test_a_source_that_cannot_serve_is_told_the_largest_montage_that_it_can() -> None:
    """DB1 has two electrodes more than its ring."""
    with pytest.raises(SpecError, match=r"emg-edge train --montage ring8\+2$"):
        columns("ninapro-db1", "ring16")


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("shift", [0, 1, 3, -2, 9])
@pytest.mark.parametrize(("layout", "montage", "ring"), SERVING)
def test_a_turned_ring_is_read_as_if_it_were_not(
    layout: str, montage: str, ring: str, shift: int, mirrored: bool
) -> None:
    """Where the board's electrode 1 + shift lies on the first place, all that are read lie as they should.

    Those on the finger muscles lie there in any case.
    """
    plain = columns(layout, montage, ring)
    first = 22.5 if ring == "lower" else 0.0
    worn = dict(enumerate(place.angle_deg for place in electrodes(layout)))  # column -> where its electrode lies now
    for name in rings(layout, "ring4"):
        for column in columns(layout, f"ring{around(layout)}", name):
            before = electrodes(layout)[column].angle_deg - first - shift * 360 / around(layout)
            worn[column] = (first + (-before if mirrored else before)) % 360
    found = [worn[column] for column in columns(layout, montage, ring, Turn(shift, mirrored))]
    assert found == [electrodes(layout)[column].angle_deg for column in plain]


def test_only_no_turn_is_the_identity() -> None:
    """A mirrored ring is turned even where its first electrode is in place."""
    assert Turn().is_identity
    assert not Turn(1).is_identity
    assert not Turn(0, mirrored=True).is_identity


def test_a_layout_that_cannot_serve_is_refused() -> None:
    """The source's channels and the model's are both named."""
    assert rings("ninapro-db1", "ring16") == ()
    with pytest.raises(SpecError, match=r"10 channels in the layout 'ninapro-db1'.*16-channel montage 'ring16'"):
        columns("ninapro-db1", "ring16")
    with pytest.raises(SpecError, match=r"4 channels in the layout 'ring4'.*8-channel montage 'ring8'"):
        columns("ring4", "ring8")


@pytest.mark.parametrize("montage", CHANNELS)
def test_channels_of_unknown_places_serve_no_montage(montage: str) -> None:
    """Such a board can be recorded; the refusal names both."""
    assert around("channels-6") == 0
    with pytest.raises(SpecError, match=f"6 channels in the layout 'channels-6'.*'{re.escape(montage)}'"):
        columns("channels-6", montage)


@pytest.mark.parametrize(
    ("channels", "layout"), [(1, "channels-1"), (4, "ring4"), (5, "channels-5"), (8, "ring8"), (16, "double-ring")]
)
def test_a_number_of_channels_names_a_layout(channels: int, layout: str) -> None:
    """Four, eight and sixteen are taken for rings."""
    assert layout_of(channels) == layout
    assert LAYOUTS[layout] == channels


@pytest.mark.parametrize("channels", [0, 65])
def test_a_board_of_too_many_channels_is_refused(channels: int) -> None:
    """Both numbers are named."""
    with pytest.raises(SpecError, match=f"{channels} channels cannot be read: expected 1 to 64"):
        layout_of(channels)


@pytest.mark.parametrize(("ring", "said"), [(None, "none was named"), ("left", "'left' is not one of them")])
def test_where_there_are_two_rings_one_must_be_named(ring: str | None, said: str) -> None:
    """Nothing is guessed: the choices are named."""
    with pytest.raises(SpecError, match=f"the ring upper or lower, and {said}; say --ring upper"):
        columns("ninapro-db5", "ring8", ring)


def test_a_ring_that_is_not_there_is_refused() -> None:
    """DB1 has one ring, and no upper one."""
    with pytest.raises(SpecError, match="'upper' is not one of them"):
        columns("ninapro-db1", "ring8", "upper")
