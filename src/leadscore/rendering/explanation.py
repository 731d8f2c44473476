"""An explanation as the table that a salesperson reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as RichText

from leadscore.days import from_instant
from leadscore.language.words import (
    Text,
    counted_points,
    day_text,
    points,
    signed_points,
    whole,
)
from leadscore.rendering.terminal import shown

if TYPE_CHECKING:
    from leadscore.explain.values import DefinitionOutcome, DimensionReasons, Explanation, Line

_LEAD = Text("Lead {lead_id}", "Lead {lead_id}")
_AS_OF = Text("as of {moment}", "stan na {moment}")
_GRADE = Text("grade {grade}", "ocena {grade}")
_OVERALL = Text("overall {points}", "łącznie {points}")
_TITLE = Text("{label}: {points} · {band}", "{label}: {points} · {band}")
_REASON, _TIMES = Text("What for", "Za co"), Text("Times", "Ile razy")
_NEWEST, _POINTS = Text("Newest", "Ostatnio"), Text("Points", "Punkty")
_LIMITED = Text("{label} (without its limit: {points})", "{label} (bez limitu: {points})")
_TOTAL = Text("Total", "Razem")
_NOTHING = Text("Nothing has counted here yet.", "Na razie nic tu nie dało punktów.")
_OVERALL_SUM = Text("Overall: {terms} = {total}", "Łącznie: {terms} = {total}")
_DEFINITIONS = Text("Definitions", "Definicje")
_KEPT = Text(
    "not met now, but whoever met it before keeps it",
    "teraz niespełniona, ale kto spełniał ją wcześniej, zachowuje status",
)


def explanation_tables(explained: Explanation) -> RenderableType:
    """The whole explanation: heading, a table for each dimension, the sum, the definitions."""
    parts: list[RenderableType] = [_heading(explained)]
    parts += [_dimension_table(part, explained.lang) for part in explained.dimensions]
    parts.append(Padding(RichText(overall_sum(explained)), (1, 0, 0, 0)))
    if explained.definitions:
        parts.append(_definitions(explained))
    return Group(*parts)


def _heading(explained: Explanation) -> RichText:
    lang = explained.lang
    moment = from_instant(explained.as_of).astimezone(ZoneInfo(explained.time_zone))
    facts = [_AS_OF.of(lang).format(moment=f"{day_text(moment.date(), lang)} {moment:%H:%M}")]
    if explained.grade is not None:
        facts.append(_GRADE.of(lang).format(grade=explained.grade))
    facts.append(_OVERALL.of(lang).format(points=counted_points(explained.overall_milli, lang)))
    name = shown(_LEAD.of(lang).format(lead_id=explained.lead_id), style="bold")
    return name.append(f" · {' · '.join(facts)}", style="not bold")


def _dimension_table(part: DimensionReasons, lang: str) -> RenderableType:
    title = _TITLE.of(lang).format(
        label=part.label, points=counted_points(part.milli, lang), band=part.band_label
    )
    if not part.lines:
        text = RichText(f"{title}\n", style="bold").append(_NOTHING.of(lang), style="not bold dim")
        return Padding(text, (1, 0, 0, 0))
    table = Table(title=RichText(title, style="bold"), title_justify="left", box=box.SIMPLE_HEAD,
                  show_footer=True, expand=True)  # fmt: skip
    table.add_column(_REASON.of(lang), _TOTAL.of(lang), ratio=1)
    table.add_column(_TIMES.of(lang), justify="right", no_wrap=True)
    table.add_column(_NEWEST.of(lang), justify="right", no_wrap=True)
    table.add_column(_POINTS.of(lang), points(part.milli, lang), justify="right", no_wrap=True)
    for line in reading_order(part.lines):
        table.add_row(*_cells(line, lang), style="dim" if line.kind.is_cap else "")
    return Padding(table, (1, 0, 0, 0))


def reading_order(lines: tuple[Line, ...]) -> Iterator[Line]:
    """Lines as one reads them: what gave most first, what took most last, then the caps."""
    rules = [line for line in lines if not line.kind.is_cap]
    yield from sorted(rules, key=lambda line: -line.milli)
    yield from (line for line in lines if line.kind.is_cap)


def _cells(line: Line, lang: str) -> tuple[RichText, str, str, str]:
    label = line.label
    if line.is_limited:
        raw = signed_points(line.raw_milli, lang)
        label = _LIMITED.of(lang).format(label=label, points=raw)
    counts = line.latest_on is not None and line.times > 0
    return (
        RichText(label),
        whole(line.times, lang) if counts else "",
        day_text(line.latest_on, lang) if line.latest_on else "",
        signed_points(line.milli, lang),
    )


def overall_sum(explained: Explanation) -> str:
    """The overall score as the sum that it is."""
    lang = explained.lang
    terms = " + ".join(
        f"{term.label} {points(term.milli, lang)}"
        + (f" × {whole(term.weight, lang)}" if term.weight != 1 else "")
        for term in explained.overall_terms
    )
    total = counted_points(explained.overall_milli, lang)
    return _OVERALL_SUM.of(lang).format(terms=terms, total=total)


def _definitions(explained: Explanation) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for outcome in explained.definitions:
        table.add_row(*_outcome(outcome, explained.lang))
    title = RichText(_DEFINITIONS.of(explained.lang), style="bold")
    return Padding(Group(title, table), (1, 0, 0, 0))


def _outcome(outcome: DefinitionOutcome, lang: str) -> tuple[RichText, RichText]:
    mark = RichText("✓", style="green") if outcome.is_met else RichText("✗", style="dim")
    text = RichText(outcome.label).append(f": {outcome.condition}", style="dim")
    if outcome.is_kept and not outcome.is_met:
        text.append(f" ({_KEPT.of(lang)})", style="dim")
    return mark, text
