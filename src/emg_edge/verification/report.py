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
    left_out = f"; {found.left_out} recordings left out: samples are missing in them, or they are shorter than a window"
    return "\n".join(
        [
            f"{found.model}: {found.windows} windows of {found.recordings} recordings, {found.judged} of them judged"
            + (left_out if found.left_out else ""),
            *_who(found),
            *table(found.runtimes),
        ]
    )


def _who(found: Verification) -> Iterator[str]:
    if found.strangers:
        share = "all" if found.strangers == found.recordings else f"{found.strangers}"
        yield (
            f"{share} of these recordings are of people on whom the model was not trained: it decodes them far worse "
            "than its own"
        )
