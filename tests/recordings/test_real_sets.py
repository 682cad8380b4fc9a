"""Public data sets beside NinaPro, as they were published: counts of what their descriptions say is there."""

from collections import Counter

import pytest

from emg_edge.movements import NAMES, REST
from emg_edge.recordings.inventory import inventory
from emg_edge.recordings.takes import find

pytestmark = pytest.mark.realdata


def test_cote_allards_people_are_told_apart(shared_data):
    """Nineteen people of the pre-training set, without its copies, and eighteen to evaluate; seven gestures each."""
    found = find(shared_data / "myo_cote_allard")
    assert (found.unreadable, found.remarks, found.duplicates) == ((), (), ())
    files = Counter(take.wearer for take in found.takes)
    sets = Counter(wearer[: wearer.rfind("-")] for wearer in files)
    assert sets == {"COTE-pre": 19, "COTE-eval": 18}
    assert set(files.values()) == {28}
    assert len({take.subject for take in found.takes}) == 37
    (held,) = inventory(shared_data / "myo_cote_allard").databases
    gestures = ("radial deviation", "wrist flexion", "ulnar deviation", "wrist extension", "fist", "finger abduction")
    assert held.movements == tuple(sorted(map(NAMES.index, gestures)))
    assert (held.repetitions, held.sessions, held.rates_hz) == ((1, 2, 3, 4), (1,), (200,))
    assert 36 * 28 * 4 / 60 < held.minutes < 38 * 28 * 6 / 60  # about five seconds a file


def test_the_rest_of_cote_allard_is_quiet_and_in_counts(shared_data):
    """Gesture 0 of seven is rest: for nearly everybody the quietest, which a wrong order of gestures would not give."""
    loud: dict[str, Counter] = {}
    for take in find(shared_data / "myo_cote_allard").takes:
        recording = take.read()
        assert abs(recording.samples).max() <= 128
        loud.setdefault(take.wearer, Counter())[int(recording.movement[0])] += float(abs(recording.samples).mean())
    quietest = [min(amounts, key=amounts.__getitem__) for amounts in loud.values()]
    assert quietest.count(REST) >= 0.9 * len(quietest)


def test_twelve_days_of_one_wearer(shared_data):
    """Twenty-two motions of four trials a day, in counts of a Myo."""
    found = find(shared_data / "myo_longterm")
    assert (len(found.takes), found.unreadable, found.remarks) == (12 * 22 * 4, (), ())
    assert {take.session for take in found.takes} == set(range(1, 13))
    movements = Counter()
    for take in found.takes:
        recording = take.read()
        movements[int(recording.movement[0])] += 1
        assert recording.samples.shape == (300, 8)
        assert abs(recording.samples).max() < 2 * 128  # filtered before they were published, which overshoots
    assert set(movements.values()) == {48}
    assert {REST, NAMES.index("wrist flexion")} < set(movements)
    assert len(found.movement_names) == 20


def test_libemgs_small_set(shared_data):
    """Five classes of two repetitions; the stream beside them is labelled by nobody."""
    found = find(shared_data / "libemg_myo")
    assert len(found.takes) == 10
    assert Counter(int(take.read().repetition[0]) for take in found.takes) == {1: 5, 2: 5}


def test_all_sets_side_by_side(shared_data):
    """One path for everything, NinaPro's files among them."""
    found = find(shared_data)
    assert {take.database for take in found.takes} == {"DB1", "DB5", "cote-allard", "libemg-myo", "myo-longterm"}
    assert {take.exercise for take in found.takes if take.database in ("DB1", "DB5")} == {"A"}
