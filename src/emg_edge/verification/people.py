"""Whose recordings say what about a model: those of the people whom it knows, and those of strangers."""

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from emg_edge.decoding.modelfile import Description
from emg_edge.recordings import takes
from emg_edge.recordings.recording import Recording
from emg_edge.recordings.take import Take


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

    def choose(there: Sequence[Take]) -> Sequence[Take]:
        known = [take for take in there if knows(description, take.wearer)]
        if databases or subjects:
            return there
        if not known:
            say(f"the model knows none of the people in {data}: all are taken (--database and --subjects choose)")
            return there
        strangers = {take.wearer for take in there} - {take.wearer for take in known}
        if strangers:
            say(
                f"left out: {len(strangers)} of the people in {data}, on whom the model was not trained "
                "(--database and --subjects choose)"
            )
        return known

    return takes.recordings(data, databases or None, subjects or None, say, choose)
