"""Protocols: who is trained on what and tested on what, frozen in readable files beside this one."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec

from emg_edge.errors import ProtocolError
from emg_edge.signal.source import Domain

Evaluation = Literal["WithinSession", "CrossSession", "CrossSubject"]
# Whose mean and standard deviation a test person's frames are standardised with.
Scale = Literal["training", "causal", "own-signal"]

_SUFFIX = ".toml"


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """One line of the result: a way to use the same split.

    scale        training: fitted on the person's training repetitions; on a person or a session that is not trained
                 on, the mean of those that are. causal: that mean, adapted frame by frame to the unlabelled signal so
                 far. own-signal: fitted on all of the unlabelled signal, what is tested included (transductive). The
                 last two look at active frames only, told without labels
    databases    that are trained on; () is the protocol's
    others       which other people are trained on, as a pattern of their names
    train        repetitions to train on, where a row has fewer than the protocol
    test         repetitions to test on, where a row has others than the protocol
    calibration  repetitions of the tested person (cross-subject) that are trained on, too
    pretrain     train on everybody else first, then go on with the person's own repetitions
    """

    name: str
    title: str
    scale: Scale = "training"
    databases: tuple[str, ...] = ()
    others: str = "*"
    train: tuple[int, ...] = ()
    test: tuple[int, ...] = ()
    calibration: tuple[int, ...] = ()
    pretrain: bool = False


class Protocol(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A frozen protocol. The first row is the headline, whose figures stand at the top of the result.

    databases         whose people are tested; what else a row names is for training only
    wearers           which of these people are tested, as a pattern of their names
    exercises         letters; () is all, or has no meaning in the database
    test              database -> repetitions that are tested on; the others are trained on. In a cross-subject
                      protocol all of a tested person's repetitions that are not for calibration are tested on
    sessions          that are looked at; () is all
    train-sessions, test-sessions   in a cross-session protocol
    settle-ms         a test instant counts when so much before it lies in one movement
    domain, montage, context-ms     the front end
    also              other names it goes by
    published         what others report under it, a sentence
    """

    title: str
    text: str
    evaluation: Evaluation
    databases: tuple[str, ...]
    domain: Domain
    montage: str
    context_ms: int
    rest: bool
    rows: tuple[Row, ...]
    name: str = ""
    wearers: str = "*"
    exercises: tuple[str, ...] = ()
    sessions: tuple[int, ...] = ()
    test: dict[str, tuple[int, ...]] = {}
    train_sessions: tuple[int, ...] = ()
    test_sessions: tuple[int, ...] = ()
    settle_ms: int = 200
    also: tuple[str, ...] = ()
    published: str = ""

    def __post_init__(self) -> None:
        names = [row.name for row in self.rows]
        if not names or len(set(names)) < len(names):
            raise ProtocolError(f"a protocol needs rows with names of their own, and has {names}")

    @property
    def headline(self) -> Row:
        return self.rows[0]


def names() -> tuple[str, ...]:
    return tuple(sorted(file.name.removesuffix(_SUFFIX) for file in _folder().iterdir() if file.name.endswith(_SUFFIX)))


def protocols() -> tuple[Protocol, ...]:
    """All that ship with the package, by name."""
    return tuple(_read(name) for name in names())


def protocol(name: str) -> Protocol:
    """Read one, by its name or another that it goes by. Raises ProtocolError, naming those there are."""
    if name in names():
        return _read(name)
    for one in protocols():
        if name in one.also:
            return one
    raise ProtocolError(f"there is no protocol '{name}'; known are {', '.join(names())}")


def _folder() -> Traversable:
    return files("emg_edge.train.evaluation") / "protocols"


def _read(name: str) -> Protocol:
    text = (_folder() / f"{name}{_SUFFIX}").read_bytes()
    return msgspec.structs.replace(msgspec.toml.decode(text, type=Protocol), name=name)
