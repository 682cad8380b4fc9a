"""The learning curve: the headline of a within-session protocol, with fewer training repetitions."""

from collections.abc import Mapping
from typing import Any

import msgspec

from emg_edge.errors import ProtocolError
from emg_edge.recordings.catalogue import DATABASES
from emg_edge.train.evaluation.areas import areas_for_improvement
from emg_edge.train.evaluation.figures import make_learning_curve
from emg_edge.train.evaluation.protocol import Protocol, Row

_NAME = "repetitions-"


def with_curve(protocol: Protocol) -> Protocol:
    """Add a row for each smaller number of training repetitions. Raises ProtocolError where there is no such number."""
    every = _repetitions(protocol)
    shorter = [
        msgspec.structs.replace(
            protocol.headline, name=f"{_NAME}{count}", title=f"{count} training repetitions", train=every[:count]
        )
        for count in range(1, len(every))
    ]
    return msgspec.structs.replace(protocol, rows=(*protocol.rows, *shorter))


def drawn_together(protocol: Protocol, rows: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Put the shorter rows into the headline's as its curve."""
    whole, headline = len(_repetitions(protocol)), protocol.headline.name
    curve = {int(name.removeprefix(_NAME)): row for name, row in rows.items() if name.startswith(_NAME)}
    kept = {name: row for name, row in rows.items() if not name.startswith(_NAME)}
    learned = make_learning_curve(curve | {whole: kept[headline]})
    areas = areas_for_improvement(kept[headline] | {"learning_curve": learned})
    return kept | {headline: kept[headline] | {"learning_curve": learned, "areas_for_improvement": areas}}


def _repetitions(protocol: Protocol) -> tuple[int, ...]:
    """Training repetitions of the headline."""
    row: Row = protocol.headline
    known = [name for name in protocol.databases if name in DATABASES]
    if protocol.evaluation != "WithinSession" or not (row.train or known):
        raise ProtocolError(
            f"a learning curve is of training repetitions, and {protocol.name} has no number of its own; leave it out"
        )
    every = row.train or tuple(range(1, 1 + min(DATABASES[name].repetitions for name in known)))
    tested = row.test or {r for numbers in protocol.test.values() for r in numbers}
    return tuple(r for r in every if r not in tested)
