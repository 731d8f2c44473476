"""Open leads by the bands of two dimensions: who is worth much and is busy, and who is only one.

In: who asks, the model in force, two of its dimensions. Out: a table of counts, hottest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.fields.json import KT
from django.http import QueryDict

from leadscore.model import Dimension, ScoringModel, digit, letter
from lejek.people.access import for_user
from lejek.people.models import User
from lejek.qualification.selectors import finished_stages
from lejek.scoring.models import LeadScore


@dataclass(frozen=True, slots=True)
class Cell:
    """How many leads stand in a pair of bands.

    `heat` goes from 0, where nobody stands, to 4, where most do. `grade` is the pair's grade, where
    the grade crosses just these two dimensions.
    """

    count: int
    heat: int
    grade: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One band of the rows with its cells, those of the hottest column first."""

    band: str
    number: int
    cells: tuple[Cell, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """The table. `n_other` leads have no band in one of the two: the model was just changed."""

    rows: tuple[MatrixRow, ...]
    columns: tuple[tuple[str, int], ...]
    totals: tuple[int, ...]
    total: int
    n_other: int


def chosen_dimensions(query: QueryDict, model: ScoringModel) -> tuple[Dimension, Dimension]:
    """The dimensions of rows and columns that an address asks for, or the usual ones.

    Usual is potential against engagement where the model has both, else what the grade crosses,
    else the first and the last.
    """
    names = [dimension.name for dimension in model.dimensions]
    usual = names[0], names[-1]
    if model.grade is not None:
        usual = model.grade.rows, model.grade.columns
    if {"potential", "engagement"} <= set(names):
        usual = "potential", "engagement"
    rows = query.get("rows", "")
    columns = query.get("columns", "")
    return (
        model.dimension(rows if rows in names else usual[0]),
        model.dimension(columns if columns in names else usual[1]),
    )


def matrix(user: User, model: ScoringModel, rows: Dimension, columns: Dimension) -> Matrix:
    """The leads that are worked on and that somebody may see, by the bands of two dimensions.

    Queries: one.
    """
    scores = for_user(LeadScore.objects.filter(lead__closed_at=None), user, path="lead__")
    found = (
        scores.exclude(lead__stage__in=finished_stages())
        .annotate(row=KT(f"bands__{rows.name}"), column=KT(f"bands__{columns.name}"))
        .values_list("row", "column")
        .annotate(n_leads=Count("pk"))
        .order_by()
    )
    counts = {(row, column): n for row, column, n in found}
    row_names, column_names = _hottest_first(rows), _hottest_first(columns)
    most = max(counts.values(), default=0)
    is_graded = model.grade is not None and (model.grade.rows, model.grade.columns) == (
        rows.name,
        columns.name,
    )
    lines = []
    for name, number in row_names:
        cells = tuple(
            Cell(
                n := counts.get((name, column), 0),
                -(-4 * n // most) if most else 0,
                letter(rows, number) + digit(columns, place) if is_graded else "",
            )
            for column, place in column_names
        )
        lines.append(MatrixRow(name, number, cells, sum(cell.count for cell in cells)))
    totals = _sums([line.cells for line in lines])
    total = sum(totals)
    return Matrix(tuple(lines), tuple(column_names), totals, total, sum(counts.values()) - total)


def _hottest_first(dimension: Dimension) -> list[tuple[str, int]]:
    return [(band.name, n) for n, band in reversed(list(enumerate(dimension.bands)))]


def _sums(rows: Sequence[Sequence[Cell]]) -> tuple[int, ...]:
    return tuple(sum(cell.count for cell in column) for column in zip(*rows, strict=True))
