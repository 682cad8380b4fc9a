"""The report of an evaluation: one HTML file that needs nothing else, for a screen, a phone or paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emg_edge.errors import EmgEdgeError
from emg_edge.files import write_atomically
from emg_edge.train.report.method import guards_of, method_of, plain_keys, scale_of
from emg_edge.train.report.pictures import Picture, pictures_of
from emg_edge.train.report.rows import (
    REFERENCE,
    Line,
    Movement,
    Spread,
    comparison_of,
    cost_of,
    decoders_of,
    in_order,
    leading,
    lines_of,
    movements_of,
    people_of,
    spreads_of,
)
from emg_edge.train.report.summary import Summary, headline_metric, int8_cost, summary_of
from emg_edge.train.report.templates import environment
from emg_edge.train.report.words import SCHEMA, Unit, decoder_name, metric_of, number, written


@dataclass(frozen=True)
class Section:
    """All that the page says of one row."""

    name: str
    title: str
    scale: str
    summary: Summary
    int8_cost: str
    decoders: tuple[str, ...]
    compared: str  # the decoder of the last columns; "" where there is no comparison
    lines: tuple[Line, ...]
    spreads: tuple[Spread, ...]
    people: dict[str, dict[str, float]]
    pictures: tuple[Picture, ...]
    movements_by: str
    movements: tuple[Movement, ...]
    areas: tuple[str, ...]
    cost: tuple[tuple[str, str], ...]


def write_report(document: Mapping[str, Any], path: Path) -> None:
    """Write the page of an evaluation's document, whole or not at all. Raises EmgEdgeError where it cannot."""
    write_atomically(path, render(document).encode())


def render(document: Mapping[str, Any]) -> str:
    """The page as text. Raises EmgEdgeError for a document of another schema."""
    if document.get("schema") != SCHEMA:
        raise EmgEdgeError(
            f"the evaluation is of schema {document.get('schema')} and this report reads {SCHEMA}; "
            f"make it again with this version"
        )
    protocol = plain_keys(document["protocol"])
    rows: Mapping[str, Any] = document["rows"]
    key = headline_metric(protocol, rows[document["headline"]])
    names = [document["headline"], *(name for name in rows if name != document["headline"])]
    sections = [_section(f"row{i}", name, rows[name], protocol, key) for i, name in enumerate(names)]
    pages = environment()
    pages.filters["decoder"] = decoder_name
    pages.filters["share"] = lambda value: written(value, Unit.SHARE)
    return pages.get_template("template.html").render(
        protocol=protocol,
        headline=sections[0].summary,
        metric=metric_of(key),
        decoders=in_order({decoder for one in sections for decoder in one.decoders}),
        glance=[(one, comparison_of(rows[one.name], key), _means(rows[one.name], key)) for one in sections],
        sections=sections,
        method=method_of(document),
        guards=guards_of(protocol),
        command=document.get("command") or "",
    )


def _section(prefix: str, name: str, row: Mapping[str, Any], protocol: Mapping[str, Any], key: str) -> Section:
    decoder, movements = movements_of(row)
    against = {name: part for name, part in (row.get("against_td6_lda") or {}).items() if name != REFERENCE}
    return Section(
        name=name,
        title=row.get("title") or name,
        scale=scale_of(protocol, name),
        summary=summary_of(row, key),
        int8_cost=int8_cost(row, "balanced_accuracy"),
        decoders=decoders_of(row),
        compared=leading(against) or "",
        lines=lines_of(row),
        spreads=spreads_of(row),
        people=people_of(row, key),
        pictures=tuple(pictures_of(prefix, row, protocol, key)),
        movements_by=decoder or "",
        movements=movements,
        areas=tuple(row.get("areas_for_improvement") or ()),
        cost=cost_of(row),
    )


def _means(row: Mapping[str, Any], key: str) -> dict[str, str]:
    found = {name: number((row["decoders"][name].get(key) or {}).get("mean")) for name in decoders_of(row)}
    return {name: written(mean, metric_of(key).unit) for name, mean in found.items() if mean is not None}
