"""A backtest as tables of texts, for a terminal or a page.

In: a `Backtest`, a language. Out: titled tables, the most important first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadscore.backtest.cells import NO_FIGURE, Cells
from leadscore.backtest.figures import DefinitionFigures, MomentFigures, PooledRow, Ranking
from leadscore.backtest.texts import word
from leadscore.days import offsets
from leadscore.language import Names
from leadscore.language.words import capitalised
from leadscore.statistics import BandReport, BandRow, Monotonicity, NotEnoughData

if TYPE_CHECKING:
    from leadscore.backtest.result import Backtest


@dataclass(frozen=True, slots=True)
class TextTable:
    """One table. The first cell of each row names it, the others are figures."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def backtest_tables(answer: Backtest, lang: str) -> list[TextTable]:
    """All tables of a backtest."""
    return list(_Tables(answer, lang).all())


class _Tables:
    """The tables of one backtest in one language."""

    def __init__(self, answer: Backtest, lang: str) -> None:
        self._answer, self._lang, self._model = answer, lang, answer.model
        self._local_day = offsets(answer.model.time_zone).local_day
        self._cells, self._names = Cells(lang), Names(lang, answer.model)

    def all(self) -> Iterator[TextTable]:
        """Summary, bands, grades, rankings, definitions; then pooled; then the moments."""
        first = self._answer.first
        yield self._summary()
        for figures in first.dimensions:
            yield self._bands(figures.dimension, figures.bands)
        if first.grades:
            yield self._grades(first.grades)
        yield self._rankings(first.rankings)
        if first.definitions:
            yield self._definitions(first.definitions)
        yield self._pooled()
        yield self._moments(self._answer.moments)

    def _word(self, code: str, **values: str) -> str:
        return word(code, self._lang, **values)

    def _columns(self, *codes: str) -> tuple[str, ...]:
        return tuple(self._word(code) for code in codes)

    def _dimension(self, name: str) -> str:
        return capitalised(self._names.dimension(name))

    def _day(self, instant: int) -> str:
        return self._cells.day(self._local_day(instant))

    # Each lead once --------------------------------------------------------------------

    def _summary(self) -> TextTable:
        answer, first, unseen = self._answer, self._answer.first, self._answer.unseen
        n_complete, count = sum(each.is_complete for each in answer.moments), self._cells.count
        rows = (
            ("horizon", count(answer.horizon_days)),
            ("observed_until", self._day(answer.observed_until)),
            ("n_moments", f"{count(len(answer.moments))} ({count(n_complete)})"),
            ("n_leads", count(first.leads)),
            ("n_conversions", count(first.conversions)),
            ("base_rate", self._cells.rate_with_interval(first.rate)),
            ("younger", count(first.younger_leads)),
            ("closed_before", f"{count(unseen.closed_before)} ({count(unseen.won_before)})"),
            ("not_known", count(unseen.not_known)),
        )
        label = self._model.label.get(self._lang, self._model.name)
        return TextTable(
            self._word("backtest", model=label),
            ("", ""),
            tuple((self._word(code), value) for code, value in rows),
        )

    def _bands(self, dimension: str, report: BandReport) -> TextTable:
        rows = [(self._names.band(dimension, row.band), row) for row in report.rows]
        rows.append((self._word("total"), report.total))
        return TextTable(
            self._word("first_bands", name=self._dimension(dimension)),
            self._columns("band", "leads", "conversions", "rate", "interval", "median"),
            tuple(self._cells.band(name, row) for name, row in rows),
            (
                *self._order(dimension, report.order),
                self._word("median_note"),
                *self._shortages(rows),
            ),
        )

    def _order(self, dimension: str, order: Monotonicity | NotEnoughData) -> Iterator[str]:
        if isinstance(order, NotEnoughData):
            return
        yield self._word(str(order.direction))
        for lower, higher in order.drops:
            yield self._word(
                "drop",
                lower=self._names.band(dimension, lower),
                higher=self._names.band(dimension, higher),
            )

    def _shortages(self, rows: Iterable[tuple[str, BandRow]]) -> Iterator[str]:
        """Why medians are lacking."""
        for name, row in rows:
            if row.leads and isinstance(row.median_days_of_converters, NotEnoughData):
                yield f"{name}: {self._cells.sentence(row.median_days_of_converters)}"

    def _grades(self, grades: Sequence[BandRow]) -> TextTable:
        return TextTable(
            self._word("first_grades"),
            self._columns("grade", "leads", "conversions", "rate", "interval", "median"),
            tuple(self._cells.band(row.band, row) for row in grades),
        )

    def _rankings(self, rankings: Sequence[Ranking]) -> TextTable:
        return TextTable(
            self._word("rankings"),
            self._columns("score", "auc", "interval", "lift_10", "lift_20"),
            tuple(
                (
                    self._dimension(ranking.score),
                    *self._cells.auc(ranking.auc),
                    self._cells.lift(ranking.top_10_percent),
                    self._cells.lift(ranking.top_20_percent),
                )
                for ranking in rankings
            ),
            tuple(
                f"{self._dimension(ranking.score)}: {self._cells.sentence(ranking.auc)}"
                for ranking in rankings
                if isinstance(ranking.auc, NotEnoughData)
            ),
        )

    def _definitions(self, definitions: Sequence[DefinitionFigures]) -> TextTable:
        return TextTable(
            self._word("first_definitions"),
            self._columns("definition", "leads", "conversions", "rate", "interval", "median"),
            tuple(
                (
                    self._names.definition(figures.definition),
                    self._cells.count(figures.leads),
                    self._cells.count(figures.conversions),
                    *self._cells.rate(figures.precision),
                    self._cells.median(figures.median_days_of_converters),
                )
                for figures in definitions
            ),
        )

    # Every lead at every moment --------------------------------------------------------

    def _pooled(self) -> TextTable:
        pooled = self._answer.pooled
        named = [
            (
                f"{self._dimension(each.dimension)}: {self._names.band(each.dimension, row.name)}",
                row,
            )
            for each in pooled.dimensions
            for row in each.bands
        ]
        named += [(row.name, row) for row in pooled.grades]
        named += [(self._names.definition(row.name), row) for row in pooled.definitions]
        named.append((self._word("total"), PooledRow("", pooled.rate)))
        return TextTable(
            self._word("pooled"),
            self._columns("group", "observations", "leads", "followed", "rate", "interval"),
            tuple(self._cells.pooled(name, row.rate) for name, row in named),
            (self._word("pooled_note"),),
        )

    def _moments(self, moments: Sequence[MomentFigures]) -> TextTable:
        columns = [*self._columns("as_of", "leads", "conversions", "rate", "interval", "auc")]
        for definition in self._model.definitions:
            name = self._names.definition(definition.name)
            columns += [self._word("met", name=name), self._word("precision", name=name)]
        is_any_open = any(not moment.is_complete for moment in moments)
        return TextTable(
            self._word("moments"),
            tuple(columns),
            tuple(self._moment(moment) for moment in moments),
            (self._word("incomplete_note"),) if is_any_open else (),
        )

    def _moment(self, moment: MomentFigures) -> tuple[str, ...]:
        count, cells = self._cells.count, self._cells
        is_over = moment.is_complete
        rate = cells.rate(moment.rate) if is_over else (NO_FIGURE, NO_FIGURE)
        auc = cells.auc(moment.auc)[0] if is_over else NO_FIGURE
        row = [self._day(moment.as_of), count(moment.leads), count(moment.conversions), *rate, auc]
        for each in moment.definitions:
            share = cells.rate(each.precision)[0] if is_over else NO_FIGURE
            row += [count(each.leads), share]
        return tuple(row)
