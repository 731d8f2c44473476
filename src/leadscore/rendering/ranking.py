"""Scored leads as a list from hottest to coldest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pyarrow.compute as pc
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as RichText

from leadscore.language import Names
from leadscore.language.words import LEADS, Text, capitalised, counted, points
from leadscore.rendering.terminal import shown
from leadscore.results import Scores

_LEAD, _OVERALL = Text("Lead", "Lead"), Text("Overall", "Łącznie")
_GRADE, _MEETS = Text("Grade", "Ocena"), Text("Meets", "Spełnia")
_CELL = Text("{points} ({band})", "{points} ({band})")
_MORE = Text("… and {leads} more", "… oraz jeszcze {leads}")


def ranking_table(scores: Scores, lang: str, most: int) -> RenderableType:
    """The hottest leads with their scores, grade and the definitions that they meet."""
    names = Names(lang, scores.model)
    columns = [capitalised(names.dimension(d.name)) for d in scores.model.dimensions]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(_LEAD.of(lang))
    table.add_column(_OVERALL.of(lang), justify="right")
    table.add_column(_GRADE.of(lang), justify="center")
    for heading in [*columns, _MEETS.of(lang)]:
        table.add_column(shown(heading))
    for row in _hottest(scores, most):
        table.add_row(*_cells(row, names, scores))
    left = scores.table.num_rows - most
    if left <= 0:
        return table
    more = _MORE.of(lang).format(leads=counted(left, LEADS, lang))
    return Group(table, RichText(more, style="dim"))


def _hottest(scores: Scores, most: int) -> list[Mapping[str, object]]:
    order = [("overall_millipoints", "descending"), ("lead_id", "ascending")]
    best = scores.table.take(pc.sort_indices(scores.table, order).slice(0, most))
    rows: list[Mapping[str, object]] = best.to_pylist()
    return rows


def _cells(row: Mapping[str, object], names: Names, scores: Scores) -> Iterator[RichText]:
    yield shown(row["lead_id"])
    yield shown(_points(row["overall_millipoints"], names.lang), style="bold")
    yield shown(row["grade"] or "–")
    for dimension in scores.model.dimensions:
        band = names.band(dimension.name, str(row[f"{dimension.name}_band"]))
        given = _points(row[f"{dimension.name}_millipoints"], names.lang)
        yield shown(_CELL.of(names.lang).format(points=given, band=band))
    met = [_short(names.definition(d.name)) for d in scores.model.definitions if row[d.name]]
    yield shown(", ".join(met))


def _short(label: str) -> str:
    """The abbreviation that ends a label in brackets, else the label: MQL."""
    found = _ABBREVIATION.search(label)
    return found[1] if found else label


_ABBREVIATION = re.compile(r"\(([A-Z]{2,6})\)$")


def _points(milli: object, lang: str) -> str:
    return points(milli, lang) if isinstance(milli, int) else ""
