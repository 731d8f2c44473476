"""The answer of a preview as a page shows it: words, named leads, drawings.

In: a PreviewRun that is done, who looks, a language. Out: frozen values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from leadscore.days import day_to_date, offsets
from leadscore.language import Names
from leadscore.language.words import capitalised, number_text
from leadscore.model import ScoringModel
from lejek.identity.models import Lead
from lejek.people.access import for_user
from lejek.people.models import User
from lejek.people.rules import SCOPES, Scope
from lejek.scoring.models import PreviewRun
from lejek.scoring.selectors import reading_of
from lejek.scoring.versions import ready

Plain = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a band matrix."""

    count: int
    stays: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """How leads move between the bands of one dimension: rows before, columns after."""

    label: str
    n_changed: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Moves:
    """How a definition's count moves."""

    label: str
    before: int | None
    after: int | None
    entered: int | None
    left: int | None

    @property
    def change(self) -> int:
        """The difference of the counts."""
        return (self.after or 0) - (self.before or 0)


@dataclass(frozen=True, slots=True)
class BandOf:
    """A band as a page colours it."""

    label: str
    number: int
    n_bands: int


@dataclass(frozen=True, slots=True)
class Side:
    """A lead under one of the models; bands by dimension."""

    overall: int
    grade: str
    bands: Mapping[str, BandOf]
    definitions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedLead:
    """A lead before and after; without a name when whoever looks may not see it."""

    id: int
    name: str
    company: str
    before: Side
    after: Side
    moves: tuple[tuple[str, BandOf | None, BandOf | None], ...]
    """The dimensions in which the band changes: label, band before, band after."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week: how many leads began to meet a definition in it, and how many met it at its end.

    None for a model that has no such definition.
    """

    until: date
    new_before: int | None
    new_after: int | None
    met_before: int | None
    met_after: int | None


Counts = tuple[int, ...] | None
"""By week; None for a model that has no such definition."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many leads of a salesperson began to meet a definition in each week.

    Without a `person` they are the leads that nobody owns, or those of all the people together
    whom the viewer may not see (`is_others`).
    """

    person: User | None
    is_others: bool
    before: Counts
    after: Counts


@dataclass(frozen=True, slots=True)
class LoadLine:
    """A salesperson's load as a page shows it: on average a week as text, and each week."""

    name: str
    is_others: bool
    before: str
    after: str
    weeks: tuple[tuple[int | None, int | None], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the drawing of weeks, in its own coordinates."""

    x: int
    y: int
    height: int
    side: str
    title: str


@dataclass(frozen=True, slots=True)
class Weeks:
    """The drawing and the table of weeks."""

    lines: tuple[Week, ...]
    bars: tuple[Bar, ...]
    labels: tuple[tuple[int, str], ...]
    most: int
    width: int


@dataclass(frozen=True, slots=True)
class Qualified:
    """A definition that leads into a stage, through the weeks."""

    label: str
    is_known: bool
    """Whether one of the models has it."""
    weeks: Weeks
    loads: tuple[LoadLine, ...]


@dataclass(frozen=True, slots=True)
class RateCell:
    """A conversion rate with its interval, as text; an empty one says that data are short."""

    leads: int
    conversions: int
    rate: str
    interval: str


@dataclass(frozen=True, slots=True)
class BacktestRow:
    """A band or definition under both models; None where the model has none of that name."""

    label: str
    before: RateCell | None
    after: RateCell | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its interval, as text, and whether the interval leaves chance out."""

    value: str
    interval: str
    has_signal: bool


@dataclass(frozen=True, slots=True)
class RankingRow:
    """How well a score orders leads, under both models; None where data are short."""

    label: str
    auc_before: Figure | None
    auc_after: Figure | None
    lift_before: Figure | None
    lift_after: Figure | None


@dataclass(frozen=True, slots=True)
class BacktestPage:
    """The look back."""

    horizon_days: int
    leads: int
    conversions: int
    tables: tuple[tuple[str, tuple[BacktestRow, ...]], ...]
    rankings: tuple[RankingRow, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """Everything that the page shows."""

    n_leads: int
    n_changed: int
    matrices: tuple[Matrix, ...]
    definitions: tuple[Moves, ...]
    leads: tuple[NamedLead, ...]
    qualified: tuple[Qualified, ...]
    backtest: BacktestPage | None


def preview_page(run: PreviewRun, viewer: User, lang: str) -> PreviewPage:
    """The answer of a preview in words. Queries: one, and one more for each definition."""
    before, after = ready(run.version).model, reading_of(run.document).sound_model()
    names = Names(lang, before), Names(lang, after)
    found: Plain = run.result
    return PreviewPage(
        n_leads=found["n_leads"],
        n_changed=found["n_changed"],
        matrices=tuple(_matrix(part, names) for part in found["bands"]),
        definitions=tuple(_moves(part, names, before) for part in found["definitions"]),
        leads=_leads(found["leads"], viewer, (before, after), names),
        qualified=tuple(
            _qualified(part, viewer, (before, after), names) for part in found["qualified"]
        ),
        backtest=None if found["backtest"] is None else _backtest(found["backtest"], names, lang),
    )


Both = tuple[Names, Names]


def _matrix(part: Plain, names: Both) -> Matrix:
    dimension = part["dimension"]
    rows = tuple(
        (
            names[0].band(dimension, was),
            tuple(
                Cell(count, was == now) for now, count in zip(part["after"], counts, strict=True)
            ),
        )
        for was, counts in zip(part["before"], part["counts"], strict=True)
    )
    columns = tuple(names[1].band(dimension, now) for now in part["after"])
    return Matrix(capitalised(names[1].dimension(dimension)), part["changed"], columns, rows)


def _moves(part: Plain, names: Both, before: ScoringModel) -> Moves:
    is_old = any(each.name == part["name"] for each in before.definitions)
    known = names[1] if part["after"] is not None or not is_old else names[0]
    label = capitalised(known.definition(part["name"]))
    return Moves(label, part["before"], part["after"], part["entered"], part["left"])


def _leads(
    found: Sequence[Plain], viewer: User, models: tuple[ScoringModel, ScoringModel], names: Both
) -> tuple[NamedLead, ...]:
    known = leads_seen(found, viewer)
    lines = []
    for row in found:
        lead = known.get(row["lead_id"])
        company = lead.contact.company if lead else None
        before = _side(row["before"], models[0], names[0])
        after = _side(row["after"], models[1], names[1])
        lines.append(
            NamedLead(
                row["lead_id"],
                lead.contact.full_name if lead else "",
                company.name if company else "",
                before,
                after,
                tuple(_band_moves(before, after, names[1])),
            )
        )
    return tuple(lines)


def leads_seen(found: Sequence[Plain], viewer: User) -> dict[int, Lead]:
    """Those of the named leads whose names somebody may see. Queries: one."""
    ids = [row["lead_id"] for row in found]
    seen = for_user(Lead.objects.filter(id__in=ids).select_related("contact__company"), viewer)
    return {lead.pk: lead for lead in seen}


def _band_moves(
    before: Side, after: Side, names: Names
) -> Iterator[tuple[str, BandOf | None, BandOf | None]]:
    for dimension in dict.fromkeys([*after.bands, *before.bands]):
        pair = before.bands.get(dimension), after.bands.get(dimension)
        if pair[0] != pair[1]:
            yield capitalised(names.dimension(dimension)), *pair


def _side(row: Plain, model: ScoringModel, names: Names) -> Side:
    bands = {}
    for dimension in model.dimensions:
        order = [band.name for band in dimension.bands]
        name = row["bands"].get(dimension.name, "")
        if name in order:
            label = names.band(dimension.name, name)
            bands[dimension.name] = BandOf(label, order.index(name), len(order))
    met = tuple(capitalised(names.definition(name)) for name in row["definitions"])
    return Side(row["overall"], row["grade"], bands, met)


_HEIGHT, _STEP, _BAR = 120, 56, 20


def _qualified(
    part: Plain, viewer: User, models: tuple[ScoringModel, ScoringModel], names: Both
) -> Qualified:
    in_draft = any(each.name == part["name"] for each in models[1].definitions)
    in_active = any(each.name == part["name"] for each in models[0].definitions)
    label = capitalised(names[1 if in_draft else 0].definition(part["name"]))
    loads = sorted(
        (_load_line(load, len(part["weeks"]), names[1].lang) for load in loads_of(part, viewer)),
        key=lambda line: (line.is_others, -sum(after or 0 for _, after in line.weeks), line.name),
    )
    weeks = _weeks(part, models[1], names[1].lang)
    return Qualified(label, in_draft or in_active, weeks, tuple(loads))


def weeks_of(part: Plain, model: ScoringModel) -> tuple[Week, ...]:
    """The weeks of a definition."""
    local_day = offsets(model.time_zone).local_day
    return tuple(
        Week(
            day_to_date(local_day(week["until"])),
            *((week[side] or {}).get("new") for side in ("before", "after")),
            *((week[side] or {}).get("met") for side in ("before", "after")),
        )
        for week in part["weeks"]
    )


def _weeks(part: Plain, model: ScoringModel, lang: str) -> Weeks:
    lines = weeks_of(part, model)
    most = max((n for line in lines for n in (line.new_before, line.new_after) if n), default=0)
    bars, labels = [], []
    for number, line in enumerate(lines):
        left = number * _STEP + 6
        for place, (side, count) in enumerate(
            (("before", line.new_before), ("after", line.new_after))
        ):
            if count is None:
                continue
            height = round(count * _HEIGHT / most) if most else 0
            title = number_text(count, lang)
            bars.append(Bar(left + place * (_BAR + 1), 16 + _HEIGHT - height, height, side, title))
        day = line.until
        labels.append(
            (left + _BAR, f"{day.day}.{day.month:02d}" if lang == "pl" else f"{day:%d %b}")
        )
    return Weeks(lines, tuple(bars), tuple(labels), most, max(1, len(lines)) * _STEP)


def loads_of(part: Plain, viewer: User) -> list[Load]:
    """The load of each salesperson whom somebody may see; the others are summed. Queries: one."""
    people = _people_seen(viewer).in_bulk([row["owner_id"] for row in part["owners"]])
    loads: list[Load] = []
    others: Load | None = None
    for row in part["owners"]:
        person = people.get(row["owner_id"])
        before, after = (None if row[side] is None else tuple(row[side]) for side in _SIDES)
        if person is not None or row["owner_id"] is None:
            loads.append(Load(person, False, before, after))
        elif others is None:
            others = Load(None, True, before, after)
        else:
            others = Load(None, True, _sum(others.before, before), _sum(others.after, after))
    return loads if others is None else [*loads, others]


_SIDES = ("before", "after")


def _people_seen(viewer: User) -> QuerySet[User]:
    """The salespeople whose load somebody may see: everybody's, or that of the team."""
    scope = SCOPES.get(viewer.role, Scope.OWN)
    if scope is Scope.ALL:
        return User.objects.all()
    if scope is Scope.TEAM and viewer.team_id is not None:
        return User.objects.filter(team_id=viewer.team_id)
    return User.objects.filter(pk=viewer.pk)


def _sum(one: Counts, other: Counts) -> Counts:
    if one is None or other is None:
        return None
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _load_line(load: Load, n_weeks: int, lang: str) -> LoadLine:
    none: Sequence[int | None] = (None,) * n_weeks
    return LoadLine(
        str(load.person) if load.person else "",
        load.is_others,
        _mean(load.before, lang),
        _mean(load.after, lang),
        tuple(zip(load.before or none, load.after or none, strict=True)),
    )


def _mean(counts: Counts, lang: str) -> str:
    if not counts:
        return "–"
    text = f"{sum(counts) / len(counts):.1f}"
    return text.replace(".", ",") if lang == "pl" else text


# The look back ------------------------------------------------------------------------------


def _backtest(found: Plain, names: Both, lang: str) -> BacktestPage:
    before, after = found["before"], found["after"]
    bands = [
        (
            capitalised(names[1].dimension(part["name"])),
            tuple(
                BacktestRow(
                    names[1].band(part["name"], row["name"]),
                    _rate_of(_band(before, part["name"], row["name"]), lang),
                    _rate_of(row, lang),
                )
                for row in reversed(part["bands"])
            ),
        )
        for part in after["dimensions"]
    ]
    definitions = tuple(
        BacktestRow(
            capitalised(names[1].definition(row["name"])),
            _rate_of(_named(before["definitions"], row["name"]), lang),
            _rate_of(row, lang),
        )
        for row in after["definitions"]
    )
    rankings = tuple(
        _ranking(_score(before, row["score"]), row, names[1], lang) for row in after["rankings"]
    )
    tables = [*bands, ("", definitions)] if definitions else bands
    return BacktestPage(
        after["horizon_days"],
        after["leads"],
        after["conversions"],
        tuple(tables),
        rankings,
        tuple(after["warnings"][lang]),
    )


def _ranking(before: Plain, after: Plain, names: Names, lang: str) -> RankingRow:
    return RankingRow(
        capitalised(names.dimension(after["score"])),
        _auc(before, lang),
        _auc(after, lang),
        _lift(before, lang),
        _lift(after, lang),
    )


def _named(rows: Sequence[Plain], name: str) -> Plain | None:
    return next((row for row in rows if row["name"] == name), None)


def _band(side: Plain, dimension: str, name: str) -> Plain | None:
    found = _named(side["dimensions"], dimension)
    return None if found is None else _named(found["bands"], name)


def _score(side: Plain, name: str) -> Plain:
    found: Plain = next((row for row in side["rankings"] if row["score"] == name), {})
    return found


def _rate_of(row: Plain | None, lang: str) -> RateCell | None:
    if row is None:
        return None
    rate = row["rate"]
    if rate is None:
        return RateCell(row["leads"], row["conversions"], "", "")
    low, high = (_percent(rate[side], lang) for side in ("low", "high"))
    return RateCell(
        row["leads"], row["conversions"], _percent(rate["value"], lang), f"{low} – {high}"
    )


def _percent(share: float, lang: str) -> str:
    text = f"{share * 100:.1f}%"
    return text.replace(".", ",") if lang == "pl" else text


def _auc(row: Plain, lang: str) -> Figure | None:
    found = row.get("auc")
    if found is None:
        return None
    return _figure(found["value"], (found["low"], found["high"]), _COIN, lang)


def _lift(row: Plain, lang: str) -> Figure | None:
    found = row.get("lift")
    return None if found is None else _figure(found, row.get("lift_interval"), _WHOLE_LIST, lang)


_COIN, _WHOLE_LIST = 0.5, 1.0
"""What an order by chance gives: half of the pairs, and in its top what the whole list has."""


def _figure(value: float, interval: Sequence[float] | None, by_chance: float, lang: str) -> Figure:
    """A figure as text. A preview that was worked out without the interval shows none."""
    if interval is None:
        return Figure(_decimal(value, lang), "", has_signal=True)
    low, high = interval
    told = f"{_decimal(low, lang)}–{_decimal(high, lang)}"
    return Figure(_decimal(value, lang), told, not low <= by_chance <= high)


def _decimal(value: float, lang: str) -> str:
    text = f"{value:.2f}"
    return text.replace(".", ",") if lang == "pl" else text
