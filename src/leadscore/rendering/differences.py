"""What a change of model does, as tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as RichText

from leadscore.conditions import OVERALL
from leadscore.language import Names
from leadscore.language.words import (
    LEADS,
    MINUS,
    Text,
    capitalised,
    counted,
    points,
    signed_points,
    whole,
)
from leadscore.rendering.terminal import shown

if TYPE_CHECKING:
    from leadscore.compare import BandMigration, DefinitionMove, Differences, ScoreShift

_TITLE = Text("{before} → {after}: {leads}", "{before} → {after}: {leads}")
_ONLY = Text(
    "Only before: {before}; only after: {after}. They are left out of everything below.",
    "Tylko przed zmianą: {before}; tylko po zmianie: {after}. Niżej ich nie uwzględniono.",
)
_OVERALL = Text("Overall", "Łącznie")
_SCORES, _RISES = Text("Score", "Wynik"), Text("Rises", "Rośnie")
_FALLS, _SAME = Text("Falls", "Spada"), Text("Stays", "Bez zmian")
_MEDIAN = Text("Median change", "Mediana zmian")
_MEAN = Text("Mean before → after", "Średnia przed → po")
_BANDS = Text(
    "{dimension}: {leads} in another band (rows before, columns after)",
    "{dimension}: {leads} w innym przedziale (wiersze: przed, kolumny: po)",
)
_DEFINITION, _BEFORE = Text("Definition", "Definicja"), Text("Before", "Przed")
_AFTER, _CHANGE = Text("After", "Po"), Text("Change", "Zmiana")
_ENTER, _LEAVE = Text("Enter", "Wchodzi"), Text("Leave", "Wychodzi")
_MOVERS = Text("Largest moves", "Największe zmiany")
_LEAD, _GRADE = Text("Lead", "Lead"), Text("Grade", "Ocena")
_NO_MOVERS = Text("No lead’s overall score changes.", "Łączny wynik żadnego leada się nie zmienia.")


def difference_tables(differences: Differences, lang: str, movers: int) -> RenderableType:
    """Scores, bands, definitions and the leads that move most."""
    parts = [_heading(differences, lang), _shifts(differences, lang)]
    parts += [_migration(part, differences, lang) for part in differences.bands]
    if differences.definitions:
        parts.append(_definitions(differences, lang))
    parts.append(_movers(differences, lang, movers))
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def _heading(differences: Differences, lang: str) -> RenderableType:
    title = shown(
        _TITLE.of(lang).format(
            before=differences.before.name,
            after=differences.after.name,
            leads=counted(differences.n_leads, LEADS, lang),
        ),
        style="bold",
    )
    if differences.n_only_before or differences.n_only_after:
        before, after = (
            counted(number, LEADS, lang)
            for number in (differences.n_only_before, differences.n_only_after)
        )
        only = _ONLY.of(lang).format(before=before, after=after)
        title.append(f"\n{only}", style="not bold yellow")
    return title


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(headings):
        justify: Literal["left", "right"] = "right" if number else "left"
        table.add_column(shown(heading), justify=justify, no_wrap=bool(number))
    return table


def _shifts(differences: Differences, lang: str) -> RenderableType:
    headings = (_SCORES, _RISES, _FALLS, _SAME, _MEDIAN, _MEAN)
    table = _table(*(heading.of(lang) for heading in headings))
    names = Names(lang, differences.after)
    for shift in differences.shifts:
        table.add_row(*_shift(shift, names, differences.n_leads))
    return table


def _shift(shift: ScoreShift, names: Names, n_leads: int) -> Iterator[str | RichText]:
    lang = names.lang
    is_overall = shift.score == OVERALL
    yield _OVERALL.of(lang) if is_overall else shown(capitalised(names.dimension(shift.score)))
    for number in (shift.n_rose, shift.n_fell, shift.n_same):
        yield whole(number, lang)
    median = shift.median_change_milli
    yield "" if median is None else signed_points(median, lang)
    means = (_mean(total, n_leads) for total in (shift.sum_before_milli, shift.sum_after_milli))
    yield " → ".join(points(mean, lang) for mean in means) if n_leads else ""


def _mean(total_milli: int, n_leads: int) -> int:
    """The mean in milli-points, to a tenth of a point."""
    return round(total_milli / n_leads / 100) * 100 if n_leads else 0


def _migration(part: BandMigration, differences: Differences, lang: str) -> RenderableType:
    before, after = Names(lang, differences.before), Names(lang, differences.after)
    title = _BANDS.of(lang).format(
        dimension=capitalised(after.dimension(part.dimension)),
        leads=counted(part.n_changed, LEADS, lang),
    )
    table = _table("", *(after.band(part.dimension, name) for name in part.after))
    for was, counts in zip(part.before, part.counts, strict=True):
        cells = [
            RichText(whole(count, lang), style=_cell_style(count, is_same=was == now))
            for now, count in zip(part.after, counts, strict=True)
        ]
        table.add_row(shown(before.band(part.dimension, was)), *cells)
    return Group(shown(title, style="bold"), table)


def _cell_style(count: int, *, is_same: bool) -> str:
    if not count:
        return "dim"
    return "" if is_same else "bold"


def _definitions(differences: Differences, lang: str) -> RenderableType:
    headings = (_DEFINITION, _BEFORE, _AFTER, _CHANGE, _ENTER, _LEAVE)
    table = _table(*(heading.of(lang) for heading in headings))
    for move in differences.definitions:
        model = differences.before if move.n_after is None else differences.after
        table.add_row(*_definition(move, Names(lang, model)))
    return table


def _definition(move: DefinitionMove, names: Names) -> Iterator[str | RichText]:
    lang = names.lang
    yield shown(names.definition(move.name))
    for count in (move.n_before, move.n_after):
        yield "–" if count is None else whole(count, lang)
    if move.entered is None or move.left is None:
        yield from ("", "", "")
        return
    yield _signed(move.entered - move.left, lang)
    yield _signed(move.entered, lang)
    yield _signed(-move.left, lang)


def _signed(number: int, lang: str) -> str:
    text = whole(number, lang)
    return text if text.startswith(MINUS) or not number else f"+{text}"


def _movers(differences: Differences, lang: str, most: int) -> RenderableType:
    rows = differences.movers(most).to_pylist()
    if not rows:
        return RichText(_NO_MOVERS.of(lang))
    headings = (_LEAD, _BEFORE, _AFTER, _CHANGE, _GRADE)
    table = _table(*(heading.of(lang) for heading in headings))
    for row in rows:
        grades = [row[f"grade_{side}"] or "–" for side in ("before", "after")]
        table.add_row(
            shown(row["lead_id"]),
            points(row["overall_millipoints_before"], lang),
            points(row["overall_millipoints_after"], lang),
            signed_points(row["overall_change_millipoints"], lang),
            grades[0] if grades[0] == grades[1] else " → ".join(grades),
        )
    return Group(RichText(_MOVERS.of(lang), style="bold"), table)
