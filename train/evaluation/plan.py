"""From a protocol and what lies in a folder to independent jobs."""

import hashlib
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

import msgspec

from emg_edge import __version__
from emg_edge.errors import ProtocolError
from emg_edge.recordings.take import Take
from emg_edge.recordings.takes import Found
from emg_edge.signal.montage import rings
from emg_edge.train.evaluation.job import Job, Variant
from emg_edge.train.evaluation.protocol import Protocol, Row

_FORMAT = 4  # raise it when what a job computes changes: results of before are then made anew


def databases_of(protocol: Protocol) -> tuple[str, ...]:
    """All that a protocol looks for."""
    return tuple(dict.fromkeys((*protocol.databases, *(name for row in protocol.rows for name in row.databases))))


def plan(protocol: Protocol, found: Found, subjects: Collection[int], seeds: int, variant: Variant) -> list[Job]:
    """Jobs for each row, tested person and seed, people first: what a short look needs is done first.

    `subjects` limits who is tested; () is everybody. Raises ProtocolError when nobody is there to be tested, or to be
    trained on.
    """
    takes = [take for take in found.takes if _fits(take, protocol)]
    tested = [t for t in takes if t.database in protocol.databases and fnmatchcase(t.wearer, protocol.wearers)]
    wearers = list(dict.fromkeys(t.wearer for t in tested if not subjects or t.subject in subjects))
    if not wearers:
        there = ", ".join(dict.fromkeys(t.wearer for t in tested)) or "none of its people"
        raise ProtocolError(f"{protocol.name} tests people of {' and '.join(protocol.databases)}; there: {there}")
    folds = [
        (row, wearer, ring, _takes(protocol, row, wearer, takes))
        for row in protocol.rows
        for wearer in wearers
        for ring in _rings(protocol, wearer, tested)
    ]
    needed = {take.file: take for *_, used in folds for take in used}
    contents = {file: take.digest() for file, take in needed.items()}
    copies = _copies(found)
    jobs = []
    for row, wearer, ring, used in folds:
        named = [(take.name, contents[take.file]) for take in used]
        one_row = msgspec.structs.replace(protocol, rows=(row,))
        decides = (_FORMAT, __version__, one_row, wearer, ring, named, str(variant))
        fingerprint = hashlib.blake2b(msgspec.json.encode(decides), digest_size=6).hexdigest()
        jobs += [Job(protocol, row, wearer, ring, seed, used, copies, variant, fingerprint) for seed in range(seeds)]
    return sorted(jobs, key=lambda job: job.seed)


def _rings(protocol: Protocol, wearer: str, takes: Sequence[Take]) -> tuple[str, ...]:
    """Rings that have a decoder each: a person who wears two armbands is two wearers of one. "" is all together.

    Other people's rings are so many more people: a decoder for a stranger learns from all.
    """
    if protocol.evaluation == "CrossSubject":
        return ("",)
    worn = [rings(take.source.layout, protocol.montage) for take in takes if take.wearer == wearer]
    return tuple(dict.fromkeys(ring for of_take in worn for ring in of_take)) or ("",)


def _fits(take: Take, protocol: Protocol) -> bool:
    exercise = not protocol.exercises or not take.exercise or take.exercise in protocol.exercises
    return exercise and (not protocol.sessions or take.session in protocol.sessions)


def _takes(protocol: Protocol, row: Row, wearer: str, takes: Sequence[Take]) -> tuple[Take, ...]:
    """What a fold trains and tests on. Of the tested person, nothing of databases that are for training only."""
    names = row.databases or protocol.databases
    others: set[str] = set()
    if protocol.evaluation == "CrossSubject" or row.pretrain:
        others = {take.wearer for take in takes if fnmatchcase(take.wearer, row.others)} - {wearer}
        for name in names:
            if not any(take.database == name and take.wearer in others for take in takes):
                raise ProtocolError(
                    f"the row '{row.name}' of {protocol.name} trains on other people than {wearer}, and there are none "
                    f"of {name}; add their recordings"
                )
    return tuple(
        take
        for take in takes
        if (take.wearer == wearer and take.database in protocol.databases)
        or (take.wearer in others and take.database in names)
    )


def _copies(found: Found) -> tuple[tuple[str, ...], ...]:
    """Groups of takes with the same content, by the names that tracks have."""
    groups: dict[str, list[str]] = {}
    for first, other in found.duplicates:
        groups.setdefault(first.name, [first.name]).append(other.name)
    return tuple(map(tuple, groups.values()))
