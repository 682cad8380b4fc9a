"""Files with one content that claim to be of different people, sessions or movements, as published sets have them."""

from collections import defaultdict
from collections.abc import Sequence

from emg_edge.errors import RecordingError
from emg_edge.recordings.take import Take


def duplicates(takes: Sequence[Take]) -> tuple[tuple[Take, Take], ...]:
    """Pairs of a take and a later one whose files are the same, byte for byte; only files of one size are read."""
    sizes: dict[int, list[Take]] = defaultdict(list)
    for take in takes:
        if take.file.size:
            sizes[take.file.size].append(take)
    pairs = []
    first: dict[str, Take] = {}
    for alike in sizes.values():
        if len(alike) < 2:
            continue
        for take in alike:
            try:
                content = take.file.digest()
            except RecordingError:
                continue  # reading it will tell
            original = first.setdefault(content, take)
            if original is not take:
                pairs.append((original, take))
    return tuple(pairs)


def sentences(pairs: Sequence[tuple[Take, Take]]) -> list[str]:
    """Tell of the copies, a sentence for each two people."""
    people: dict[tuple[str, str], list[tuple[Take, Take]]] = defaultdict(list)
    for one, other in pairs:
        people[one.wearer, other.wearer].append((one, other))
    told = []
    for (first, second), copies in people.items():
        whose = f"of {first}" if first == second else f"of {second} and {first}"
        count = f"{len(copies)} files" if len(copies) > 1 else "a file"
        told.append(
            f"{count} {whose} hold the same recording twice, such as {copies[0][0].file} and {copies[0][1].file}: they "
            "must not lie on two sides of a split; remove one copy"
        )
    return told
