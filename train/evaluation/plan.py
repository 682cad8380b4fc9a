"""From a protocol and what lies in a folder to independent jobs."""

import hashlib
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

import msgspec

from emg_edge import __version__
from emg_edge.errors import ProtocolError
from emg_edge.recordings.take import Take
from emg_edge.recordings.takes import Found
from emg_edge.train.evaluation.job import Job, Variant
from emg_edge.train.evaluation.protocol import Protocol, Row

_FORMAT = 1  # raise it when what a job computes changes: results of before are then made anew


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
    copies = tuple((one.wearer, other.wearer) for one, other in found.duplicates)
    return [
        Job(protocol, row, wearer, seed, _takes(protocol, row, wearer, takes), copies, variant)
        for seed in range(seeds)
        for row in protocol.rows
        for wearer in wearers
    ]


def _fits(take: Take, protocol: Protocol) -> bool:
    exercise = not protocol.exercises or not take.exercise or take.exercise in protocol.exercises
    return exercise and (not protocol.sessions or take.session in protocol.sessions)


def _takes(protocol: Protocol, row: Row, wearer: str, takes: Sequence[Take]) -> tuple[Take, ...]:
    others = protocol.evaluation == "CrossSubject" or row.pretrain
    names = row.databases or protocol.databases
    chosen = tuple(
        take
        for take in takes
        if take.wearer == wearer or (others and take.database in names and fnmatchcase(take.wearer, row.others))
    )
    if others and all(take.wearer == wearer for take in chosen):
        raise ProtocolError(
            f"the row '{row.name}' of {protocol.name} trains on other people than {wearer}, and there are none of "
            f"{' or '.join(names)}; add their recordings"
        )
    return chosen


def fingerprint(protocol: Protocol, jobs: Sequence[Job], variant: Variant) -> str:
    """Of all that decides the results but the seed and who is tested, so that more people or seeds go on with them."""
    digest = hashlib.blake2b(msgspec.json.encode([_FORMAT, __version__, protocol, str(variant)]), digest_size=8)
    for content in sorted({take.digest() for job in jobs for take in job.takes}):
        digest.update(content.encode())
    return digest.hexdigest()
