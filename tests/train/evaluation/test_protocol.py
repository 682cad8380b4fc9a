import msgspec
import pytest

from emg_edge.errors import ProtocolError
from emg_edge.signal.montage import CHANNELS
from emg_edge.train.data.splits import TEST_REPETITIONS
from emg_edge.train.evaluation.protocol import Protocol, Row, names, protocol, protocols
from emg_edge.train.fitting.shape import shape_for

PROMISED = (
    "ninapro-db5-a-within",
    "ninapro-db1-a-within",
    "ninapro-db5-a-within-rest",
    "ninapro-db1-a-within-rest",
    "ninapro-db5-a-loso",
    "ninapro-db1-a-loso",
    "merged-a-loso",
    "cote-allard",
)


def test_the_promised_protocols_are_there() -> None:
    """By the names that users, and the results page, know them by."""
    assert set(PROMISED) <= set(names())
    assert [one.name for one in protocols()] == sorted(names())


@pytest.mark.parametrize("one", protocols(), ids=names())
def test_every_protocol_can_be_followed(one: Protocol) -> None:
    """Its front end is offered, and no repetition or session stands on both sides."""
    assert shape_for(one.domain, one.context_ms).context > 1
    assert one.montage in CHANNELS
    assert one.title
    assert one.text
    assert not set(one.train_sessions) & set(one.test_sessions)
    assert (one.evaluation == "CrossSession") == bool(one.train_sessions) == bool(one.test_sessions)
    for row in one.rows:
        assert not set(row.train) & set(row.test)
        assert bool(row.calibration) <= (one.evaluation == "CrossSubject")
        assert row.pretrain <= (one.evaluation != "CrossSubject")
        if one.evaluation == "WithinSession":
            assert row.test or all(one.test.get(name) for name in one.databases)


@pytest.mark.parametrize("name", ["ninapro-db1-a-within", "ninapro-db1-a-within-rest"])
def test_tested_repetitions_of_db1_are_those_of_the_literature(name: str) -> None:
    """Atzori 2014, as the training command splits."""
    one = protocol(name)
    assert set(one.test["DB1"]) == TEST_REPETITIONS["DB1"]
    assert (one.context_ms, one.rest) == (400, name.endswith("-rest"))


def test_a_protocol_goes_by_its_other_names() -> None:
    """Each leads to one protocol alone."""
    assert protocol("ninapro-db1-a-rest").name == "ninapro-db1-a-within-rest"
    also = [name for one in protocols() for name in one.also]
    assert len(set(also) | set(names())) == len(also) + len(names())


def test_an_unknown_name_is_told_the_known_ones() -> None:
    """In one sentence."""
    with pytest.raises(ProtocolError, match=r"there is no protocol 'db5'; known are .*ninapro-db5-a-within, "):
        protocol("db5")


@pytest.mark.parametrize("rows", [(), (Row("own", "once"), Row("own", "twice"))])
def test_rows_have_names_of_their_own(rows: tuple[Row, ...]) -> None:
    """None, or one name twice, is refused."""
    with pytest.raises(ProtocolError, match="a protocol needs rows with names of their own"):
        msgspec.structs.replace(protocol("cote-allard"), rows=rows)


def test_a_slip_in_a_file_is_no_silent_default() -> None:
    """A key that no protocol has is refused."""
    text = b'title = ""\ntext = ""\nevaluation = "WithinSession"\ncontext = 400'
    with pytest.raises(msgspec.ValidationError, match="unknown field `context`"):
        msgspec.toml.decode(text, type=Protocol)
