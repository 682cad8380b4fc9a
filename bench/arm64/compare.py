"""The same recording decoded here and there: decision by decision."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

LEAST_SAME = 0.999  # of the decisions: what the project asks of every machine


@dataclass(frozen=True)
class Comparison:
    """Decisions of both, how many name the same gesture (a share), and the largest difference of a probability."""

    decisions: int
    same: float
    probability: float

    @property
    def problem(self) -> str:
        if self.same >= LEAST_SAME:
            return ""
        return f"{100 * self.same:.2f} % of the decisions are the same, and {100 * LEAST_SAME:g} % is the least"


def compare(here: Path, there: Path) -> Comparison:
    """Compare two files of JSON lines, as `emg-edge run` prints them."""
    ours, theirs = ([json.loads(line) for line in path.read_text().splitlines()] for path in (here, there))
    if len(ours) != len(theirs) or not ours:
        sys.exit(f"{len(ours)} decisions here and {len(theirs)} there: expected as many")
    pairs = list(zip(ours, theirs, strict=True))
    same = sum(one["number"] == other["number"] for one, other in pairs)
    alike = [
        abs(one["probability"] - other["probability"])
        for one, other in pairs
        if one["number"] == other["number"] and None not in (one["probability"], other["probability"])
    ]
    return Comparison(len(pairs), same / len(pairs), max(alike, default=0.0))
