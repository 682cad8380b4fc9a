import msgspec
import numpy as np
import pytest
from support.evaluations import LEFT_OUT, OWN, WITH_REST, WITHIN, blank

from emg_edge.errors import ProtocolError
from emg_edge.train.data.splits import Side
from emg_edge.train.evaluation.folds import sides_of
from emg_edge.train.evaluation.protocol import Protocol, Row

NONE, TRAIN, VALIDATION, TEST = Side
SESSIONS = msgspec.structs.replace(WITHIN, evaluation="CrossSession", train_sessions=(1, 2), test_sessions=(4,))
REPETITIONS = [0, 1, 2, 3, 4, 5, 6]
OTHER = blank(REPETITIONS, wearer="DB1-S2")


def sides(protocol: Protocol, row: Row = OWN, *tracks: object, wearer: str = "DB1-S1") -> list[list[int]]:
    return [side.tolist() for side in sides_of(protocol, row, wearer, tracks or (blank(REPETITIONS), OTHER))]


def test_within_a_session_a_person_has_a_decoder_of_their_own() -> None:
    """The protocol's repetitions are tested, all others trained; other people and unlabelled stretches take no part."""
    assert sides(WITHIN) == [[NONE, TRAIN, TEST, TRAIN, TRAIN, TEST, TRAIN], [NONE] * 7]


def test_a_row_may_say_which_repetitions() -> None:
    """To train on fewer, to test on others; what it names in neither takes no part."""
    few = Row("few", "", train=(1,), test=(3, 4))
    assert sides(WITHIN, few)[0] == [NONE, TRAIN, NONE, TEST, TEST, NONE, NONE]


def test_a_repetition_cannot_be_trained_on_and_tested() -> None:
    """A row that asks for it is refused."""
    with pytest.raises(ProtocolError, match=r"the repetitions \[2\] would be trained on and tested"):
        sides(WITHIN, Row("both", "", train=(1, 2)))
    same = msgspec.structs.replace(SESSIONS, test_sessions=(2,))
    with pytest.raises(ProtocolError, match="would be trained on and tested"):
        sides(same, OWN, blank([1, 2], session=2))


def test_between_sessions_whole_sessions_take_sides() -> None:
    """The first ones are trained on, the last are tested, another takes no part."""
    days = [blank([0, 1, 2], session=session) for session in (1, 2, 3, 4)]
    assert sides(SESSIONS, OWN, *days) == [[NONE, TRAIN, TRAIN]] * 2 + [[NONE] * 3, [NONE, TEST, TEST]]


def test_a_left_out_person_is_tested_with_everything() -> None:
    """All others are trained on; calibration repetitions are those that the row names."""
    assert sides(LEFT_OUT) == [[NONE] + [TEST] * 6, [NONE] + [TRAIN] * 6]
    calibrated = Row("calibrated", "", calibration=(1, 3))
    assert sides(LEFT_OUT, calibrated)[0] == [NONE, TRAIN, TEST, TRAIN, TEST, TEST, TEST]


def test_with_rest_the_last_training_repetition_chooses_the_threshold() -> None:
    """One that is alone is needed to train on."""
    assert sides(WITH_REST)[0] == [NONE, TRAIN, TEST, TRAIN, TRAIN, TEST, VALIDATION]
    assert sides(WITH_REST, Row("one", "", train=(1,)))[0] == [NONE, TRAIN, TEST, NONE, NONE, TEST, NONE]


def test_a_session_in_many_files_has_one_last_repetition() -> None:
    """A file may hold a single movement of a single repetition, as published sets have them."""
    files = [blank([number] * 2, take=f"R{number}") for number in (1, 2, 3)]
    assert sides(WITH_REST, OWN, *files) == [[TRAIN] * 2, [TEST] * 2, [VALIDATION] * 2]
    days = msgspec.structs.replace(SESSIONS, rest=True)
    files = [blank([number], session=session) for session in (1, 2) for number in range(1, session + 2)]
    assert sides(days, OWN, *files) == [[TRAIN], [VALIDATION], [TRAIN], [TRAIN], [VALIDATION]]


def test_people_that_are_learnt_from_first_choose_no_threshold() -> None:
    """It is for the tested person's decoder, whose own rest chooses it; every session of theirs is learnt from."""
    pretrained = msgspec.structs.replace(OWN, pretrain=True)
    assert sides(WITH_REST, pretrained)[1] == [NONE] + [TRAIN] * 6
    assert sides(WITH_REST, pretrained)[0][-1] == VALIDATION
    assert sides(SESSIONS, pretrained, blank([1], session=1), blank([1], session=4, wearer="DB1-S2")) == [[1], [1]]


def test_sides_are_of_frames() -> None:
    """One for each, whatever the order of repetitions."""
    found = sides_of(WITHIN, OWN, "DB1-S1", [blank([5, 5, 1, 0, 2])])
    np.testing.assert_array_equal(found[0], np.array([TEST, TEST, TRAIN, NONE, TEST], np.int8))
