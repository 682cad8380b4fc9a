"""Whose recordings say what about a model: those of the people whom it knows, and those of strangers."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from emg_edge.decoding.modelfile import Description
from emg_edge.recordings import takes
from emg_edge.recordings.recording import Recording


def knows(description: Description, wearer: str) -> bool:
    """Whether the model was trained on this wearer, whatever rings they wore: it has a scale of theirs."""
    return any(key.rpartition("/")[0] == wearer for key in description.scales.wearers)


def recordings(
    description: Description,
    data: Path,
    databases: Collection[str],
    subjects: Collection[int],
    say: Callable[[str], None],
) -> Iterator[Recording]:
    """Read what the model is to be verified on: who was asked for, or else whom it knows, or else everybody.

    Who is left out is said, and what cannot be read is said and passed over. Raises RecordingError where nothing is
    left.
    """
    found = takes.find(data, databases or None, subjects or None)
    for sentence in (*found.unreadable, *found.remarks):
        say(sentence)
    chosen = found.takes
    known = [take for take in chosen if knows(description, take.wearer)]
    if known and not databases and not subjects:
        chosen = tuple(known)
        strangers = {take.wearer for take in found.takes} - {take.wearer for take in known}
        if strangers:
            say(
                f"left out: {len(strangers)} of the people in {data}, on whom the model was not trained "
                "(--database and --subjects choose)"
            )
    yield from takes.read(chosen, say)
