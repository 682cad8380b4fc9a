"""What `emg-edge verify` found: the document that --json writes, and the table."""

from collections.abc import Iterator

import msgspec

from emg_edge.decoding.parity import Row, table

SCHEMA = 1


class Verification(msgspec.Struct, frozen=True):
    """What `emg-edge verify --json` writes; `problems` is empty where the bounds hold.

    left_out   recordings in which samples are missing or no numbers (the loop bridges those, and offline nothing
               does), or that are shorter than a window
    strangers  recordings of people whom the model does not know
    """

    schema: int
    version: str
    model: str
    sha256: str
    recordings: int
    left_out: int
    strangers: int
    windows: int
    judged: int
    runtimes: list[Row]
    problems: list[str]


def as_text(found: Verification) -> str:
    """The table."""
    return "\n".join(
        [
            f"{found.model}: {found.windows} windows of {_counted(found.recordings)}, {found.judged} of them judged"
            + (f"; {left_out(found)}" if found.left_out else ""),
            *_who(found),
            *table(found.runtimes),
        ]
    )


def left_out(found: Verification) -> str:
    """How many recordings were left out, and why."""
    return (
        f"{_counted(found.left_out)} left out: samples are missing in them or are no numbers, or they are shorter than "
        "a window"
    )


def _counted(recordings: int) -> str:
    return f"{recordings} recording{'s' * (recordings != 1)}"


def _who(found: Verification) -> Iterator[str]:
    if found.strangers:
        share = "all" if found.strangers == found.recordings else f"{found.strangers}"
        yield (
            f"{share} of these recordings are of people on whom the model was not trained: it decodes them far worse "
            "than its own"
        )
