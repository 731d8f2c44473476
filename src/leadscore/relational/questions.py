"""The questions that a model asks of touchpoints, made ready on some engine.

In: what must be counted, an engine that answers queries and takes small tables.
Out: the questions; the tables that they join to are in place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
from sqlglot import exp

from leadscore.conditions import Scope
from leadscore.days import Offsets
from leadscore.relational.classes import PropertyClasses
from leadscore.relational.counts import Family, Need
from leadscore.relational.feeds import make_feeds, newest_table
from leadscore.relational.steps import (
    FEEDS,
    KINDS,
    NEWEST,
    TYPES,
    Question,
    classes_table,
    oldest_age,
    oldest_touchpoint,
    repeated_ids,
    values_of,
)
from leadscore.relational.vocabulary import compared_properties, property_classes


class Database(Protocol):
    """An engine with the touchpoints in place."""

    def column(self, query: exp.Select) -> list[object]:
        """The first column of what a query gives."""

    def add_table(self, name: str, rows: pa.Table) -> None:
        """Makes a small table available to queries."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When the touchpoints are looked at. Units: `as_of` in microseconds since 1970 UTC."""

    as_of: int
    offsets: Offsets

    @property
    def today(self) -> int:
        """The local day number."""
        return self.offsets.local_day(self.as_of)


def prepared_questions(
    database: Database,
    need: Need,
    moment: Moment,
    *,
    has_received_at: bool,
    has_ids: bool,
    newest_apart: Collection[Scope] = tuple(Scope),
) -> list[Question]:
    """One question for each family of counters.

    `newest_apart` are the scopes in which the engine must pick the newest touchpoints by a query.
    Raises: UnsupportedByEngine when a model combines more conditions than can be listed.
    """
    oldest = _oldest(database, moment)
    most_days = oldest_age(moment.offsets, oldest, moment.as_of)
    properties = _classes(database, need)
    may_repeat = has_ids and bool(database.column(repeated_ids()))
    return [
        Question(
            feeds=make_feeds(family.counters, properties, most_days),
            offsets=moment.offsets,
            as_of=moment.as_of,
            oldest=oldest,
            tables=_ending(family),
            has_received_at=has_received_at,
            may_repeat=may_repeat,
            newest_only=family.picks_newest,
            counts_people=family.scope is Scope.COMPANY,
        )
        for family in need.families(newest_apart)
    ]


def add_tables(database: Database, questions: Sequence[Question]) -> None:
    """Puts the tables that the questions join to in place."""
    for question in questions:
        feeds, ending = question.feeds, question.tables
        database.add_table(TYPES + ending, feeds.types)
        database.add_table(KINDS + ending, feeds.kinds)
        database.add_table(FEEDS + ending, feeds.feeds)
        if question.newest_only:
            database.add_table(NEWEST + ending, newest_table(feeds.counters))
    for number, each in enumerate(questions[0].feeds.properties if questions else ()):
        if each.is_joined:
            database.add_table(classes_table(number), each.table())


def _ending(family: Family) -> str:
    return f"_{family.scope}_{'newest' if family.picks_newest else 'all'}"


def _oldest(database: Database, moment: Moment) -> int:
    """The moment of the oldest touchpoint, never after the moment that is asked about."""
    (found,) = database.column(oldest_touchpoint())
    return min(found, moment.as_of) if isinstance(found, int) else moment.as_of


def _classes(database: Database, need: Need) -> list[PropertyClasses]:
    """The classes of the properties that are compared."""
    classes: list[PropertyClasses] = []
    for compared in compared_properties(need.counters):
        found = database.column(values_of(compared.field)) if compared.needs_values else []
        values = [value for value in found if isinstance(value, str)]
        classes.append(property_classes(compared, values))
    return classes
